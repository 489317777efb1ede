"""A file or an S3 object as a binary stream."""

import io
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from ctml_assets.errors import DataError
from ctml_assets.sources.protocol import NoDataError

_CONNECT_TIMEOUT_SECONDS = 10


def open_stream(location: str) -> AbstractContextManager[BinaryIO]:
    """Open a local file, or read an S3 object into memory as a whole.

    S3 uses boto3's own configuration: the ``AWS_*`` environment variables, among them
    ``AWS_ENDPOINT_URL`` for an S3-compatible store, the shared files, or the machine's role.

    Raises
    ------
    NoDataError
        The file or object does not exist.
    ctml_assets.errors.DataError
        It exists but cannot be opened, or its bucket does not exist.

    Examples
    --------
    >>> open_stream("no/such/2024-05-01.csv")
    Traceback (most recent call last):
    ctml_assets.sources.protocol.NoDataError: no/such/2024-05-01.csv: file must exist, got none; \
check source.path, or wait until it is written
    """
    if location.startswith("s3://"):
        return io.BytesIO(_read_object(location))
    return _open_file(location)


def _open_file(location: str) -> BinaryIO:
    try:
        return Path(location).open("rb")
    except FileNotFoundError as error:
        raise _missing(location, "file") from error
    except OSError as error:
        raise DataError(
            f"{location}: file must be readable, got {error.strerror}; check what lies there and "
            "its permissions"
        ) from error


def _read_object(location: str) -> bytes:
    # boto3 takes a good part of a second to import: only those who use S3 pay for it.
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, key = location.removeprefix("s3://").partition("/")
    if not bucket or not key:
        raise DataError(
            f"{location}: path must be s3://bucket/key, got no {'key' if bucket else 'bucket'}; "
            "correct source.path"
        )
    try:
        client = boto3.client("s3", config=Config(connect_timeout=_CONNECT_TIMEOUT_SECONDS))
        body: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in {"NoSuchKey", "404"}:
            raise _missing(location, "object") from error
        raise _refused(location, error) from error
    except BotoCoreError as error:
        raise _refused(location, error) from error
    return body


def _missing(location: str, kind: str) -> NoDataError:
    return NoDataError(
        f"{location}: {kind} must exist, got none; check source.path, or wait until it is written"
    )


def _refused(location: str, error: Exception) -> DataError:
    return DataError(
        f"{location}: object must be readable, got {type(error).__name__}: {error}; check the "
        "bucket's name, the credentials and AWS_ENDPOINT_URL"
    )
