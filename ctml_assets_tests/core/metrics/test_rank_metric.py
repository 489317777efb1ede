"""What rank metrics do when a statistic may not hold every prediction."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.metrics.resolution import EXACT, LADDER
from ctml_assets.errors import DataError
from ctml_assets_tests.core.metrics.cases import (
    EVERY_RANKED,
    RECIPES,
    SEEDED,
    Recipe,
    assert_close,
    assert_same,
    healthy,
    make,
    rows_of,
)

LIMITS = st.sampled_from([1, 5, 20, 60])
SEEDS = st.integers(0, 2**32 - 1)


def bounded(case, entries):
    return replace(case.metric, max_entries=entries)


@EVERY_RANKED
@SEEDED
@given(recipe=RECIPES, entries=LIMITS)
def test_no_more_entries_are_kept_than_allowed_unless_at_the_coarsest(case, recipe, entries):
    outcomes, codes = make(case, recipe)
    statistic = bounded(case, entries).accumulate(outcomes, codes, recipe.slices)
    assert len(statistic) <= entries or statistic.bits == LADDER[-1]
    exact = case.metric.accumulate(outcomes, codes, recipe.slices)
    assert exact.bits == EXACT
    assert (statistic.bits == EXACT) == (len(exact) <= entries)
    steps = LADDER[: LADDER.index(statistic.bits)]
    assert all(len(exact.coarser(bits)) > entries for bits in steps)


@EVERY_RANKED
@SEEDED
@given(recipe=RECIPES, entries=LIMITS)
def test_the_exact_score_lies_within_the_bound(case, recipe, entries):
    outcomes, codes = make(case, recipe)
    metric = bounded(case, entries)
    statistic = metric.accumulate(outcomes, codes, recipe.slices)
    found, bound = metric.value(statistic), metric.error_bound(statistic)
    exact = case.metric.value(case.metric.accumulate(outcomes, codes, recipe.slices))
    np.testing.assert_array_equal(np.isnan(found), np.isnan(exact))
    assert ((bound >= 0) & (bound <= 1)).all()
    off = np.nan_to_num(np.abs(found - exact))
    assert (off <= bound + 1e-12).all(), (off, bound)


@EVERY_RANKED
def test_the_bound_is_of_use(case):
    outcomes, codes = make(case, Recipe(1, 4000, 1, "smooth"))
    metric = bounded(case, 2000)
    statistic = metric.accumulate(outcomes, codes, 1)
    assert statistic.bits < EXACT
    assert 0 < metric.error_bound(statistic)[0] < 0.05


@EVERY_RANKED
@SEEDED
@given(recipe=RECIPES, entries=LIMITS, seed=SEEDS)
def test_the_order_of_merging_plays_no_part_when_bounded(case, recipe, entries, seed):
    outcomes, codes = make(case, recipe)
    metric = bounded(case, entries)
    rng = np.random.default_rng(seed)
    part_of = rng.integers(0, 4, recipe.rows)
    parts = [
        metric.accumulate(
            rows_of(outcomes, chosen=part_of == k), codes[part_of == k], recipe.slices
        )
        for k in rng.permutation(4)
    ]
    whole = metric.accumulate(outcomes, codes, recipe.slices)
    exact = recipe.weights != "wild"
    assert_same(metric, metric.merge(parts), whole, exact)
    paired = metric.merge([metric.merge(parts[2:]), metric.merge(parts[:2])])
    assert_same(metric, paired, whole, exact)


@EVERY_RANKED
@SEEDED
@given(recipe=RECIPES, entries=LIMITS, seed=SEEDS)
def test_influence_on_a_bounded_statistic_sums_up_as_on_an_exact_one(case, recipe, entries, seed):
    outcomes, codes = make(case, recipe)
    metric = bounded(case, entries)
    total = metric.accumulate(outcomes, codes, recipe.slices)
    chosen = np.random.default_rng(seed).random(recipe.rows) < 0.5
    some, places = rows_of(outcomes, chosen=chosen), codes[chosen]
    # the part is exact where the total may not be
    part = case.metric.accumulate(some, places, recipe.slices)
    rows = metric.row_influence(total, some, places)
    summed = np.bincount(places + 1, rows, recipe.slices + 1)[1:]
    assert_close(metric.influence(total, part), summed)
    assert_close(metric.influence(total, total), 0.0)


@EVERY_RANKED
def test_stored_columns_of_several_days_may_differ_in_their_bits(case):
    outcomes, codes = healthy(case, rows=240)
    exact = case.metric.accumulate(outcomes, codes, 2)
    coarse = bounded(case, 5).accumulate(outcomes, codes, 2)
    assert coarse.bits < exact.bits
    both = case.metric.merge([exact, case.metric.from_columns(coarse.columns(), 2)])
    assert both.bits == coarse.bits
    assert_close(case.metric.value(both), case.metric.value(coarse))


def test_a_ranking_without_queries_is_refused():
    case = next(case for case in EVERY_RANKED.args[1] if case.name == "map")
    outcomes, codes = healthy(case)
    with pytest.raises(DataError, match="map: rows must say which query they answer, got none"):
        case.metric.accumulate(replace(outcomes, query=None), codes, 2)


@pytest.mark.parametrize(
    "case", [case for case in EVERY_RANKED.args[1] if case.classes == 2], ids=lambda case: case.name
)
@pytest.mark.parametrize("best", [True, False])
def test_ties_that_hide_a_perfect_or_the_worst_order_are_in_the_bound(case, best):
    y = np.array([0.0] * 9 + [1.0] if best else [1.0] + [0.0] * 9)
    outcomes = Outcomes(y, 0.25 + np.arange(10) / 1e6, None, np.zeros(10, dtype=np.uint64))
    metric, codes = bounded(case, 1), np.zeros(10, dtype=np.int32)
    statistic = metric.accumulate(outcomes, codes, 1)
    assert len(statistic) == 1
    tied, lowest = (0.5, 0.0) if case.name == "roc_auc" else (0.1, 0.1)
    assert metric.value(statistic)[0] == pytest.approx(tied)
    off = 1 - tied if best else tied - lowest
    exact = case.metric.value(case.metric.accumulate(outcomes, codes, 1))
    assert exact[0] == pytest.approx(1.0 if best else lowest)
    assert metric.error_bound(statistic)[0] >= off - 1e-12
