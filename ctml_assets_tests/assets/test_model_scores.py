"""Slice scores of a fitted model, against scikit-learn."""

import pytest
from sklearn.metrics import roc_auc_score

from ctml_assets.assets.model_scores import model_scores
from ctml_assets.core.estimators import estimator_of
from ctml_assets.core.records import labels
from ctml_assets.core.training import fit
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day


@pytest.mark.parametrize("features", [None, "reversed"])
def test_scores_are_scikit_learns_and_each_day_has_its_influence(features):
    spec = streams.spec()
    known, rows = streams.records_days(6), streams.records_days(3, start=day(6))
    parameters = estimator_of(spec.retraining.estimator).default_parameters()
    model = fit(known, labels(known, spec), spec=spec, parameters=parameters)
    names = None
    if features is not None:
        # columns are taken by name, so their order plays no part
        names = [*streams.NUMERIC, "segment", "event_hour"][::-1]
    found = {score.name: score for score in model_scores(model, rows, spec, names)}
    y, chance = labels(rows, spec), model.predict_proba(rows)[:, 1]
    assert found["overall"].score == pytest.approx(roc_auc_score(y, chance))
    of_a = (rows["segment"] == "a").to_numpy()
    assert found["segment=a"].score == pytest.approx(roc_auc_score(y[of_a], chance[of_a]))
    assert len(found["overall"].influence) == 3
