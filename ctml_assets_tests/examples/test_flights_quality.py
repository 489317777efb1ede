"""What the rules on data quality say of the demo's data, day by day."""

from pathlib import Path

import pandas as pd
import pytest

import ctml_assets.examples
from ctml_assets.core.records import blocked, cohorts, day_quality
from ctml_assets_tests.core.records.fixtures import bookings

FILE = Path(ctml_assets.examples.__file__).parent / "flights_2013.parquet"
NUMBERS = ("plane_age", "temp", "dewp", "wind_speed", "wind_dir", "precip", "pressure", "visib")


def declared(max_missing_increase=0.75):
    return bookings(
        target="arr_delay",
        positive="arr_delay > 15",
        event_time="sched_ts",
        features=[{"name": name, "kind": "numeric"} for name in NUMBERS],
        monitoring={"max_missing_increase": max_missing_increase},
    )


def blocked_days(days, spec):
    before, found = [], {}
    for day, records in days.items():
        quality = day_quality(records, spec, day, before)
        if blocked(quality, spec):
            found[str(day)] = blocked(quality, spec)
        else:
            before.insert(0, quality)
    return found


@pytest.fixture(scope="module")
def days():
    frame = pd.read_parquet(FILE).astype(dict.fromkeys([*NUMBERS, "arr_delay"], "float64"))
    return dict(iter(frame.groupby(frame["sched_ts"].dt.date)))


def test_only_the_day_without_any_weather_has_lost_most_of_a_feature(days):
    # the weather that the data were made of ends a day early
    assert [*blocked_days(days, declared(0.75))] == ["2013-12-31"]


def test_half_of_the_air_pressure_is_missing_in_bad_weather(days):
    found = blocked_days(days, declared(0.5))
    assert len(found) == 13
    assert all(reason.startswith("feature pressure") for reason in [*found.values()][:-1])


def test_cancelled_flights_never_have_a_label_and_storms_have_many(days):
    covered = pd.Series({day: cohorts(part, declared())[0].coverage for day, part in days.items()})
    assert (len(covered), (covered < 0.95).sum()) == (365, 56)
    assert [str(day) for day in covered.index[covered < 0.75]] == ["2013-02-08", "2013-02-09"]
