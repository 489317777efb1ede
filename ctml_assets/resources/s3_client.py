"""A lake in a bucket of S3, and the client that a process has for it."""

import os
import re
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

from ctml_assets.errors import LakeError
from ctml_assets.lake import Lake, check_key

# A bucket's name may hold nothing else, in any region.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
# As Dagster's own S3 resource has it: after the first try, which botocore does not count.
_REPEATS = 5
# Six times botocore's own minute would outlive a sensor's tick, and its reason with it.
_CONNECT_SECONDS, _READ_SECONDS = 5, 30


@cache
def lake_in_bucket(root: str, endpoint_url: str, region_name: str, profile_name: str) -> Lake:
    """Return the lake at ``s3://bucket/prefix``; of equal arguments the same one.

    Parameters
    ----------
    root
        Bucket and prefix; without a prefix the whole bucket.
    endpoint_url, region_name, profile_name
        See `LakeResource`; empty: as AWS's own configuration has it.

    Raises
    ------
    LakeError
        If the root is no such URL. Nothing is connected yet.
    """
    # A good part of a second: only those who use S3 pay for it.
    from ctml_assets.lake.s3 import S3Lake

    bucket, _, prefix = root.removeprefix("s3://").removesuffix("/").partition("/")
    if not root.startswith("s3://") or not _BUCKET.fullmatch(bucket):
        raise LakeError(
            f"lake: root must be a folder or s3://bucket/prefix, got {root!r}; correct it, or "
            "mount the storage and name the folder"
        )
    if prefix:
        check_key(prefix)
    return S3Lake(
        bucket, prefix, partial(client_of_process, endpoint_url, region_name, profile_name)
    )


def client_of_process(endpoint_url: str, region_name: str, profile_name: str) -> Any:
    """Return this process's S3 client; its threads share it, a forked process makes its own.

    Raises
    ------
    LakeError
        If the endpoint is no address, or one that holds a password.
    botocore.exceptions.BotoCoreError
        If there is no such profile, or no such region.
    """
    return _client(os.getpid(), endpoint_url, region_name, profile_name)


@cache
def _client(_process: int, endpoint_url: str, region_name: str, profile_name: str) -> Any:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import InvalidRegionError
    from dagster_aws.utils import construct_boto_client_retry_config

    retries = construct_boto_client_retry_config(_REPEATS)  # type: ignore[no-untyped-call]
    waiting = Config(connect_timeout=_CONNECT_SECONDS, read_timeout=_READ_SECONDS)
    session = boto3.session.Session(profile_name=profile_name or None)
    try:
        client = session.client(
            "s3",
            region_name=region_name or None,
            endpoint_url=endpoint_url or None,
            config=retries.merge(waiting),
        )
    except InvalidRegionError:
        raise
    except ValueError:
        # Its text quotes what was declared, which may hold a secret.
        raise _refused_endpoint() from None
    if "@" in urlsplit(client.meta.endpoint_url).netloc:
        # It would stand in every error and every log.
        raise _refused_endpoint()
    return client


def _refused_endpoint() -> LakeError:
    return LakeError(
        "lake: endpoint_url (or AWS_ENDPOINT_URL) must be http(s)://host:port, got another (not "
        "shown, it may hold a secret); give credentials by AWS's own variables or a profile"
    )
