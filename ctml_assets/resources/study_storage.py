"""An Optuna storage in a database that many processes open at once."""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctml_assets.errors import StudyError
from ctml_assets.resources.study_errors import shown_url
from ctml_assets.resources.study_file import BUSY_SECONDS, new_file, require_sound, take_turns

if TYPE_CHECKING:
    from optuna import Study
    from optuna.storages import RDBStorage
    from optuna.trial import FrozenTrial
    from sqlalchemy import URL

Retry = Callable[["Study", "FrozenTrial"], None]

HEARTBEAT_SECONDS, GRACE_SECONDS = 15, 300
_CONNECT_SECONDS = 10
# Whoever opens a PostgreSQL database takes it: "ctml" as a number.
_LOCK = 0x63746D6C


def open_storage(url: "URL", retry: Retry) -> "RDBStorage":
    """Return the storage that a URL names; its tables are made if there are none.

    Running trials have a heartbeat: one whose process stopped for a minute is failed by whoever
    asks for the next trial.

    Parameters
    ----------
    url
        Where it lies.
    retry
        Told the study and each trial that is failed so.

    Raises
    ------
    StudyError
        If the database is damaged, or another program's.
    sqlalchemy.exc.SQLAlchemyError, optuna.exceptions.StorageInternalError, sqlite3.Error
        If it cannot be opened, read or written.
    ImportError
        If its driver is not installed.
    RuntimeError
        If another version of Optuna made its tables.
    """
    if url.get_backend_name() == "sqlite":
        return _in_file(url, retry)
    return _on_server(url, retry)


def _in_file(url: "URL", retry: Retry) -> "RDBStorage":
    path = Path(url.database or "")
    if not path.exists():
        with new_file(path) as new:
            _storage(url.set(database=str(new)), {}, retry).engine.dispose()
    require_sound(path)
    settings = {"connect_args": {"timeout": BUSY_SECONDS}}
    _require_own(url, settings)
    storage = _storage(url, settings, retry)
    take_turns(storage.engine)
    return storage


def _on_server(url: "URL", retry: Retry) -> "RDBStorage":
    from sqlalchemy import NullPool, create_engine, text

    settings: dict[str, Any] = {"pool_pre_ping": True}
    if url.get_backend_name() != "postgresql":
        _require_own(url, settings)
        return _storage(url, settings, retry)
    settings["connect_args"] = {"connect_timeout": _CONNECT_SECONDS}
    engine = create_engine(url, poolclass=NullPool, **settings)
    # Optuna asks for each table before it makes it: two that do so at once break one another.
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        _require_own(url, settings)
        return _storage(url, settings, retry)


def _require_own(url: "URL", settings: dict[str, Any]) -> None:
    """Refuse a database in which another program, such as Dagster, keeps its versions."""
    from sqlalchemy import NullPool, create_engine, inspect

    names = set(inspect(create_engine(url, poolclass=NullPool, **settings)).get_table_names())
    if "alembic_version" in names and "version_info" not in names:
        raise StudyError(
            f"studies {shown_url(url)}: database must be Optuna's alone, got the tables of another "
            "program; make a database of its own for the studies"
        )


def _storage(url: "URL", settings: dict[str, Any], retry: Retry) -> "RDBStorage":
    import optuna

    text = url.render_as_string(hide_password=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.storages.RDBStorage(
            # Optuna formats the text as a template.
            text.replace("{", "{{").replace("}", "}}"),
            engine_kwargs=settings,
            heartbeat_interval=HEARTBEAT_SECONDS,
            grace_period=GRACE_SECONDS,
            heartbeat_stale_trial_callback=retry,
        )
