"""The champion's training sample: seeded, bounded, complete."""

import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets import training_sample as sampling
from ctml_assets.assets.training_sample import LEARNED, PART, TESTED, training_sample
from ctml_assets.core.records import labels
from ctml_assets.core.training import feature_names, fit, predict
from ctml_assets_tests import streams


@pytest.fixture(scope="module")
def split():
    rows = streams.records_days(8)
    learned = rows[rows["ts"] < "2024-01-06"].reset_index(drop=True)
    return learned, rows[rows["ts"] >= "2024-01-06"].reset_index(drop=True)


def model_of(spec, learned):
    return fit(learned, labels(learned, spec), spec=spec, parameters={"C": 1.0})


def test_it_holds_all_features_of_both_parts_and_the_predictions_of_the_test_rows(split):
    spec = streams.spec()
    learned, tested = split
    model = model_of(spec, learned)
    sample = training_sample(learned, tested, model, spec=spec)
    assert list(sample) == ["ts", *feature_names(spec), "prediction", PART]
    of = {part: sample[sample[PART] == part].reset_index(drop=True) for part in (LEARNED, TESTED)}
    names = ["ts", *feature_names(spec)]
    pd.testing.assert_frame_equal(of[LEARNED][names], learned[names])
    pd.testing.assert_frame_equal(of[TESTED][names], tested[names])
    assert of[LEARNED]["prediction"].isna().all()
    np.testing.assert_allclose(of[TESTED]["prediction"], predict(model, tested, spec=spec))


def test_more_rows_are_drawn_from_evenly_and_by_seed(split, monkeypatch):
    monkeypatch.setattr(sampling, "SAMPLE_ROWS", 200)
    learned, tested = split
    spec = streams.spec()
    model = model_of(spec, learned)
    sample = training_sample(learned, tested, model, spec=spec)
    assert sample[PART].value_counts().to_dict() == {LEARNED: 200, TESTED: 200}
    assert not sample.duplicated(["ts", "x1"]).any()
    # 100 rows a day, five days: about forty of each
    per_day = sample[sample[PART] == LEARNED].groupby(sample["ts"].dt.date).size()
    assert len(per_day) == 5
    assert per_day.between(20, 60).all()
    again = training_sample(learned, tested, model, spec=spec)
    pd.testing.assert_frame_equal(sample, again)
    retraining = streams.declared()["retraining"] | {"seed": 1}
    other = training_sample(learned, tested, model, spec=streams.spec(retraining=retraining))
    assert not sample["x1"].equals(other["x1"])


def test_rows_that_weigh_nothing_are_left_out(split):
    spec = streams.spec(sample_weight="seats")
    learned, tested = (streams.with_weights(rows) for rows in split)
    sample = training_sample(learned, tested, model_of(spec, learned), spec=spec)
    assert sample[PART].value_counts().to_dict() == {
        LEARNED: (learned["seats"] > 0).sum(),
        TESTED: (tested["seats"] > 0).sum(),
    }


def test_several_classes_have_a_prediction_each(split):
    spec = streams.spec(
        task="multiclass_classification",
        classes=list(streams.CLASSES),
        monitoring={"metric": "neg_log_loss"},
    )
    rows = [streams.with_classes(it.assign(outcome=it["x1"] * 2)) for it in split]
    sample = training_sample(*rows, model_of(spec, rows[0]), spec=spec)
    columns = [f"prediction[{name}]" for name in streams.CLASSES]
    of_tested = sample.loc[sample[PART] == TESTED, columns]
    np.testing.assert_allclose(of_tested.sum(axis=1), 1)
    assert sample.loc[sample[PART] == LEARNED, columns].isna().all(axis=None)
    assert len(sample) == sum(map(len, rows))


def test_inputs_are_not_mutated(split):
    learned, tested = split
    before = learned.copy(deep=True), tested.copy(deep=True)
    spec = streams.spec()
    training_sample(learned, tested, model_of(spec, learned), spec=spec)
    pd.testing.assert_frame_equal(learned, before[0])
    pd.testing.assert_frame_equal(tested, before[1])
