import numpy as np
import pytest

from ctml_assets.core.training import as_inputs, as_target, feature_names
from ctml_assets.errors import DataError
from ctml_assets_tests import streams
from ctml_assets_tests.core.training.fits import several_spec


def test_features_still_to_be_inferred_are_refused():
    with pytest.raises(DataError, match="stream: features are neither declared nor inferred yet"):
        feature_names(streams.spec(features=None))


def test_numbers_come_first_then_time_then_categories():
    spec = streams.spec(
        features=[
            {"name": "segment", "kind": "categorical"},
            {"name": "x1", "kind": "numeric"},
            {"name": "city", "kind": "categorical"},
        ],
        time_features=["hour", "month"],
    )
    assert feature_names(spec) == ("x1", "event_hour", "event_month", "segment", "city")
    assert feature_names(spec, "numeric") == ("x1", "event_hour", "event_month")
    assert feature_names(spec, "categorical") == ("segment", "city")


def test_roles_are_no_features():
    spec = streams.spec(sample_weight="x9", query_id="x8")
    assert feature_names(spec) == feature_names(streams.spec())


def test_classes_are_integers_and_values_stay_values():
    y = np.array([0.0, 1.0])
    assert as_target(y, streams.spec()).dtype == np.int64
    assert as_target(y, several_spec()).dtype == np.int64
    assert as_target(y, streams.regression_spec()).dtype == np.float64


def test_gaps_stay_gaps_unless_nothing_else_is_there():
    frame = streams.records_days(1, rows=4)
    frame.loc[1, "x1"] = np.nan
    frame["x2"] = np.nan
    inputs = as_inputs(frame, streams.spec())
    assert np.isnan(inputs.loc[1, "x1"])
    assert inputs["x1"].notna().sum() == 3
    assert inputs["x2"].tolist() == [0.0] * 4
    assert list(inputs.columns) == list(feature_names(streams.spec()))
