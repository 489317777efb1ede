import datetime as dt
from importlib.metadata import version as installed

import numpy as np
import pytest

from ctml_assets.components.versions import store_candidate
from ctml_assets.core.training import feature_names, fit, predict, split_days
from ctml_assets.errors import DataError
from ctml_assets.lake import LocalLake, Registry
from ctml_assets_tests import streams

SPEC = streams.spec()
AS_OF = streams.START + dt.timedelta(days=17)
RECORDS = streams.records_days(6)
STUDY = {"study": "stream-2024-01-18", "best_parameters": {"C": 0.5}}


@pytest.fixture(scope="module")
def fitted():
    return fit(RECORDS, RECORDS["outcome"].to_numpy(), spec=SPEC, parameters={"C": 0.5})


@pytest.fixture
def registry(tmp_path):
    return Registry(LocalLake(tmp_path), "stream")


def stored(registry, fitted, spec=SPEC, run_id="run-1"):
    return store_candidate(
        registry, fitted, spec=spec, as_of=AS_OF, study=STUDY, rows=1400, run_id=run_id
    )


def test_the_manifest_says_how_it_was_made(registry, fitted):
    version = stored(registry, fitted)
    assert version.as_of == AS_OF
    assert (version.task, version.estimator) == ("binary_classification", "logistic_regression")
    assert dict(version.parameters) == {"C": 0.5}
    assert version.features == feature_names(SPEC)
    assert version.dtypes == {name: str(RECORDS[name].dtype) for name in feature_names(SPEC)}
    assert {*version.dtypes.values()} == {"float64", "str"}
    assert (version.train_rows, version.seed, version.study) == (1400, 0, "stream-2024-01-18")
    assert version.packages["scikit-learn"] == installed("scikit-learn")
    assert version.code_version == installed("ctml-assets")
    assert registry.version(version.version) == version


def test_it_has_learned_from_the_validation_days_and_not_from_the_test_days(registry, fitted):
    version, days = stored(registry, fitted), split_days(SPEC, AS_OF)
    assert (version.train_start, version.train_end) == (days.train_start, days.validation_end)
    assert (version.test_start, version.test_end) == (days.test_start, AS_OF)
    assert version.train_end + dt.timedelta(days=1) == version.test_start


def test_the_stored_model_predicts_the_same(registry, fitted):
    loaded = registry.load(stored(registry, fitted).version)
    np.testing.assert_array_equal(
        predict(loaded, RECORDS, spec=SPEC), predict(fitted, RECORDS, spec=SPEC)
    )


def test_a_repeated_run_finds_the_version_of_the_first_one(registry, fitted):
    first = stored(registry, fitted)
    assert stored(registry, fitted, run_id="run-2") == first
    assert registry.versions() == (first.version,)


def test_a_task_still_to_be_inferred_is_refused(registry, fitted):
    with pytest.raises(DataError, match="stream: task is neither declared nor inferred yet"):
        stored(registry, fitted, spec=streams.spec(task=None))
    assert registry.versions() == ()
