"""Laws of every metric's statistic: merging, pooling, placing, weights, order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.metrics import Outcomes
from ctml_assets_tests.core.metrics.cases import (
    EVERY,
    RECIPES,
    SEEDED,
    Recipe,
    assert_close,
    assert_same,
    healthy,
    make,
    rows_of,
)

SEEDS = st.integers(0, 2**32 - 1)


def accumulated(case, outcomes, codes, slices, chosen=slice(None)):
    return case.metric.accumulate(rows_of(outcomes, chosen=chosen), codes[chosen], slices)


@EVERY
@SEEDED
@given(recipe=RECIPES, seed=SEEDS)
def test_the_merge_of_any_parts_in_any_order_is_the_whole(case, recipe, seed):
    outcomes, codes = make(case, recipe)
    rng = np.random.default_rng(seed)
    part_of = rng.integers(0, rng.integers(1, 6), recipe.rows)
    numbers = rng.permutation(max(part_of, default=0) + 1)
    parts = [accumulated(case, outcomes, codes, recipe.slices, part_of == k) for k in numbers]
    whole = case.metric.accumulate(outcomes, codes, recipe.slices)
    exact = recipe.weights != "wild"
    assert_same(case.metric, case.metric.merge(parts), whole, exact)
    nested = parts[0]
    for part in parts[1:]:
        nested = case.metric.merge([part, nested])
    assert_same(case.metric, nested, whole, exact)


@EVERY
@SEEDED
@given(recipe=RECIPES, seed=SEEDS)
def test_row_order_is_irrelevant(case, recipe, seed):
    outcomes, codes = make(case, recipe)
    order = np.random.default_rng(seed).permutation(recipe.rows)
    one = case.metric.accumulate(outcomes, codes, recipe.slices)
    other = accumulated(case, outcomes, codes, recipe.slices, order)
    assert_same(case.metric, one, other, recipe.weights != "wild")


@EVERY
@SEEDED
@given(recipe=RECIPES)
def test_doubling_all_weights_changes_nothing(case, recipe):
    outcomes, codes = make(case, recipe)
    weight = np.ones(recipe.rows) if outcomes.weight is None else outcomes.weight
    one = case.metric.accumulate(outcomes, codes, recipe.slices)
    other = case.metric.accumulate(rows_of(outcomes, 2 * weight), codes, recipe.slices)
    assert_close(case.metric.value(other), case.metric.value(one))
    assert case.metric.undefined(other).keys() == case.metric.undefined(one).keys()


@EVERY
@SEEDED
@given(recipe=RECIPES, seed=SEEDS)
def test_a_row_of_weight_k_is_the_row_k_times(case, recipe, seed):
    outcomes, codes = make(case, recipe)
    times = np.random.default_rng(seed).integers(0, 4, recipe.rows)
    again = np.repeat(np.arange(recipe.rows), times)
    weight = np.ones(recipe.rows) if outcomes.weight is None else outcomes.weight
    heavy = case.metric.accumulate(rows_of(outcomes, weight * times), codes, recipe.slices)
    repeated = accumulated(case, outcomes, codes, recipe.slices, again)
    assert_close(case.metric.value(heavy), case.metric.value(repeated))


@EVERY
@SEEDED
@given(recipe=RECIPES, seed=SEEDS)
def test_placing_commutes_with_scoring(case, recipe, seed):
    outcomes, codes = make(case, recipe)
    statistic = case.metric.accumulate(outcomes, codes, recipe.slices)
    positions = np.random.default_rng(seed).permutation(recipe.slices + 2)[: recipe.slices]
    placed = statistic.placed(positions, recipe.slices + 2)
    assert placed.slices == recipe.slices + 2
    wanted = np.full(recipe.slices + 2, np.nan)
    wanted[positions] = case.metric.value(statistic)
    np.testing.assert_array_equal(case.metric.value(placed), wanted)
    moved = positions.astype(np.int32)[codes]
    moved[codes < 0] = -1
    anew = case.metric.accumulate(outcomes, moved, recipe.slices + 2)
    assert_same(case.metric, placed, anew, recipe.weights != "wild")


@EVERY
@SEEDED
@given(recipe=RECIPES, seed=SEEDS)
def test_pooling_is_repeating_the_rows_as_one_slice(case, recipe, seed):
    outcomes, codes = make(case, recipe)
    statistic = case.metric.accumulate(outcomes, codes, recipe.slices)
    for factors in (
        np.ones(recipe.slices),
        np.random.default_rng(seed).integers(0, 4, recipe.slices).astype(float),
    ):
        pooled = case.metric.pool(statistic, factors)
        times = np.where(codes >= 0, factors[codes], 0).astype(int)
        again = np.repeat(np.arange(recipe.rows), times)
        nought = np.zeros(len(again), dtype=np.int32)
        one = case.metric.accumulate(rows_of(outcomes, chosen=again), nought, 1)
        assert pooled.slices == 1
        assert_close(case.metric.value(pooled), case.metric.value(one))


@EVERY
@SEEDED
@given(recipe=RECIPES)
def test_columns_make_the_same_statistic_again(case, recipe):
    outcomes, codes = make(case, recipe)
    statistic = case.metric.accumulate(outcomes, codes, recipe.slices)
    again = case.metric.from_columns(statistic.columns(), recipe.slices)
    assert_same(case.metric, again, statistic, exact=True)
    assert_same(case.metric, case.metric.merge([again]), statistic, exact=True)


@EVERY
def test_slices_do_not_see_each_other(case):
    outcomes, codes = make(case, Recipe(5, 120, kind="ties", weights="wild"))
    both = case.metric.value(case.metric.accumulate(outcomes, codes, 3))
    for slice_ in range(3):
        alone = accumulated(case, outcomes, np.zeros(120, np.int32), 1, codes == slice_)
        assert_close(case.metric.value(alone)[0], both[slice_])


@EVERY
def test_inputs_are_not_mutated(case):
    outcomes, codes = healthy(case)
    columns = (outcomes.y, outcomes.prediction, outcomes.weight, outcomes.query, codes)
    before = [column.copy() for column in columns]
    for column in columns:
        column.flags.writeable = False
    frozen = Outcomes(*columns[:4])
    total = case.metric.accumulate(frozen, codes, 2)
    kept = case.metric.merge([total])
    case.metric.value(total)
    case.metric.influence(total, total)
    case.metric.row_influence(total, frozen, codes)
    case.metric.pool(total, np.array([2.0, 3.0]))
    case.metric.merge([total, total])
    total.placed(np.array([1, 0]), 2)
    assert_same(case.metric, total, kept, exact=True)
    for column, old in zip(columns, before, strict=True):
        np.testing.assert_array_equal(column, old)


@EVERY
def test_a_perfect_prediction_scores_highest_and_losses_are_named_so(case):
    outcomes, codes = healthy(case)
    y = outcomes.y
    perfect = np.eye(case.classes)[y.astype(int)] if case.classes > 2 else y
    worst = np.roll(perfect, 1, axis=1) if case.classes > 2 else (1 - y if case.classes else y + 9)
    best, bad = (
        case.metric.value(
            case.metric.accumulate(Outcomes(y, p, outcomes.weight, outcomes.query), codes, 2)
        )
        for p in (perfect, worst)
    )
    assert (best > bad).all()
    assert_close(best, 0.0 if case.name.startswith("neg_") else 1.0)
