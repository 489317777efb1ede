"""Texts with a form: the sources, the schedules, the owners."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from croniter import CroniterBadDateError, croniter

from ctml_assets.core.records.values import shown
from ctml_assets.core.spec import ModelSpec, SourceSpec, SqlSource
from ctml_assets.declaration.mistakes import FieldPath, Finding
from ctml_assets.declaration.standins import is_stand_in

_SUFFIXES = (".parquet", ".csv", ".csv.gz")
_CALLABLE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,7}")
# H and R would draw another time in each process.
_CRON_WORD = re.compile(
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat|l", re.IGNORECASE
)
_ANY_MOMENT = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - only whether a next time exists counts


def check_formats(spec: ModelSpec) -> Iterator[Finding]:
    """Check the form of sources, schedules and owners; yields one finding a mistake."""
    for name in ("source", "inference_source"):
        yield from _check_source((name,), getattr(spec, name))
    yield from _check_cron(("monitoring", "cron"), spec.monitoring.cron)
    yield from _check_cron(("inference_cron",), spec.inference_cron)
    for position, owner in enumerate(spec.owners):
        if not (
            is_stand_in(owner)
            or _EMAIL.fullmatch(owner)
            or (owner.startswith("team:") and owner != "team:")
        ):
            problem = f"must be an e-mail address or team:name, got {owner!r}"
            yield Finding(("owners", position), problem, "use for example team:data")


def _check_source(at: FieldPath, source: SourceSpec | None) -> Iterator[Finding]:
    if source is not None:
        yield from _check_path((*at, "path"), source.path)
        yield from _check_callable((*at, "callable"), source.callable)
        yield from _check_sql((*at, "sql"), source.sql)


def _check_path(at: FieldPath, path: str | None) -> Iterator[Finding]:
    if path is None or is_stand_in(path):
        return
    got = f"got {shown(path)}"
    scheme, separator, _ = path.partition("://")
    if separator and scheme != "s3":
        remedy = f"use a path or s3://, or declare {at[0]}.sql or {at[0]}.callable"
        yield Finding(at, f"must be a local path or begin with s3://, {got}", remedy)
        return
    if not PurePosixPath(path).name.endswith(_SUFFIXES):
        problem = f"must end with one of {', '.join(_SUFFIXES)}, {got}"
        yield Finding(at, problem, "use for example data/{partition}.parquet")
    others = sorted(set(re.findall(r"\{.*?\}", path)) - {"{partition}"})
    if others:
        problem = f"must have no other placeholder than {{partition}}, got {', '.join(others)}"
        yield Finding(at, problem, "write {partition} where the day stands, as in 2013-01-31")


def _check_callable(at: FieldPath, name: str | None) -> Iterator[Finding]:
    # the form only: to import it would run the user's code whenever a declaration is read
    if name is not None and not is_stand_in(name) and not _CALLABLE.fullmatch(name):
        problem = f"must be package.module:function, got {name!r}"
        yield Finding(at, problem, "use for example my_project.sources:bookings")


def _check_sql(at: FieldPath, sql: SqlSource | None) -> Iterator[Finding]:
    if sql is None:
        return
    if not is_stand_in(sql.url) and not re.match(r"[a-z][a-z0-9_]*(\+[a-z0-9_]+)?://", sql.url):
        # the text itself is not shown: it may hold a password
        problem = (
            "must be a SQLAlchemy URL (dialect+driver://...), got a text that begins otherwise"
        )
        yield Finding((*at, "url"), problem, "use for example sqlite:///bookings.db")
    missing = [
        name for name in ("start", "end") if not re.search(rf"(?<![:\w]):{name}\b", sql.query)
    ]
    if missing and not is_stand_in(sql.query):
        names = " and ".join(f":{name}" for name in missing)
        problem = f"must have the bind parameters :start and :end, got a query without {names}"
        remedy = "add for example WHERE ts >= :start AND ts < :end"
        yield Finding((*at, "query"), problem, remedy)


def _check_cron(at: FieldPath, cron: str) -> Iterator[Finding]:
    if len(cron.split()) != 5 or not croniter.is_valid(cron):
        what = "of five fields"
    elif not all(map(_CRON_WORD.fullmatch, re.findall("[A-Za-z]+", cron))):
        what = "whose only words are months, days and L"
    elif not _fires(cron):
        what = "that fires on some day"
    else:
        return
    problem = f"must be a cron schedule {what}, got {cron!r}"
    yield Finding(at, problem, "use for example 0 6 * * *")


def _fires(cron: str) -> bool:
    (_, _, days, months, *_), *_ = croniter.expand(cron)
    # Dagster refuses these even where a day of the week would fire as well.
    if months == [2] and days in ([30], [31]):
        return False
    try:
        croniter(cron, _ANY_MOMENT).get_next()
    except CroniterBadDateError:
        return False
    return True
