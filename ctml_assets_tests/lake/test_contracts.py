import json

import pytest

from ctml_assets.core.inference import complete
from ctml_assets.core.records import prepare
from ctml_assets.errors import DeclarationError
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
        "triggers": {"when": [{"all": ["data_change", {"any": ["performance", "max_age"]}]}]},
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


SEVERAL = {"task": "multiclass_classification"}


def several_raw(names="abc"):
    """Return a raw day whose outcome is one of some classes."""
    raw = streams.raw_day(streams.START)
    return raw.assign(outcome=[names[row % len(names)] for row in range(len(raw))])


def test_the_classes_of_the_first_day_are_those_of_all_later_ones(lake):
    first = agreed(lake, several_raw("abc"), **SEVERAL)
    assert agreed(lake, several_raw("abcd"), **SEVERAL) == first
    later = apply_contract(lake, terse(**SEVERAL))
    assert later == first
    assert later.classes == ("a", "b", "c")
    assert later.is_complete
    assert json.loads(lake.read(contract_key("stream")))["classes"] == ["a", "b", "c"]


def test_declared_classes_go_before_those_of_the_first_day(lake):
    agreed(lake, several_raw("abc"), **SEVERAL)
    spec = apply_contract(lake, terse(classes=["c", "a", "b", "d"]))
    assert spec.classes == ("c", "a", "b", "d")
    assert spec.task == "multiclass_classification"


def test_a_task_that_is_declared_later_has_no_use_for_classes(lake):
    agreed(lake, several_raw("01"), **SEVERAL)
    monitoring = {"min_support": 20, "metric": "roc_auc"}
    spec = apply_contract(lake, terse(task="binary_classification", monitoring=monitoring))
    assert spec.classes is None
    assert spec.is_complete


def test_a_positive_that_is_declared_later_makes_the_task(lake):
    agreed(lake, several_raw("abc"), **SEVERAL)
    monitoring = {"min_support": 20, "metric": "roc_auc"}
    spec = apply_contract(lake, terse(positive="outcome == 'a'", monitoring=monitoring))
    assert (spec.task, spec.classes) == ("binary_classification", None)


def test_several_classes_of_a_contract_without_classes_ask_for_them(lake):
    agreed(lake)
    monitoring = {"min_support": 20, "metric": "neg_log_loss"}
    with pytest.raises(DeclarationError) as caught:
        apply_contract(lake, terse(monitoring=monitoring, **SEVERAL))
    assert str(caught.value) == (
        "stream: classes must be declared for multiclass_classification, got a contract without "
        "them, inferred on the first day for another task; declare classes"
    )
    declared = terse(monitoring=monitoring, classes=["0", "1"])
    assert apply_contract(lake, declared).classes == ("0", "1")


def test_a_contract_of_the_time_before_classes_still_counts(lake):
    first = agreed(lake)
    document = json.loads(lake.read(contract_key("stream")))
    assert document.pop("classes") is None
    lake.delete(contract_key("stream"))
    lake.write(contract_key("stream"), json.dumps(document).encode())
    assert apply_contract(lake, terse()) == first


def test_a_role_that_is_declared_later_takes_its_column_from_the_features(lake):
    first = agreed(lake)
    assert {"x6", "segment"} < {feature.name for feature in first.features}
    later = apply_contract(lake, terse(sample_weight="x6", query_id="segment"))
    assert {feature.name for feature in later.features} == {"x1", "x2", "x3", "x4", "x5"}
    assert (later.sample_weight, later.query_id) == ("x6", "segment")
    known = apply_contract(lake, terse(label_time="x1"))
    assert "x1" not in {feature.name for feature in known.features}
