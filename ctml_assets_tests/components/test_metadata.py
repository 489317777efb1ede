import math

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ctml_assets.components.metadata import numbers, table, texts

HOSTILE = "<img src=x onerror=alert(1)> [click](http://evil) \u202e"


def plain(records):
    return [record.data for record in records.value.records]


def test_whole_numbers_stay_whole():
    made = numbers({"rows": 3, "score": 0.5})
    assert made == {"rows": dg.MetadataValue.int(3), "score": dg.MetadataValue.float(0.5)}


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf, np.float64("nan")])
def test_what_is_no_finite_number_is_left_out(value):
    assert numbers({"score": value, "rows": 0}) == {"rows": dg.MetadataValue.int(0)}


def test_texts_are_text_and_never_markdown():
    made = texts({"reason": HOSTILE, "nothing": None, "empty": ""})
    assert made == {"reason": dg.MetadataValue.text(HOSTILE)}


def test_a_frame_becomes_a_table_of_the_chosen_columns():
    frame = pd.DataFrame({"slice": ["a", "b"], "score": [0.1234567, 0.5], "hidden": [1, 2]})
    made = table(frame, ("slice", "score"))
    assert plain(made) == [{"slice": "a", "score": 0.123457}, {"slice": "b", "score": 0.5}]
    assert [(column.name, column.type) for column in made.value.schema.columns] == [
        ("slice", "string"),
        ("score", "float"),
    ]


def test_mappings_become_the_same_table():
    rows = [{"slice": "a", "score": 0.25, "support": 3}]
    made = table(rows, ("score", "slice", "support"))
    assert plain(made) == [{"score": 0.25, "slice": "a", "support": 3}]
    assert type(plain(made)[0]["support"]) is int


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_what_is_missing_is_empty(missing):
    made = table([{"score": missing}, {"score": 0.5}], ("score",))
    assert plain(made) == [{"score": ""}, {"score": 0.5}]


def test_a_missing_text_is_empty():
    frame = pd.DataFrame({"champion": pd.Series(["v1", None], dtype="str")})
    assert plain(table(frame, ("champion",))) == [{"champion": "v1"}, {"champion": ""}]


def test_other_things_are_written_as_text():
    made = table([{"parameters": {"C": 1.0}, "name": HOSTILE}], ("parameters", "name"))
    assert plain(made) == [{"parameters": "{'C': 1.0}", "name": HOSTILE}]


@pytest.mark.parametrize("rows", [[], pd.DataFrame({"slice": [], "score": []})])
def test_no_rows_make_an_empty_table_with_its_columns(rows):
    made = table(rows, ("slice", "score"))
    assert plain(made) == []
    assert [column.name for column in made.value.schema.columns] == ["slice", "score"]


def test_dagster_can_store_and_read_it_again():
    frame = pd.DataFrame({"slice": ["a"], "score": [np.nan], "support": [3]})
    made = table(frame, ("slice", "score", "support"))
    assert dg.deserialize_value(dg.serialize_value(made)) == made


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.1234567, 0.123457),
        (1234.56789012, 1234.56789),
        (1.23456789e-9, 1.23457e-9),
        (-1e-7, -1e-7),
        (1e9, 1e9),
        (0.0, 0.0),
    ],
)
def test_a_small_number_keeps_six_digits(value, shown):
    assert numbers({"score": value}) == {"score": dg.MetadataValue.float(shown)}
    assert plain(table([{"score": value}], ("score",))) == [{"score": shown}]
