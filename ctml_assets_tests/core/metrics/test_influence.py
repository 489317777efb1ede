"""Laws of every metric's influence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets_tests.core.metrics.cases import (
    CASES,
    EVERY,
    RECIPES,
    SEEDED,
    assert_close,
    healthy,
    make,
    rows_of,
)

SEEDS = st.integers(0, 2**32 - 1)
SMOOTH = [case for case in CASES if case.name != "map"]


def by_slice(influence, codes, slices):
    return np.bincount(codes + 1, influence, slices + 1)[1:]


def scaled(influence, codes, slices):
    """Return how large a slice's influences are: the tolerance of sums that cancel."""
    return 1e-9 * (1 + by_slice(np.abs(influence), codes, slices))


@EVERY
@SEEDED
@given(recipe=RECIPES)
def test_influence_sums_to_zero_and_is_zero_where_nothing_is_scored(case, recipe):
    outcomes, codes = make(case, recipe)
    total = case.metric.accumulate(outcomes, codes, recipe.slices)
    influence = case.metric.row_influence(total, outcomes, codes)
    assert influence.shape == (recipe.rows,)
    unscored = [-1, *case.metric.undefined(total)]
    np.testing.assert_array_equal(influence[np.isin(codes, unscored)], 0)
    close = scaled(influence, codes, recipe.slices)
    assert (np.abs(by_slice(influence, codes, recipe.slices)) <= close).all()
    assert (np.abs(case.metric.influence(total, total)) <= close).all()


@EVERY
@SEEDED
@given(recipe=RECIPES, seed=SEEDS)
def test_the_influence_of_a_part_is_the_sum_over_its_rows(case, recipe, seed):
    outcomes, codes = make(case, recipe)
    total = case.metric.accumulate(outcomes, codes, recipe.slices)
    every = case.metric.row_influence(total, outcomes, codes)
    chosen = np.random.default_rng(seed).random(recipe.rows) < 0.4
    some, places = rows_of(outcomes, chosen=chosen), codes[chosen]
    part = case.metric.accumulate(some, places, recipe.slices)
    rows = case.metric.row_influence(total, some, places)
    close = scaled(every, codes, recipe.slices)
    assert_close(rows, every[chosen], 1e-12)
    gap = case.metric.influence(total, part) - by_slice(rows, places, recipe.slices)
    assert (np.abs(gap) <= close).all()


@EVERY
@SEEDED
@given(recipe=RECIPES, seed=SEEDS)
def test_clusters_are_parts(case, recipe, seed):
    outcomes, codes = make(case, recipe)
    clusters = np.random.default_rng(seed).integers(0, 3, recipe.rows).astype(np.int32)
    clustered = case.metric.score(outcomes, codes, recipe.slices, clusters, 3)
    total = case.metric.accumulate(outcomes, codes, recipe.slices)
    assert_close(clustered.value, case.metric.value(total))
    assert clustered.influence.shape == (3, recipe.slices)
    close = scaled(case.metric.row_influence(total, outcomes, codes), codes, recipe.slices)
    for cluster, influence in enumerate(clustered.influence):
        inside = clusters == cluster
        part = case.metric.accumulate(
            rows_of(outcomes, chosen=inside), codes[inside], recipe.slices
        )
        assert (np.abs(influence - case.metric.influence(total, part)) <= close).all()


@EVERY
@SEEDED
@given(recipe=RECIPES, seed=SEEDS)
def test_stored_parts_are_clusters(case, recipe, seed):
    outcomes, codes = make(case, recipe)
    part_of = np.random.default_rng(seed).integers(0, 3, recipe.rows)
    parts = [
        case.metric.accumulate(
            rows_of(outcomes, chosen=part_of == k), codes[part_of == k], recipe.slices
        )
        for k in range(3)
    ]
    clustered = case.metric.score_parts(parts)
    total = case.metric.merge(parts)
    assert_close(clustered.value, case.metric.value(total))
    wanted = [case.metric.influence(total, part) for part in parts]
    assert_close(clustered.influence, wanted, 1e-12)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("case", SMOOTH, ids=lambda case: f"{case.name}-{case.classes}")
def test_the_influence_of_a_row_is_the_derivative_by_how_often_it_counts(case, weighted):
    outcomes, codes = healthy(case, rows=48, weights="dyadic" if weighted else "none")
    if weighted and not case.classes:
        outcomes = rows_of(outcomes, outcomes.weight + 0.5)
    weight = np.ones(48) if outcomes.weight is None else outcomes.weight
    metric, step = case.metric, 1e-5

    def value(row, times):
        changed = weight.copy()
        changed[row] *= times
        return metric.value(metric.accumulate(rows_of(outcomes, changed), codes, 2))[codes[row]]

    wanted = [(value(i, 1 + step) - value(i, 1 - step)) / (2 * step) for i in range(48)]
    found = metric.row_influence(metric.accumulate(outcomes, codes, 2), outcomes, codes)
    assert np.abs(found).max() > 1e-3
    np.testing.assert_allclose(found, wanted, rtol=1e-6, atol=1e-7 * np.abs(found).max())
