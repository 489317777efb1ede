import pandas as pd
import pytest
from pandera.errors import SchemaErrors

from ctml_assets.core.records import prepare, record_schema
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DeclarationError
from ctml_assets_tests.core.records.fixtures import DAY, bookings, sound_day


def _failures(frame: pd.DataFrame, spec: ModelSpec | None = None) -> set[tuple[str, str]]:
    with pytest.raises(SchemaErrors) as caught:
        record_schema(spec or bookings()).validate(frame, lazy=True)
    cases = caught.value.failure_cases
    return set(zip(cases["column"], cases["check"], strict=True))


def test_records_that_were_prepared_keep_the_contract() -> None:
    good = prepare(sound_day(), bookings(), DAY).good
    pd.testing.assert_frame_equal(record_schema(bookings()).validate(good, lazy=True), good)


def test_each_broken_rule_is_told_by_its_accepted_set() -> None:
    good = prepare(sound_day(), bookings(), DAY).good
    good.loc[0, "nights"] = 31.0
    good.loc[1, "channel"] = "fax"
    good.loc[2, "rate"] = float("nan")
    good.loc[3, "cancelled"] = 2.0
    assert _failures(good) == {
        ("nights", "must be >= 0 and <= 30"),
        ("channel", "must be one of web, desk"),
        ("rate", "not_nullable"),
        ("cancelled", "must be 0 or 1, or positive must be declared"),
    }


def test_a_lost_column_or_another_dtype_breaks_the_contract() -> None:
    good = prepare(sound_day(), bookings(), DAY).good
    with pytest.raises(SchemaErrors, match="nights"):
        record_schema(bookings()).validate(good.drop(columns="nights"), lazy=True)
    with pytest.raises(SchemaErrors, match="rate"):
        record_schema(bookings()).validate(good.astype({"rate": "float32"}), lazy=True)


def test_a_declaration_with_open_ends_has_no_contract_yet() -> None:
    with pytest.raises(DeclarationError, match="task and features must be known"):
        record_schema(bookings(features=None))


def test_several_classes_still_open_have_no_contract_yet() -> None:
    with pytest.raises(DeclarationError, match="bookings: classes must be known, got"):
        record_schema(bookings(task="multiclass_classification"))


def test_each_role_has_its_rule() -> None:
    spec = bookings(
        task="multiclass_classification",
        classes=["kept", "moved", "gone"],
        query_id="search",
        sample_weight="guests",
    )
    raw = sound_day().assign(cancelled="kept", search="s1", guests=2)
    good = prepare(raw, spec, DAY).good
    pd.testing.assert_frame_equal(record_schema(spec).validate(good, lazy=True), good)
    good.loc[0, "cancelled"] = "burnt"
    good.loc[1, "search"] = None
    good.loc[2, "guests"] = -1.0
    good.loc[3, "guests"] = float("nan")
    assert _failures(good, spec) == {
        ("cancelled", "must be one of the classes kept, moved, gone"),
        ("search", "not_nullable"),
        ("guests", "must be 0, or from 1e-100 to 1e+100"),
        ("guests", "not_nullable"),
    }
