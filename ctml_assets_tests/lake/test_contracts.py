import json

import pytest

from ctml_assets.core.inference import complete
from ctml_assets.core.records import prepare
from ctml_assets.lake import LocalLake, agree_on_contract, apply_contract, contract_key
from ctml_assets_tests import streams

INFERRED = {"task": None, "features": None, "monitoring": {"min_support": 20}}


@pytest.fixture
def lake(tmp_path):
    return LocalLake(tmp_path)


def terse(**changes):
    """Declare as little as possible: all else is inferred."""
    return streams.spec(**INFERRED | changes)


def agreed(lake, raw=None, **changes):
    """Infer from a day's rows and agree on that."""
    spec = terse(**changes)
    raw = streams.raw_day(streams.START) if raw is None else raw
    return agree_on_contract(lake, spec, complete(spec, raw).spec)


def test_the_first_day_decides_for_all_later_ones(lake):
    first = agreed(lake)
    assert apply_contract(lake, terse()) == first
    assert first.is_complete
    assert first.task == "binary_classification"
    assert [line.group for line in first.monitoring.slices] == ["overall", "segment"]


def test_of_two_first_writers_the_first_one_counts_for_both(lake):
    wide = streams.raw_day(streams.START)
    first = agreed(lake, wide)
    second = agreed(lake, wide.drop(columns=["x6", "segment"]))
    assert second.features == first.features
    assert second == first


def test_what_is_declared_goes_before_what_was_inferred(lake):
    agreed(lake)
    features = [{"name": "x1", "kind": "numeric"}]
    monitoring = {"min_support": 20, "metric": "accuracy"}
    spec = apply_contract(lake, terse(features=features, monitoring=monitoring))
    assert [feature.name for feature in spec.features] == ["x1"]
    assert spec.monitoring.metric == "accuracy"
    assert [line.group for line in spec.monitoring.slices] == ["overall", "segment"]
    assert spec.task == "binary_classification"


def test_a_change_elsewhere_in_the_declaration_is_taken_over(lake):
    agreed(lake)
    spec = apply_contract(lake, terse(label_delay_days=3, retraining={"trials": 77}))
    assert (spec.label_delay_days, spec.retraining.trials) == (3, 77)


def test_columns_left_out_on_the_first_day_are_expected_on_the_later_ones(lake):
    raw = streams.raw_day(streams.START)
    raw["arrived"] = raw["ts"]
    first = agreed(lake, raw)
    later = apply_contract(lake, terse())
    assert first.ignore == later.ignore == ("arrived",)
    assert prepare(raw, later, streams.START).unexpected_columns == ()


def test_columns_are_not_ignored_by_a_contract_once_features_are_declared(lake):
    raw = streams.raw_day(streams.START)
    raw["arrived"] = raw["ts"]
    agreed(lake, raw)
    later = apply_contract(lake, terse(features=streams.FEATURES, ignore=["x9"]))
    assert later.ignore == ("x9",)


def test_a_complete_declaration_needs_no_contract(lake):
    assert apply_contract(lake, streams.spec()) == streams.spec()
    assert lake.keys("") == []


def test_without_a_contract_nothing_changes(lake):
    assert apply_contract(lake, terse()) == terse()


def test_every_part_of_a_declaration_comes_back_as_it_was(lake):
    changes = {
        "end_date": "2024-12-31",
        "owners": ["team:data"],
        "source": {"sql": {"url": "sqlite://", "query": "SELECT 1"}},
        "max_bad_rows": 7,
        "time_features": ["hour", "month"],
        "promotion": {"max_slice_regression": 0.1},
        "triggers": {"max_age_days": None},
    }
    completed = complete(terse(**changes), streams.raw_day(streams.START)).spec
    assert agreed(lake, **changes) == completed
    assert apply_contract(lake, terse(**changes)) == completed


def test_people_can_read_it(lake):
    agreed(lake)
    contract = json.loads(lake.read(contract_key("stream")))
    assert contract["task"] == "binary_classification"
    assert contract["monitoring"]["metric"] == "roc_auc"
    assert {feature["name"] for feature in contract["features"]} == {*streams.NUMERIC, "segment"}
