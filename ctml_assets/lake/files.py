"""A local file that is to be stored."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ctml_assets.errors import LakeError


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file that is to be stored in a lake.

    Raises
    ------
    LakeError
        If it is not there or cannot be read.

    Examples
    --------
    >>> with opened(Path("no/such.parquet")):
    ...     pass
    Traceback (most recent call last):
        ...
    ctml_assets.errors.LakeError: lake: file must be readable, got no/such.parquet: No such file \
or directory; write it first
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise LakeError(
            f"lake: file must be readable, got {path}: {error.strerror or error}; write it first"
        ) from error
    with file:
        yield file
