"""The claims about errors and power, simulated: seeded, slow."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ctml_assets.core.discovery import discover_slices

pytestmark = pytest.mark.slow

SEEDS = 400
ROWS = 4000
LEVEL = 0.05
FEATURES = [("n0", "numeric"), ("n1", "numeric"), ("n2", "numeric")]
FEATURES += [("c0", "categorical"), ("c1", "categorical"), ("c2", "categorical")]


def frame_of(rng, days=None):
    columns = {f"n{number}": rng.normal(size=ROWS) for number in range(3)}
    for number, count in enumerate((3, 8, 30)):
        columns[f"c{number}"] = (rng.random(ROWS) ** 2 * count).astype(int)
    if days is not None:
        # as the weather does, columns differ from day to day
        by_day = rng.normal(size=days.max() + 1)
        columns["n0"] = by_day[days] + 0.3 * columns["n0"]
        columns["c0"] = (by_day[days] > 0).astype(int)
    return pd.DataFrame(columns)


INDEPENDENT = {
    "exponential": lambda rng, _: rng.exponential(size=ROWS),
    "very skewed": lambda rng, _: rng.lognormal(0, 2, size=ROWS),
    "skewed to the left": lambda rng, _: -rng.lognormal(0, 1.5, size=ROWS),
    "half ones": lambda rng, _: rng.random(ROWS) < 0.5,
    "mostly ones": lambda rng, _: rng.random(ROWS) < 0.9,
    "one group noisier": lambda rng, frame: rng.normal(size=ROWS) * (1 + 4 * (frame["c1"] == 7)),
}


def at_most(level):
    """How often an event of this probability happens at most, in 999 of 1,000 simulations."""
    return stats.binom.ppf(0.999, SEEDS, level) / SEEDS


@pytest.mark.parametrize("name", INDEPENDENT)
def test_where_all_rows_are_alike_something_is_found_at_most_at_the_level(name):
    false = 0
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        frame = frame_of(rng)
        loss = np.asarray(INDEPENDENT[name](rng, frame))
        false += bool(discover_slices(frame, loss, features=FEATURES, level=LEVEL))
    assert false / SEEDS <= at_most(LEVEL)


@pytest.mark.parametrize("day_count", [7, 14, 60])
@pytest.mark.parametrize("uneven", [False, True])
def test_bad_days_are_no_bad_slices(day_count, uneven):
    false = 0
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        days = (rng.random(ROWS) ** (1 + uneven) * day_count).astype(int)
        frame = frame_of(rng, days)
        loss = rng.exponential(size=ROWS) + 0.5 * rng.normal(size=day_count)[days]
        # and days that are bad for one group only
        loss += 0.3 * rng.normal(size=(day_count, 8))[days, frame["c1"]]
        found = discover_slices(frame, loss, features=FEATURES, days=days, level=LEVEL)
        false += bool(found)
    assert false / SEEDS <= at_most(LEVEL)


def test_without_days_bad_days_look_like_bad_slices():
    false = 0
    for seed in range(50):
        rng = np.random.default_rng(seed)
        days = rng.integers(0, 14, ROWS)
        loss = rng.exponential(size=ROWS) + 0.5 * rng.normal(size=14)[days]
        false += bool(discover_slices(frame_of(rng, days), loss, features=FEATURES))
    assert false / 50 > 0.5


@pytest.mark.parametrize(
    ("features", "effect", "days"), [(1, 0.5, None), (2, 1.5, None), (1, 0.8, 14), (1, 0.5, 60)]
)
def test_planted_slices_are_found_and_seldom_another(features, effect, days):
    hits = extra = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        frame = frame_of(rng)
        plant = frame["c1"] == 2
        if features == 2:
            plant &= frame["c0"] == 1
        loss = rng.exponential(size=ROWS) + effect * plant
        labels = None if days is None else rng.integers(0, days, ROWS)
        found = discover_slices(frame, loss, features=FEATURES, days=labels)
        names = [slice_.name for slice_ in found]
        name = "c1=2" if features == 1 else "c0=1 and c1=2"
        hits += name in names
        extra += len(names) > (name in names)
    assert hits >= 90
    assert extra <= 15
