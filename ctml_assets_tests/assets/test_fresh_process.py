import json

import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets import fresh_process
from ctml_assets.assets.fresh_process import answer, difference
from ctml_assets.core.outcomes import with_predictions
from ctml_assets.core.training import feature_names, fit, predict
from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts import dump_model
from ctml_assets_tests import streams

SPEC = streams.spec()
FRAME = streams.records_days(4)


@pytest.fixture
def folder(tmp_path):
    """Return a folder as whoever starts the process fills it."""
    fitted = fit(FRAME, FRAME["outcome"].to_numpy(), spec=SPEC, parameters={})
    said = predict(fitted, FRAME, spec=SPEC)
    with_predictions(FRAME, said, SPEC).to_parquet(tmp_path / fresh_process.SAMPLE)
    (tmp_path / fresh_process.ARTIFACT).write_bytes(dump_model(fitted))
    request = {
        "spec": SPEC.model_dump_json(),
        "features": list(feature_names(SPEC)),
        "trusted": [],
    }
    (tmp_path / fresh_process.REQUEST).write_text(json.dumps(request))
    return tmp_path


def told(folder):
    answer(folder)
    return json.loads((folder / fresh_process.ANSWER).read_text())


def test_it_answers_in_numbers(folder):
    found = told(folder)
    assert (found["rows"], found["difference"]) == (400, 0.0)
    assert found["latency_ms"] > 0
    assert found["memory_mb"] > 10


def test_predictions_that_are_no_numbers_have_no_difference(folder):
    sample = pd.read_parquet(folder / fresh_process.SAMPLE)
    sample.loc[3, "prediction"] = np.nan
    sample.to_parquet(folder / fresh_process.SAMPLE)
    assert told(folder)["difference"] is None


def test_the_inputs_are_those_of_the_version_in_its_own_order(folder):
    request = json.loads((folder / fresh_process.REQUEST).read_text())
    request["features"] = request["features"][:-1]
    (folder / fresh_process.REQUEST).write_text(json.dumps(request))
    with pytest.raises(ValueError, match="columns are missing"):
        answer(folder)


def test_types_that_are_not_trusted_are_refused(folder):
    class_of_a_user = "ctml_assets_tests.assets.test_fresh_process.Odd"
    (folder / fresh_process.ARTIFACT).write_bytes(dump_model(Odd()))
    with pytest.raises(RegistryError, match=class_of_a_user):
        answer(folder)


class Odd:
    """No estimator that anybody trusts."""


@pytest.mark.parametrize(
    ("said", "before", "expected"),
    [
        ([0.5, 0.25], [0.5, 0.5], 0.25),
        ([103.0], [100.0], 0.03),
        ([[0.1, 0.9]], [[0.2, 0.8]], 0.1),
        ([], [], 0.0),
        ([np.inf], [1.0], None),
    ],
)
def test_differences_are_shares_where_numbers_are_large(said, before, expected):
    assert difference(np.array(said), np.array(before)) == (
        None if expected is None else pytest.approx(expected)
    )
