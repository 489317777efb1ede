"""A PostgreSQL server of a test's own: on a Unix socket in a temporary folder, no port is open."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

_DEBIAN = Path("/usr/lib/postgresql")
_UNPRIVILEGED = ("postgres", "nobody")
_START_SECONDS, _STOP_SECONDS = 60, 30
# The data goes with the test, so nothing need reach the disk.
_SETTINGS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=200")


@contextmanager
def postgres_server() -> Iterator[str]:
    """Start it; yield the URL of its database; stop it, and remove its data, at the end."""
    programs = _installed()
    # Not in the tests' own folder: that is closed to the user that the server needs to be.
    folder = Path(tempfile.mkdtemp(prefix="ctml-postgres-"))
    user = _owner(folder)
    try:
        _run(programs / "initdb", folder, user, "-U", "ctml", "-A", "trust", "-E", "UTF8")
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(  # noqa: S603 - a program of PostgreSQL
                [programs / "postgres", "-D", folder / "data", "-k", folder, *settings],
                user=user,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            _wait_until_ready(process, folder)
            yield f"postgresql://ctml@/postgres?host={quote(str(folder), safe='')}"
        finally:
            # It ends the connections, then itself.
            process.send_signal(signal.SIGINT)
            process.wait(_STOP_SECONDS)
    finally:
        shutil.rmtree(folder)


def _installed() -> Path:
    """Return the folder of the server's programs; skip, or fail in CI, without them."""
    # Debian keeps them, one folder a version, away from PATH.
    found = sorted(_DEBIAN.glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (found[-1] if found else None)
    if initdb is not None:
        return Path(initdb).resolve().parent
    text = "postgresql is not installed; apt-get install postgresql"
    if os.environ.get("CI"):
        pytest.fail(text, pytrace=False)
    pytest.skip(text)


def _owner(folder: Path) -> str | None:
    """Give the folder to a user that is not root, whom the server refuses; None: it is ours."""
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    user = next(name for name in _UNPRIVILEGED if name in known)
    shutil.chown(folder, user)
    return user


def _run(program: Path, folder: Path, user: str | None, *arguments: str) -> None:
    subprocess.run(  # noqa: S603 - a program of PostgreSQL
        [program, "-D", folder / "data", *arguments],
        check=True,
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )


def _wait_until_ready(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    import psycopg2

    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg2.connect(host=str(folder), user="ctml", dbname="postgres").close()
        except psycopg2.OperationalError:
            said = (folder / "log").read_text()
            assert process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
        else:
            return
