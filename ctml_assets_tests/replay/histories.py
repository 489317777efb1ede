"""A history of two weeks whose rules change on day 8, quick enough to replay often."""

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ctml_assets.components import LoadedModels, compose
from ctml_assets.core.spec import ModelSpec
from ctml_assets.replay.home import open_home
from ctml_assets.replay.journal import DayEntry
from ctml_assets.replay.run import replayed
from ctml_assets.replay.summary import Summary
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day, declared

DAYS, DRIFT_FROM = 14, 8


def write_history(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return streams.write_days(folder / "stream.parquet", DAYS, drift_from=day(DRIFT_FROM))


def history_spec(source: Path, **changes: Any) -> ModelSpec:
    held_out = {"validation_days": 1, "test_days": 2, "min_history_days": 5}
    return declared(
        source,
        **{
            "retraining": held_out,
            "triggers": {"cooldown_days": 2},
            "promotion": {"max_slice_regression": 1.0},
            **changes,
        },
    )


def days(count: int = DAYS) -> list[dt.date]:
    return [day(number) for number in range(count)]


def replay(
    home: Path,
    spec: ModelSpec,
    *,
    count: int = DAYS,
    on_day: Callable[[DayEntry], None] = lambda _: None,
) -> Summary:
    """Replay the first days in a home."""
    with ExitStack() as stack:
        opened = stack.enter_context(open_home(home))
        definitions = compose(LoadedModels((spec,), ()), opened.lake)
        return replayed(spec, definitions, opened, days(count), on_day=on_day)
