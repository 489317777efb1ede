"""The probe itself: cheap, and as repeatable as a training."""

import numpy as np
import pytest

from ctml_assets.core.probe import fit_probe
from ctml_assets.core.training import predict
from ctml_assets.errors import DataError
from ctml_assets_tests import streams

BOOSTED = {"retraining": streams.declared()["retraining"] | {"estimator": "hist_gradient_boosting"}}


def test_a_booster_has_so_many_iterations():
    spec = streams.spec(**BOOSTED)
    probe = fit_probe(streams.records_days(3), spec=spec, iterations=7)
    assert probe.named_steps["learn"].n_iter_ == 7


def test_a_linear_one_takes_its_defaults():
    probe = fit_probe(streams.records_days(3), spec=streams.spec(), iterations=7)
    assert probe.named_steps["learn"].C == 1.0


@pytest.mark.parametrize("changes", [BOOSTED, {}])
def test_it_learns_and_the_seed_repeats_it(changes):
    spec = streams.spec(**changes)
    records, later = streams.records_days(8), streams.records_day(streams.START, seed=9)
    first, second = (
        predict(fit_probe(records, spec=spec, iterations=20), later, spec=spec) for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)
    assert np.corrcoef(first, later["outcome"])[0, 1] > 0.4


def test_one_class_is_refused():
    records = streams.records_days(2).assign(outcome=1.0)
    with pytest.raises(DataError, match="needs both classes"):
        fit_probe(records, spec=streams.spec(), iterations=5)
