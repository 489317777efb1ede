"""A SQLite file of studies: made in one step, checked when it is opened, shared in turns."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from ctml_assets.errors import StudyError
from ctml_assets.resources.study_errors import AWAY

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

BUSY_SECONDS = 60
_BESIDE = ("-wal", "-shm", "-journal")


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a name to make a file under, and give the file its own name at the end, if absent.

    So processes that open it at the same time find one whole file, and a process that is killed
    leaves none or all of it.

    Raises
    ------
    StudyError
        If a write-ahead log lies there without its database: SQLite would mix it into the new one.
    """
    beside = [it for it in _beside(path) if it.exists()]
    # Another process may have been quicker: then they belong to its file.
    if beside and not path.exists():
        raise StudyError(
            f"studies {path}: database must lie there with its log, got {beside[0].name} alone; "
            "move that away too, or the database back"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".new-{uuid4().hex}-{path.name}")
    try:
        yield temporary
        # Readers, such as optuna-dashboard, hold nobody up; a commit does not wait for the disk.
        with closing(sqlite3.connect(temporary)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        with suppress(FileExistsError):
            path.hardlink_to(temporary)
    finally:
        for it in (temporary, *_beside(temporary)):
            it.unlink(missing_ok=True)


def require_sound(path: Path) -> None:
    """Refuse a file that is damaged: nothing may be read from it, nor written to it.

    Raises
    ------
    StudyError
        If it is no file, empty, or SQLite finds that its pages do not fit together.
    sqlite3.Error
        If SQLite cannot read it at all.
    """
    if not path.is_file():
        raise _unsound(path, "something else")
    if path.stat().st_size == 0:
        raise _unsound(path, "0 bytes")
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise _unsound(path, found)


def take_turns(engine: "Engine") -> None:
    """Make every transaction take the write lock first, and no commit wait for the disk.

    Optuna reads whether a trial is waiting, or running, before it takes or fails it. SQLite knows
    no ``SELECT ... FOR UPDATE``: without the lock two processes take the same trial. A commit
    survives the process that made it; a power cut may take the last ones, but breaks nothing.
    """
    from sqlalchemy import event

    # What was opened without the lock goes.
    engine.dispose()

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous=NORMAL")

    @event.listens_for(engine, "begin")
    def _begun(connection: "Connection") -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _unsound(path: Path, found: str) -> StudyError:
    said = " ".join(found.split())
    return StudyError(f"studies {path}: file must be a whole SQLite database, got {said}; {AWAY}")


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in _BESIDE]
