"""SQLite storage for a replay: the files are Dagster's own, only the connections are kept.

Dagster opens a file anew for each of the fifty events of a run, and runs its migrations on the
file of each new run. Both are right for a daemon; they cost a replay, which makes hundreds of short
runs in one process, almost half of its time (benchmark ``replay_day``: 0.54 against 0.31 CPU
seconds for a day without a training).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import QueuePool

# How long a write waits for another process's, for example a webserver's.
_BUSY_TIMEOUT_SECONDS = 30


class ReplayEventLogStorage(SqliteEventLogStorage):
    """Dagster's event log with connections that stay open, and one migration for all runs."""

    def __init__(self, base_dir: str) -> None:
        super().__init__(base_dir)
        self._engines: dict[str, Engine] = {}
        self._empty_shard: bytes | None = None

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).connect() as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        """Close all files."""
        self._forget(list(self._engines))
        super().dispose()

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            # A finished run's file is hardly read again; the index is always needed.
            self._forget([name for name in self._engines if name != INDEX_SHARD_NAME])
            self._prepare(shard)
            self._engines[shard] = self._new_engine(shard)
        return self._engines[shard]

    def _forget(self, shards: list[str]) -> None:
        for shard in shards:
            self._engines.pop(shard).dispose()

    def _prepare(self, shard: str) -> None:
        path = Path(self.path_for_shard(shard))
        if shard != INDEX_SHARD_NAME and self._empty_shard is not None and not path.exists():
            partial = path.with_suffix(".new")
            partial.write_bytes(self._empty_shard)
            partial.replace(path)
            return
        is_new = not path.exists()
        engine = self._new_engine(shard)
        self._initdb(engine)
        # Closing the last connection brings everything from the write-ahead log into the file.
        engine.dispose()
        if is_new and shard != INDEX_SHARD_NAME:
            self._empty_shard = path.read_bytes()

    def _new_engine(self, shard: str) -> Engine:
        return create_engine(
            self.conn_string_for_shard(shard),
            poolclass=QueuePool,
            connect_args={"timeout": _BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        )


class ReplaySqliteStorage(DagsterSqliteStorage):
    """Dagster's SQLite storage with the event log above."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(base_dir, inst_data)
        kept = self._event_log_storage
        self._event_log_storage = ReplayEventLogStorage(kept._base_dir)
        kept.dispose()

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "ReplaySqliteStorage":
        """Build it from an instance's configuration."""
        return cls.from_local(inst_data=inst_data, **config_value)


def for_replay(reference: InstanceRef) -> InstanceRef:
    """Return the instance's reference with this storage, if its storage is SQLite."""
    stored = reference.storage_data
    if stored is None or stored.class_name != DagsterSqliteStorage.__name__:
        return reference
    kept = ConfigurableClassData(__name__, ReplaySqliteStorage.__name__, stored.config_yaml)
    return reference._replace(storage_data=kept)
