"""What a lake is: byte objects under keys, and one operation that exactly one writer wins."""

import datetime as dt
import re
from pathlib import Path
from typing import Protocol

from ctml_assets.errors import LakeError

MAX_KEY_LENGTH = 1000
MAX_PART_LENGTH = 200
_PART = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9._=-]*")


class KeyMissingError(LakeError):
    """There is no object under this key."""


class Lake(Protocol):
    """A root under which byte objects lie, such as a local folder or a prefix in a bucket.

    Keys are relative paths with ``/`` (see `check_key`). Every operation is atomic: a reader sees
    an old object or a new one, never a part of one, also after a crash. All methods raise
    `LakeError` on a key that is not accepted, and when the lake is full or out of reach.
    """

    def read(self, key: str, last: int | None = None) -> bytes:
        """Return the object, or as much of its end as ``last`` bytes are.

        Raises
        ------
        KeyMissingError
            If there is none.
        """
        ...

    def write(self, key: str, data: bytes) -> None:
        """Store the object, replacing an older one."""
        ...

    def write_file(self, key: str, path: Path) -> None:
        """Store a local file's bytes, replacing an older object; the file stays.

        The file is never in memory as a whole. Nobody may change it meanwhile.

        Raises
        ------
        LakeError
            Also if the file cannot be read; nothing was changed then.
        """
        ...

    def write_if_absent(self, key: str, data: bytes) -> bool:
        """Store the object unless the key is taken; of many writers exactly one wins.

        Returns
        -------
        bool
            True if this call stored it; False if the key was taken (and is left as it was).
        """
        ...

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys below the folder ``prefix`` in ascending order; ``""`` means all.

        The prefix is a whole folder, with or without the closing slash: ``a`` finds ``a/b``, not
        ``ab``. No such folder: an empty list.
        """
        ...

    def exists(self, key: str) -> bool:
        """Tell whether there is an object under this key."""
        ...

    def modified(self, key: str) -> dt.datetime:
        """Return when the object was stored, UTC, by the storage's clock.

        Raises
        ------
        KeyMissingError
            If there is none.
        """
        ...

    def delete(self, key: str) -> None:
        """Remove the object; a missing one is no error."""
        ...


def missing(key: str, root: str) -> KeyMissingError:
    """Return the error that says that a lake has no object under a key."""
    return KeyMissingError(
        f"lake: key must be an object in {root}, got {key!r}, which is not there; materialize "
        "what writes it first"
    )


def check_key(key: str) -> str:
    """Return the key if it is accepted: it can neither leave the lake nor hide in it.

    Parameters
    ----------
    key : str
        Parts of ``A-Z a-z 0-9 . _ = -`` that do not begin with ``.``, 200 characters at most each,
        joined by ``/``, 1000 characters at most in all.

    Raises
    ------
    LakeError
        If it is anything else.

    Examples
    --------
    >>> check_key("tables/flights/records/2024-01-31.parquet")
    'tables/flights/records/2024-01-31.parquet'
    >>> check_key("tables/../secret")
    Traceback (most recent call last):
        ...
    ctml_assets.errors.LakeError: lake: key must be parts of letters, digits, . _ = - (none \
beginning with .) joined by /, got 'tables/../secret'; rename it
    """
    parts = key.split("/")
    short = len(key) <= MAX_KEY_LENGTH and all(len(part) <= MAX_PART_LENGTH for part in parts)
    if not (short and all(_PART.fullmatch(part) for part in parts)):
        shown = key if len(key) <= MAX_PART_LENGTH else key[:MAX_PART_LENGTH] + "..."
        raise LakeError(
            "lake: key must be parts of letters, digits, . _ = - (none beginning with .) joined "
            f"by /, got {shown!r}; rename it"
        )
    return key
