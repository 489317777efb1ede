"""A lake in a local folder: atomic, durable, safe for many writers at once."""

import datetime as dt
import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from ctml_assets.errors import LakeError
from ctml_assets.lake.files import opened
from ctml_assets.lake.protocol import check_key, missing

# Keys never begin a part with a dot, so a file under way can never be taken for an object.
_TEMPORARY = ".tmp-"
_CHUNK_BYTES = 1 << 20
_MISSING = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@dataclass(frozen=True)
class LocalLake:
    """`Lake` in a folder of one POSIX file system.

    Every write goes to a temporary file beside the target, is forced to disk, takes its name in
    one step (``rename``, or ``link`` where the key must be free), and the folder is forced to
    disk too: after a crash an object is there whole or not at all.

    Parameters
    ----------
    root : Path
        The folder; the first write makes it. Its file system must know hard links.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> lake = LocalLake(Path(mkdtemp()))
    >>> lake.write_if_absent("documents/first.json", b"{}")
    True
    >>> lake.write_if_absent("documents/first.json", b"[]")
    False
    >>> lake.read("documents/first.json")
    b'{}'
    """

    root: Path

    def read(self, key: str, last: int | None = None) -> bytes:
        """Return the object or its end; `KeyMissingError` if there is none."""
        path = self._path(key)
        try:
            with _explained("read", key, self.root), path.open("rb") as file:
                if last is not None:
                    file.seek(max(0, file.seek(0, os.SEEK_END) - last))
                return file.read()
        except _MISSING:
            raise missing(key, str(self.root)) from None

    def write(self, key: str, data: bytes) -> None:
        """Store the object, replacing an older one."""
        self._replace(key, (data,))

    def write_file(self, key: str, path: Path) -> None:
        """Store a local file's bytes, replacing an older object; the file stays."""
        check_key(key)
        with opened(path) as file:
            self._replace(key, iter(lambda: file.read(_CHUNK_BYTES), b""))

    def write_if_absent(self, key: str, data: bytes) -> bool:
        """Store the object unless the key is taken; tell whether this call stored it."""
        path = self._path(key)
        with _explained("write", key, self.root):
            won = not path.is_file() and _link(path, data)
            # Also when another writer won: what this call reports must survive a power cut.
            _force_folder(path.parent)
        return won

    def keys(self, prefix: str = "") -> list[str]:
        """Return the keys below the folder ``prefix`` in ascending order."""
        folder = self.root if not prefix else self._path(prefix.removesuffix("/"))
        with _explained("list", prefix, self.root):
            return sorted(
                Path(at, name).relative_to(self.root).as_posix()
                for at, _, names in os.walk(folder, onerror=_raise_unless_missing)
                for name in names
                if not name.startswith(".")
            )

    def exists(self, key: str) -> bool:
        """Tell whether there is an object under this key."""
        path = self._path(key)
        with _explained("read", key, self.root):
            return path.is_file()

    def modified(self, key: str) -> dt.datetime:
        """Return when the object was stored, UTC; `KeyMissingError` if there is none."""
        path = self._path(key)
        try:
            with _explained("read", key, self.root):
                found = path.stat()
        except _MISSING:
            raise missing(key, str(self.root)) from None
        if not stat.S_ISREG(found.st_mode):
            raise missing(key, str(self.root))
        return dt.datetime.fromtimestamp(found.st_mtime, dt.UTC)

    def delete(self, key: str) -> None:
        """Remove the object; a missing one is no error."""
        path = self._path(key)
        with _explained("delete", key, self.root), suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
            _force_folder(path.parent)

    def _replace(self, key: str, chunks: Iterable[bytes]) -> None:
        path = self._path(key)
        with _explained("write", key, self.root), _temporary(path, chunks) as temporary:
            temporary.replace(path)
            _force_folder(path.parent)

    def _path(self, key: str) -> Path:
        return self.root / check_key(key)


@contextmanager
def _explained(verb: str, key: str, root: Path) -> Iterator[None]:
    """Turn the system's errors into one that says what to do; let "missing" through on reads."""
    try:
        yield
    except OSError as error:
        if isinstance(error, _MISSING) and verb == "read":
            raise
        if error.errno in _FULL:
            remedy = "free disk space or raise the quota, then run again; nothing was changed"
        elif error.errno in _FORBIDDEN:
            remedy = (
                "give this user the right to read and write there, and use a file system with "
                "hard links"
            )
        else:
            remedy = "check that the folder is reachable and that no file stands in its way"
        raise LakeError(
            f"lake: cannot {verb} {key!r} in {root}: {error.strerror or error}; {remedy}"
        ) from error


@contextmanager
def _temporary(path: Path, chunks: Iterable[bytes]) -> Iterator[Path]:
    """Make a file beside ``path`` that holds the chunks on disk, and see that it goes away."""
    _make_folder(path.parent)
    temporary = path.with_name(f"{_TEMPORARY}{uuid4().hex}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        try:
            for chunk in chunks:
                rest = memoryview(chunk)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _link(path: Path, data: bytes) -> bool:
    with _temporary(path, (data,)) as temporary:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            if path.is_file():
                return False
            raise
    return True


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _force_folder(folder.parent)


def _force_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, _MISSING):
        raise error
