"""What a database says when studies cannot be kept, in words that say what to do."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ctml_assets.errors import StudyError
from ctml_assets.sources.environment import redact

if TYPE_CHECKING:
    from sqlalchemy import URL

AWAY = (
    "move it away, with -wal and -shm beside it: only warm starts and the history of tuning are "
    "lost"
)
_CHECK = "check the url, and that the server is there and lets this user in"
_SHOWN_PARAMETERS = ("host", "port", "options", "sslmode")
# What drivers say, and what to do about it; the first that is found counts.
_REMEDIES = (
    ("full", "free disk space or raise the quota, then run again; finished trials are kept"),
    ("disk i/o error", "check the disk and its quota, then run again; finished trials are kept"),
    ("not a database", AWAY),
    ("malformed", AWAY),
    ("readonly", "give this user the right to write there"),
    ("read-only", "give this user the right to write there"),
    ("permission denied", "give this user the right to read and write there"),
    ("unable to open", "check that the folder is there, and the right to write in it"),
    ("locked", "another process holds it; end that one, or use PostgreSQL for many workers"),
    ("load plugin", "use sqlite:/// or postgresql://"),
    ("optuna version", "install the Optuna that wrote it, or upgrade the tables as Optuna says"),
)


def shown_url(url: "URL") -> str:
    """Return a URL without its password, and without parameters that may hold one.

    Neither are host and database shown if an @ that is not encoded left a password's end in them.

    Examples
    --------
    >>> from sqlalchemy import make_url
    >>> shown_url(make_url("postgresql://me:secret@db/studies?passfile=x"))
    'postgresql://me:***@db/studies'
    """
    parameters = {name: it for name, it in url.query.items() if name in _SHOWN_PARAMETERS}
    shown = url.set(query=parameters)
    if _misread(url):
        shown = shown._replace(host="***", port=None, database=None)
    return shown.render_as_string(hide_password=True)


def _misread(url: "URL") -> tuple[str, ...]:
    """Return host and database if a password's end may be in them."""
    places = (url.host or "", url.database or "")
    return places if url.host and "@" in "".join(places) else ()


@contextmanager
def explained(url: "URL", secrets: Sequence[str] = (), *also: type[Exception]) -> Iterator[None]:
    """Turn a database's error into a `StudyError` that names the place and shows no secret.

    Parameters
    ----------
    url
        Where the studies are.
    secrets
        Never shown, in addition to the password and the URL's parameters.
    *also
        Kinds of error that are the database's here, beside SQLite's, SQLAlchemy's and those of
        Optuna's storage.

    Raises
    ------
    StudyError
        In place of any of them.
    """
    from optuna.exceptions import StorageInternalError
    from sqlalchemy.exc import SQLAlchemyError

    kinds = (sqlite3.Error, SQLAlchemyError, StorageInternalError, *also)
    try:
        yield
    except Exception as error:
        found = _first_of(kinds, error)
        if found is None:
            raise
        # The driver's text may show a secret, so it is not the cause.
        raise _told(url, found, secrets) from None


def _first_of(kinds: tuple[type[Exception], ...], error: BaseException) -> BaseException | None:
    """Return the error, or the first behind it, that is the database's.

    Optuna 5 fails an assertion of its own when it cannot write how a trial ended.
    """
    behind: BaseException | None = error
    while behind is not None and not isinstance(behind, kinds):
        behind = behind.__context__ if isinstance(behind, AssertionError) else None
    return behind


def _told(url: "URL", error: BaseException, secrets: Sequence[str]) -> StudyError:
    cause = error
    while inner := getattr(cause, "orig", None) or cause.__cause__:
        cause = inner
    said = " ".join(str(cause).split())
    hidden = (*secrets, url.password or "", *_misread(url), *_hidden_parameters(url))
    return StudyError(
        f"studies {shown_url(url)}: database must be readable and writable, got "
        f"{type(cause).__name__}: {redact(said, hidden)}; {_remedy(cause, said)}"
    )


def _remedy(cause: BaseException, said: str) -> str:
    if isinstance(cause, ImportError):
        extra = "'ctml-assets[postgres]'" if cause.name == "psycopg2" else cause.name
        return f"pip install {extra}"
    return next((it for word, it in _REMEDIES if word in said.lower()), _CHECK)


def _hidden_parameters(url: "URL") -> list[str]:
    values = [it for name, it in url.query.items() if name not in _SHOWN_PARAMETERS]
    return [text for it in values for text in ([it] if isinstance(it, str) else it)]
