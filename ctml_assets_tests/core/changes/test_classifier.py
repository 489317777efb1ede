"""A model that tells old rows from new: it finds a planted change, and nothing where there is none.

Days are what chance varies by: see the test of a day's weather.
"""

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.changes import tell_apart
from ctml_assets_tests.core.changes.pairs import KINDS, drawn, texts

OLD_DAYS, NEW_DAYS = 30, 7


def days(rows, number, first=0):
    return first + np.arange(rows) * number // max(rows, 1)


def separation(old, new, kinds=None, *, new_days=NEW_DAYS, seed=0):
    return tell_apart(
        old,
        new,
        kinds or KINDS,
        old_days=days(len(old), OLD_DAYS),
        new_days=days(len(new), new_days, OLD_DAYS),
        seed=seed,
        threads=1,
    )


@pytest.fixture
def frames():
    rng = np.random.default_rng(5)
    return drawn(2000, rng), drawn(1000, rng)


def test_a_planted_covariate_shift_is_found_and_named(frames):
    old, new = frames
    found = separation(old, new.assign(skewed=new["skewed"] + 1))
    assert found.roc_auc > 0.75
    assert found.giveaways[0] == "skewed"


def test_a_changed_category_and_a_new_one_are_named(frames):
    old, new = frames
    changed = new.assign(
        segment=new["segment"].replace({"a": "new"}),
        hour=new["hour"].where(new["hour"] < 12, np.nan),
    )
    found = separation(old, changed)
    assert found.roc_auc > 0.75
    assert set(found.giveaways) == {"segment", "hour"}


def test_a_change_that_no_column_shows_by_itself_is_found():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(2, 2000))
    old = pd.DataFrame({"one": x[0], "other": x[0] + rng.normal(size=2000) / 4})
    # the same two columns, not together any more
    new = old.assign(other=rng.permutation(old["other"]))
    found = separation(old, new, {"one": "numeric", "other": "numeric"})
    assert found.roc_auc > 0.75
    assert set(found.giveaways) == {"one", "other"}


@pytest.mark.parametrize("new_days", [1, 2, 7])
@pytest.mark.parametrize("seed", range(3))
def test_of_the_same_distribution_it_knows_nothing(new_days, seed):
    rng = np.random.default_rng([8, seed])
    found = separation(drawn(2000, rng), drawn(700, rng), new_days=new_days, seed=seed)
    assert abs(found.roc_auc - 0.5) < 0.08
    assert found.giveaways == ()


def test_what_a_single_day_has_in_common_is_no_change():
    # each day has its own weather, of one distribution then and now
    rng = np.random.default_rng(9)
    weather = rng.normal(size=OLD_DAYS + NEW_DAYS)
    rows = 100
    old = pd.DataFrame({"weather": np.repeat(weather[:OLD_DAYS], rows)})
    new = pd.DataFrame({"weather": np.repeat(weather[OLD_DAYS:], rows)})
    kinds = {"weather": "numeric"}
    assert separation(old, new, kinds).roc_auc < 0.75
    # rows held out one by one would all be known by their day's weather
    assert separation(old, new[-rows:], kinds, new_days=1).roc_auc > 0.95


def test_the_same_seed_gives_the_same_and_inputs_are_not_mutated(frames):
    old, new = frames
    before = old.copy(deep=True), new.copy(deep=True)
    assert separation(old, new) == separation(old, new)
    pd.testing.assert_frame_equal(old, before[0])
    pd.testing.assert_frame_equal(new, before[1])


def test_swapping_the_sides_tells_as_much(frames):
    old, new = frames
    changed = new.assign(normal=new["normal"] + 1.5)
    there = separation(old, changed)
    back = tell_apart(
        changed,
        old,
        KINDS,
        old_days=days(len(new), NEW_DAYS),
        new_days=days(len(old), OLD_DAYS),
        seed=0,
        threads=1,
    )
    assert back.roc_auc == pytest.approx(there.roc_auc, abs=0.03)
    assert back.giveaways[0] == there.giveaways[0] == "normal"


def test_columns_without_any_value_are_no_obstacle(frames):
    old, new = frames
    nothing = {"normal": np.nan, "segment": texts([None] * len(old))}
    found = separation(
        old.assign(**nothing), new.assign(normal=np.nan, segment=texts([None] * len(new)))
    )
    assert abs(found.roc_auc - 0.5) < 0.08
    only = {"normal": "numeric", "segment": "categorical"}
    assert separation(old.assign(**nothing), new.assign(normal=np.nan), only) is not None


@pytest.mark.parametrize(("old_rows", "new_rows"), [(29, 500), (500, 29), (0, 0)])
def test_few_rows_or_no_columns_give_nothing(frames, old_rows, new_rows):
    old, new = frames
    assert separation(old[:old_rows], new[:new_rows]) is None
    assert tell_apart(old, new, {}, old_days=[], new_days=[], seed=0, threads=1) is None
