"""A lake below a prefix of an S3 bucket: atomic, durable, safe for many writers at once."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from secrets import SystemRandom
from typing import Any
from uuid import uuid4

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from ctml_assets.errors import LakeError
from ctml_assets.lake.files import opened
from ctml_assets.lake.protocol import KeyMissingError, check_key, missing
from ctml_assets.lake.s3_errors import (
    CONFLICT,
    EMPTY,
    NOT_FOUND,
    TAKEN,
    code_of,
    explained,
    status_of,
)

# The client repeats what failed before an answer came; these are for what it does not repeat.
_CONFLICT_PAUSES_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6)
_BODY_REPEATS = 2
# Parts are sent straight from the file: few at once, so that memory stays flat.
_TRANSFER = TransferConfig(max_concurrency=4)
# No key begins a part with a dot, so this can never be taken for an object.
_PROBE = ".if-none-match"
_WRITER = "ctml-writer"


@dataclass(frozen=True)
class S3Lake:
    """`Lake` in a bucket of S3, or of a store that speaks its language.

    A put is atomic and durable when it is answered, and a reader sees it at once. The store itself
    decides who is first (``If-None-Match: *``); before the first such write of a process it is
    tried whether it does, because some stores ignore the header and would let many win.

    Every write carries a mark of its own. One that was stored although no answer came, and was
    therefore repeated and refused, knows itself by its mark: exactly one writer hears that it won.

    Parameters
    ----------
    bucket : str
        Name of an existing bucket.
    prefix : str
        Folder of the lake in it, without slashes at its ends; empty: the whole bucket.
    client : callable
        Returns this process's boto3 client. A client must not be shared with a forked process, so
        the lake asks each time.

    Examples
    --------
    >>> S3Lake("bookings", "production/lake", client=lambda: None).root
    's3://bookings/production/lake'
    """

    bucket: str
    prefix: str
    client: Callable[[], Any]

    @property
    def root(self) -> str:
        """Where the lake lies, as a URL."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def read(self, key: str, last: int | None = None) -> bytes:
        """Return the object or its end; `KeyMissingError` if there is none."""
        name = self._name(key)
        with explained("read", key, self.root):
            if last == 0:
                # No range of bytes is that short.
                self._head(key)
                return b""
            wanted = {} if last is None else {"Range": f"bytes=-{last}"}
            try:
                return self._body({"Bucket": self.bucket, "Key": name, **wanted})
            except ClientError as error:
                if status_of(error) == EMPTY and last is not None:
                    return b""
                if _is_missing_key(error):
                    raise missing(key, self.root) from None
                raise

    def write(self, key: str, data: bytes) -> None:
        """Store the object, replacing an older one."""
        name = self._name(key)
        with explained("write", key, self.root):
            self.client().put_object(Bucket=self.bucket, Key=name, Body=data)

    def write_file(self, key: str, path: Path) -> None:
        """Store a local file's bytes, replacing an older object; the file stays."""
        name = self._name(key)
        # Opened for its errors; each part reads the file by itself.
        with opened(path), explained("write", key, self.root):
            self.client().upload_file(str(path), self.bucket, name, Config=_TRANSFER)

    def write_if_absent(self, key: str, data: bytes) -> bool:
        """Store the object unless the key is taken; tell whether this call stored it.

        Raises
        ------
        LakeError
            Also if the store does not know ``If-None-Match``. When it is out of reach for good, it
            is not known whether the object was stored: run again.
        """
        name = self._name(key)
        _require_conditional_writes(self)
        with explained("write", key, self.root):
            return _put_if_absent(self, name, data)

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys below the folder ``prefix`` in ascending order."""
        folder = self._name(prefix.removesuffix("/")) if prefix else self.prefix
        start = f"{folder}/" if folder else ""
        below = len(self.prefix) + 1 if self.prefix else 0
        with explained("list", prefix, self.root):
            pages = self.client().get_paginator("list_objects_v2")
            found = [
                it["Key"]
                for page in pages.paginate(Bucket=self.bucket, Prefix=start)
                for it in page.get("Contents", ())
            ]
        return sorted(name[below:] for name in found if _is_object(name))

    def exists(self, key: str) -> bool:
        """Tell whether there is an object under this key."""
        self._name(key)
        try:
            with explained("read", key, self.root):
                self._head(key)
        except KeyMissingError:
            return False
        return True

    def modified(self, key: str) -> dt.datetime:
        """Return when the object was stored, UTC; `KeyMissingError` if there is none."""
        self._name(key)
        with explained("read", key, self.root):
            stored: dt.datetime = self._head(key)["LastModified"]
        return stored.astimezone(dt.UTC)

    def delete(self, key: str) -> None:
        """Remove the object; a missing one is no error."""
        name = self._name(key)
        with explained("delete", key, self.root):
            self.client().delete_object(Bucket=self.bucket, Key=name)

    def _name(self, key: str) -> str:
        """Return what the bucket calls an object; every key is checked here."""
        return _below(self.prefix, check_key(key))

    def _body(self, request: dict[str, str]) -> bytes:
        left = _BODY_REPEATS
        while True:
            body = self.client().get_object(**request)["Body"]
            try:
                return bytes(body.read())
            except BotoCoreError:
                # Cut off, or its checksum differs: the client has done its part by then.
                if not left:
                    raise
            left -= 1

    def _head(self, key: str) -> dict[str, Any]:
        name = self._name(key)
        try:
            found: dict[str, Any] = self.client().head_object(Bucket=self.bucket, Key=name)
        except ClientError as error:
            if status_of(error) != NOT_FOUND:
                raise
            # This answer has no text: is it the object that is not there, or the bucket?
            self.client().head_bucket(Bucket=self.bucket)
            raise missing(key, self.root) from None
        return found


def _put_if_absent(lake: S3Lake, name: str, data: bytes) -> bool:
    mark = uuid4().hex
    pauses = iter(_CONFLICT_PAUSES_SECONDS)
    while True:
        try:
            lake.client().put_object(
                Bucket=lake.bucket, Key=name, Body=data, IfNoneMatch="*", Metadata={_WRITER: mark}
            )
        except ClientError as error:
            if status_of(error) == TAKEN:
                return _writer_of(lake, name) == mark
            pause = next(pauses, None)
            if status_of(error) != CONFLICT or pause is None:
                raise
        else:
            return True
        # Another write of this key is under way: who wins is not decided yet.
        time.sleep(pause * SystemRandom().uniform(0.5, 1.5))


def _writer_of(lake: S3Lake, name: str) -> str | None:
    """Return the mark of the write that stored an object; None if it has none, or is gone."""
    try:
        found = lake.client().head_object(Bucket=lake.bucket, Key=name)
    except ClientError as error:
        if status_of(error) == NOT_FOUND:
            return None
        raise
    mark: str | None = found["Metadata"].get(_WRITER)
    return mark


@cache
def _require_conditional_writes(lake: S3Lake) -> None:
    """Raise unless the store refuses a second object under one name, as it is asked to."""
    with explained("write", _PROBE, lake.root):
        name = _below(lake.prefix, _PROBE)
        if not (_put_if_absent(lake, name, b"") and _put_if_absent(lake, name, b"")):
            return
    raise LakeError(
        f"lake: store of {lake.root} must refuse a write with If-None-Match where there is an "
        "object, got one that overwrites it; use AWS S3, or a store with conditional writes"
    )


def _below(prefix: str, key: str) -> str:
    return f"{prefix}/{key}" if prefix else key


def _is_object(name: str) -> bool:
    """Tell objects from folders that a console drew, and from what is hidden."""
    last = name.rpartition("/")[2]
    return bool(last) and not last.startswith(".")


def _is_missing_key(error: ClientError) -> bool:
    return status_of(error) == NOT_FOUND and code_of(error) != "NoSuchBucket"
