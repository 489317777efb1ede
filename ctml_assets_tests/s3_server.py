"""An S3 of a test's own: moto in a process on the loopback, with buckets in memory.

``python -m ctml_assets_tests.s3_server`` prints its port, and serves until it is stopped or its
input ends: it does not outlive tests that were killed.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

# Whoever asks this store is whoever they say they are.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    # Neither this machine's own configuration nor a look for a role.
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def s3_server() -> Iterator[str]:
    """Start it; yield the URL of its endpoint; stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ctml_assets_tests.s3_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port, "the store did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        # It has nothing to save, and a runner of tests may have let it inherit that it is not to be
        # terminated.
        process.kill()
        process.wait()


def new_root() -> str:
    """Make a bucket where the environment leads to, and return the root of a lake in it."""
    from ctml_assets.resources.s3_client import client_of_process

    client, bucket = client_of_process("", "", ""), f"test-{uuid4().hex}"
    assert client.meta.endpoint_url == os.environ["AWS_ENDPOINT_URL"], "made for another store"
    client.create_bucket(Bucket=bucket)
    return f"s3://{bucket}/some/lake"


def main() -> None:
    from moto.moto_server.werkzeug_app import (
        DomainDispatcherApplication,
        MotoRequestHandler,
        create_backend_app,
    )
    from werkzeug.serving import make_server

    moto = DomainDispatcherApplication(create_backend_app)
    # S3 decides at once who is first; moto looks, and then writes.
    one_at_a_time = threading.Lock()

    def application(environ, start_response):
        with one_at_a_time:
            return moto(environ, start_response)

    server = make_server(
        "127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler
    )
    print(server.port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
