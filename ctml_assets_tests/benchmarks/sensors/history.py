"""A tick after a long history against a tick after a short one."""

import datetime as dt
import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from ctml_assets.components import LoadedModels, compose
from ctml_assets.resources import LakeResource
from ctml_assets_tests import streams
from ctml_assets_tests.benchmarks.sensors.looks import HOME_SETTINGS, report, tick, trained

LONG, SHORT = 1_000, 10
_FIRST = dt.date(2020, 1, 1)
_TRAINED_EVERY_DAYS = 90


@dataclass(frozen=True)
class HistoryRow:
    """One tick with one new day.

    Attributes
    ----------
    days
        Materialized before.
    rounds
        Ticks measured.
    cpu_seconds
        Median.
    """

    days: int
    rounds: int
    cpu_seconds: float


class _Place:
    """One model with so many days behind it."""

    def __init__(self, folder: Path, days: int, stack: ExitStack) -> None:
        folder.mkdir()
        (folder / "dagster.yaml").write_text(HOME_SETTINGS)
        self.instance = stack.enter_context(dg.DagsterInstance.from_config(str(folder)))
        spec = streams.spec(start_date=_FIRST.isoformat(), triggers={})
        self.lake = LakeResource(root=str(folder / "lake"))
        self.definitions = compose(LoadedModels((spec,), ()), self.lake)
        self.cursor, self.next_day = "{}", _FIRST
        trained(self.lake, "stream", _FIRST, champion=True)
        for number in range(days):
            self.new_day()
            if number % _TRAINED_EVERY_DAYS == 0:
                trained(self.lake, "stream", self.next_day)
            if number % (days // 10) == 0:
                self.tick()

    def new_day(self) -> None:
        report(self.instance, "stream", self.next_day)
        self.next_day += dt.timedelta(days=1)

    def tick(self) -> float:
        started = time.process_time()
        self.cursor = tick(self.instance, self.definitions, self.lake, self.cursor)
        return time.process_time() - started


def by_history(rounds: int) -> list[HistoryRow]:
    """Measure ticks after long and short histories in turns."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        places = {days: _Place(Path(folder) / str(days), days, stack) for days in (LONG, SHORT)}
        seconds: dict[int, list[float]] = {days: [] for days in places}
        for number in range(rounds):
            order = list(places) if number % 2 else list(reversed(places))
            for days in order:
                place, before = places[days], places[days].cursor
                place.new_day()
                seconds[days].append(place.tick())
                assert place.cursor != before
    return [HistoryRow(days, rounds, statistics.median(it)) for days, it in seconds.items()]
