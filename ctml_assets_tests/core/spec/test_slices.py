import pytest
from pydantic import ValidationError

from ctml_assets.core.spec import SliceSpec


@pytest.mark.parametrize(
    ("fields", "group"),
    [
        ({"overall": True}, "overall"),
        ({"overall": True, "name": "all"}, "all"),
        ({"column": "origin"}, "origin"),
        ({"column": "origin", "name": "airport"}, "airport"),
        ({"columns": ["origin", "carrier"]}, "origin, carrier"),
        ({"columns": ["origin", "carrier"], "name": "route"}, "route"),
        ({"where": "hour > 5", "name": "late"}, "late"),
    ],
)
def test_a_line_is_named_by_its_name_or_by_what_it_is_cut_by(fields, group):
    assert SliceSpec(**fields).group == group


def test_slices_share_their_lines_weight_equally_unless_declared_otherwise():
    assert SliceSpec(column="origin").weight_by == "equal"
    assert SliceSpec(column="origin", weight_by="support").weight_by == "support"


CROSSING = {"columns": ["origin", "carrier"]}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "must have exactly one of overall, column, columns and where, got none of them"),
        ({**CROSSING, "overall": True}, "exactly one of .*, got overall and columns; keep"),
        ({**CROSSING, "column": "origin"}, "exactly one of .*, got column and columns; keep"),
        ({**CROSSING, "where": "a > 1", "name": "x"}, "exactly one of .*, got columns and where"),
        ({**CROSSING, "values": ["JFK"]}, "must be left out of a line without column, got columns"),
        ({**CROSSING, "bins": [0, 1]}, "must be left out of a line without column, got columns"),
        ({"columns": ["a", "b", "a"]}, "must differ from column to column, got 'a' again; name"),
        ({"columns": ["a"]}, "at least 2 items"),
        ({"columns": list("abcde")}, "at most 4 items"),
        ({"columns": ["a", "b", ""]}, "at least 1 character"),
        ({"columns": "ab"}, "valid tuple"),
        ({"columns": ["a", "b", 1]}, "valid string"),
        ({"column": "a", "weight_by": "rows"}, "'equal' or 'support'"),
    ],
)
def test_a_line_that_contradicts_itself_has_one_error(fields, message):
    with pytest.raises(ValidationError, match=message) as caught:
        SliceSpec(**fields)
    assert caught.value.error_count() == 1
