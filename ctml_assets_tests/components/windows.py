"""A world's window, and the same scores made from scratch."""

import datetime as dt

import pytest

from ctml_assets.components.window import window_of
from ctml_assets.core.drift import score_rows, score_window
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.training import predict
from ctml_assets.lake import (
    Registry,
    partitions,
    read_tables,
    table_key,
)
from ctml_assets_tests.worlds import day


def records_key(number):
    return table_key("stream", "records", day(number).isoformat())


def statistics_key(number):
    return table_key("stream", "slice_statistics", day(number).isoformat())


def stored_for(world, number):
    """Return what the asset is given: the stored statistics of the window's days."""
    first = day(number) - dt.timedelta(days=world.spec.monitoring.window_days - 1)
    kept = partitions(world.lake, "stream", "slice_statistics")
    days = [at for at in kept if first.isoformat() <= at <= day(number).isoformat()]
    return read_tables(world.lake, [table_key("stream", "slice_statistics", at) for at in days])


def window_on(world, number, lake=None):
    lake = lake or world.lake
    registry = Registry(lake, "stream")
    return window_of(lake, registry, world.spec, day(number), stored_for(world, number))


def scores_of(window, spec):
    settings = spec.monitoring
    return score_window(
        window.statistics,
        lines=settings.slices,
        metric=get_metric(settings.metric),
        min_support=settings.min_support,
    )


def rows_of(world, numbers, version=None):
    """Return the labelled rows of days, with what a champion predicts of them."""
    frame = read_tables(world.lake, [records_key(number) for number in numbers])
    frame = frame[frame["outcome"].notna()].reset_index(drop=True)
    model = world.registry.load(version or world.registry.champion_on(day(numbers[-1])).version)
    return frame.assign(prediction=predict(model, frame, spec=world.spec))


def scores_from_scratch(world, numbers, version=None):
    """Score all rows at once, in memory."""
    settings, rows = world.spec.monitoring, rows_of(world, numbers, version)
    return score_rows(
        rows,
        outcomes_of(rows, rows["prediction"].to_numpy(), spec=world.spec),
        lines=settings.slices,
        metric=get_metric(settings.metric),
        min_support=settings.min_support,
        clusters=rows["ts"].dt.date.astype(str).to_list(),
    )


def assert_same_scores(found, wanted):
    assert [(part.name, part.support, part.reason) for part in found] == [
        (part.name, part.support, part.reason) for part in wanted
    ]
    for ours, theirs in zip(found, wanted, strict=True):
        assert ours.score == pytest.approx(theirs.score, abs=1e-12)
        assert dict(ours.influence) == pytest.approx(dict(theirs.influence), abs=1e-12)


class Watched:
    """A lake that notes what is read, and how much of it."""

    def __init__(self, lake):
        self._lake, self.whole, self.ends = lake, [], []

    def __getattr__(self, name):
        return getattr(self._lake, name)

    def read(self, key, last=None):
        (self.whole if last is None else self.ends).append(key)
        return self._lake.read(key, last)
