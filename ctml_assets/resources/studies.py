"""Where Optuna's studies are kept, as a Dagster resource: a file beside the instance, or a URL."""

import os
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from ctml_assets.core.spec import NAME_PATTERN
from ctml_assets.errors import DataError, StudyError
from ctml_assets.resources.study_errors import explained, shown_url
from ctml_assets.resources.study_storage import open_storage
from ctml_assets.sources.environment import fill_environment

if TYPE_CHECKING:
    from optuna.storages import RDBStorage
    from sqlalchemy import URL

STUDIES_VARIABLE = "CTML_STUDIES"
# SQLAlchemy's own choice for the bare name is psycopg, with which dagster-postgres does not work.
_POSTGRESQL = frozenset({"postgres", "postgresql"})


def default_studies_folder() -> Path:
    """Return ``$DAGSTER_HOME/studies``, else ``.dagster/studies`` here, like the lake's folder."""
    return (Path(os.environ.get("DAGSTER_HOME") or ".dagster") / "studies").absolute()


class StudiesResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The database of the studies, in which trials outlive the process that ran them."""

    url: str = Field(
        default="",
        description="SQLAlchemy URL, {{ env.NAME }} is replaced; postgresql:// takes psycopg2; "
        "empty: $CTML_STUDIES, else one SQLite file per model in the folder",
    )
    folder: str = Field(
        default="",
        description="where the SQLite files lie; empty: $DAGSTER_HOME/studies, else "
        ".dagster/studies",
    )

    def open(self, model: str) -> "RDBStorage":
        """Return the storage of a model's studies, with heartbeats; made if there is none.

        It belongs to this process: one that is forked, or gets it pickled, opens its own.

        Raises
        ------
        StudyError
            If it cannot be opened, is damaged, or has no driver. Nothing is ever removed.
        """
        # Tuning takes a while to import: only those who open a study pay for it.
        from ctml_assets.core.tuning.resuming import retry_trial

        url, secrets = self._place(model)
        with explained(url, secrets, ImportError, RuntimeError, OSError):
            return open_storage(url, retry_trial)

    def opener(self, model: str) -> "Callable[[], RDBStorage]":
        """Return what opens a model's storage in another process: it can be pickled."""
        return partial(_opened, self.url, self.folder, model)

    def explained(self, model: str) -> AbstractContextManager[None]:
        """Return a context in which a failing storage is a `StudyError`, without its secrets."""
        return explained(*self._place(model))

    def shown(self, model: str) -> str:
        """Return the URL for ``optuna-dashboard``, without its password.

        Raises
        ------
        StudyError
            If the URL is none, or an environment variable of it is not set.
        """
        return shown_url(self._place(model)[0])

    def _place(self, model: str) -> "tuple[URL, Sequence[str]]":
        from sqlalchemy import URL

        if not re.fullmatch(NAME_PATTERN, model):
            raise StudyError(f"studies: model must be a model's name, got {model!r}; rename it")
        declared = self.url or os.environ.get(STUDIES_VARIABLE, "")
        if not declared:
            folder = Path(self.folder).absolute() if self.folder else default_studies_folder()
            return URL.create("sqlite", database=str(folder / f"{model}.db")), ()
        try:
            filled = fill_environment(declared, "studies")
        except DataError as error:
            raise StudyError(str(error)) from None
        return _parsed(filled.text), filled.values


def _opened(url: str, folder: str, model: str) -> "RDBStorage":
    return StudiesResource(url=url, folder=folder).open(model)


def _parsed(text: str) -> "URL":
    from sqlalchemy import make_url

    url = None
    # Its error may quote the URL, which may hold a secret.
    with suppress(Exception):
        url = make_url(text)
    if url is None:
        raise StudyError(
            "studies: url must be sqlite:///file or postgresql://user:password@host/database, got "
            "one that SQLAlchemy cannot parse (not shown, it may hold a secret); percent-encode "
            "special characters or use {{ env.NAME }}"
        )
    if url.get_backend_name() == "sqlite":
        return _file_url(url)
    return url.set(drivername="postgresql+psycopg2") if url.drivername in _POSTGRESQL else url


def _file_url(url: "URL") -> "URL":
    if not url.database or url.database.startswith((":memory:", "file:")):
        raise StudyError(
            f"studies: url must name a file that processes can share, got {shown_url(url)!r}; use "
            "sqlite:////folder/studies.db"
        )
    return url.set(database=str(Path(url.database).absolute()))
