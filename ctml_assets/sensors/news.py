"""What happened to a model since the sensor last read of it."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import dagster as dg

from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers import Look
from ctml_assets.errors import DataError
from ctml_assets.resources.naming import DRIFT_SCORE, asset_key
from ctml_assets.sensors.looks import look_of

# Events held in memory at a time; a model's pages are read until the last one.
_EVENTS_PER_PAGE = 1000


@dataclass(frozen=True)
class Reported:
    """A look, and the event that reported it.

    Attributes
    ----------
    look
        The look.
    event_id
        The event's storage id.
    reported_at
        When it was stored, UTC.
    """

    look: Look
    event_id: int
    reported_at: dt.datetime


@dataclass(frozen=True)
class News:
    """All that is new of one model.

    Attributes
    ----------
    looks
        One for each new day, ascending; a day reported twice counts as reported last.
    passed_over
        What was reported as a look and is none, in words.
    last_event
        Storage id of the last event read, for the cursor.
    last_at
        When that event was stored, UTC.
    """

    looks: tuple[Reported, ...]
    passed_over: tuple[str, ...]
    last_event: int
    last_at: dt.datetime

    @property
    def newest(self) -> Reported | None:
        """The newest new day: it decides. None if there is none."""
        return self.looks[-1] if self.looks else None


def models_with_news(
    instance: dg.DagsterInstance, specs: Mapping[str, ModelSpec], cursor: Mapping[str, int]
) -> list[str]:
    """Return the models whose last drift score is later than the cursor, in order of the events.

    One query for all of them: idle models cost nothing more.
    """
    keys = {asset_key(model, DRIFT_SCORE): model for model in specs}
    found = []
    for record in instance.get_asset_records(list(keys)):
        entry = record.asset_entry
        model, last = keys[entry.asset_key], entry.last_materialization_storage_id or 0
        if last > cursor.get(model, 0):
            found.append((last, model))
    return [model for _, model in sorted(found)]


def read_news(instance: dg.DagsterInstance, spec: ModelSpec, after: int) -> News:
    """Return what was reported of a model after an event, by its storage id."""
    latest: dict[dt.date, Reported] = {}
    passed_over = []
    last_event, last_at = after, dt.datetime.fromtimestamp(0, dt.UTC)
    for record in _events(instance, spec.name, after):
        last_event = record.storage_id
        last_at = dt.datetime.fromtimestamp(record.timestamp, dt.UTC)
        try:
            look = look_of(record)
        except DataError as error:
            passed_over.append(f"{spec.name} {record.partition_key}: passed over: {error}")
            continue
        if look is None:
            continue
        if _is_partition(look.day, last_at, spec):
            latest[look.day] = Reported(look, last_event, last_at)
        else:
            passed_over.append(f"{spec.name} {look.day}: passed over: no day of this model")
    looks = tuple(latest[day] for day in sorted(latest))
    return News(looks, tuple(passed_over), last_event, last_at)


def _events(instance: dg.DagsterInstance, model: str, after: int) -> Iterator[dg.EventLogRecord]:
    """Yield all later drift scores' events, oldest first; the newest day may come last."""
    key = asset_key(model, DRIFT_SCORE)
    while True:
        page = instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=key, after_storage_id=after),
            limit=_EVENTS_PER_PAGE,
            ascending=True,
        ).records
        yield from page
        if len(page) < _EVENTS_PER_PAGE:
            return
        after = page[-1].storage_id


def _is_partition(day: dt.date, reported_at: dt.datetime, spec: ModelSpec) -> bool:
    """Tell whether the model had this day when it was reported; anybody can report any day."""
    last = spec.end_date or dt.date.max
    return spec.start_date <= day <= last and day < reported_at.date()
