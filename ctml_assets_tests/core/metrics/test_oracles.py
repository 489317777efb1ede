"""Every score is scikit-learn's."""

import numpy as np
from hypothesis import given

from ctml_assets_tests.core.metrics import oracles
from ctml_assets_tests.core.metrics.cases import EVERY, RECIPES, SEEDED, assert_close, make


@EVERY
@SEEDED
@given(recipe=RECIPES)
def test_every_slice_scores_as_in_scikit_learn_or_is_undefined_with_a_reason(case, recipe):
    outcomes, codes = make(case, recipe)
    statistic = case.metric.accumulate(outcomes, codes, recipe.slices)
    value = case.metric.value(statistic)
    wanted = oracles.score(case.name, outcomes, codes, recipe.slices)
    np.testing.assert_array_equal(np.isnan(value), np.isnan(wanted), str((value, wanted)))
    assert_close(value, wanted)
    why = case.metric.undefined(statistic)
    assert set(why) == set(np.flatnonzero(np.isnan(wanted)))
    assert all(isinstance(at, int) and len(reason) > 10 for at, reason in why.items())
    np.testing.assert_array_equal(case.metric.error_bound(statistic), np.zeros(recipe.slices))
