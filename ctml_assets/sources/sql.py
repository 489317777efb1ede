"""Records that a database query returns."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctml_assets.core.scoring.batch import RawBatch
from ctml_assets.errors import DataError
from ctml_assets.sources.batches import Wanted, cut_to_size
from ctml_assets.sources.environment import FilledText, fill_environment, redact
from ctml_assets.sources.times import parsed_if_text

if TYPE_CHECKING:
    from sqlalchemy import URL


@dataclass(frozen=True)
class QuerySource:
    """Runs a SELECT through SQLAlchemy, in a transaction that is never committed.

    ``:start`` and ``:end`` are bound as UTC times without a zone. A database that compares them
    with zoned columns uses its session's zone (PostgreSQL: ``timestamptz``): write
    ``:start AT TIME ZONE 'UTC'`` there. SQLite has no times: it gets text, and text columns in
    ISO 8601 order correctly against it.

    No error of this source shows the URL's password, its query parameters or the value of an
    environment variable, and none has the driver's exception as its cause: its text may.

    Attributes
    ----------
    url
        SQLAlchemy URL; ``{{ env.NAME }}`` is replaced when the source is read.
    query
        A SELECT with the bind parameters ``:start`` (inclusive) and ``:end`` (exclusive).
    event_time
        Name of the column whose time decides the partition.
    """

    url: str
    query: str
    event_time: str

    def read(self, start: dt.datetime, end: dt.datetime, partition: str) -> pd.DataFrame:
        """Run the query; see `ctml_assets.sources.protocol.Source.read`."""
        filled = fill_environment(self.url)
        url = _parsed(filled)
        problem = ""
        try:
            frame = _query(url, self.query, start, end)
        except Exception as error:  # noqa: BLE001 - re-raised below, without its context
            problem = f"{type(error).__name__}: {getattr(error, 'orig', None) or error}"
        if problem:
            secrets = (*filled.values, url.password or "", *_texts(url))
            raise DataError(
                f"sql {url.set(query={}).render_as_string(hide_password=True)}: partition "
                f"{partition} must be readable, got {redact(problem, secrets)}; check source.sql, "
                "its driver and the database"
            )
        if self.event_time in frame.columns:
            frame[self.event_time] = parsed_if_text(frame[self.event_time])
        return frame

    def batches(
        self, start: dt.datetime, end: dt.datetime, partition: str, wanted: Wanted
    ) -> Iterator[RawBatch]:
        """Cut what `read` returns; all of it is in memory meanwhile."""
        del wanted
        yield from cut_to_size(self.read(start, end, partition))


def _parsed(filled: FilledText) -> "URL":
    from sqlalchemy import make_url

    url = None
    # Its error may quote the URL, so a fresh one is raised below, without a cause or context.
    with suppress(Exception):
        url = make_url(filled.text)
    if url is None:
        raise DataError(
            "sql source: url must be dialect+driver://user:password@host:port/database, got one "
            "that SQLAlchemy cannot parse (not shown, it may hold a secret); percent-encode "
            "special characters or use {{ env.NAME }}"
        )
    return url


def _query(url: "URL", query: str, start: dt.datetime, end: dt.datetime) -> pd.DataFrame:
    # SQLAlchemy takes a while to import: only those who use it pay for it.
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    engine = create_engine(url, poolclass=NullPool)
    bounds: dict[str, dt.datetime | str] = {"start": start, "end": end}
    if engine.dialect.name == "sqlite":
        bounds = {name: f"{bound:%Y-%m-%d %H:%M:%S}" for name, bound in bounds.items()}
    try:
        with engine.connect() as connection:
            return pd.read_sql_query(text(query), connection, params=bounds)
    finally:
        engine.dispose()


def _texts(url: "URL") -> list[str]:
    values = url.query.values()
    return [text for value in values for text in ([value] if isinstance(value, str) else value)]
