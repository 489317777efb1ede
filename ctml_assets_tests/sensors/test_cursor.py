import pytest

from ctml_assets.sensors import read_cursor, write_cursor


@pytest.mark.parametrize("text", [None, "", "{", "[1, 2]", "7", '"flights"', "null"])
def test_an_unreadable_cursor_reads_as_nothing_read_yet(text):
    assert read_cursor(text) == {}


def test_what_is_no_number_is_left_out():
    assert read_cursor('{"a": 3, "b": "4", "c": null, "d": 1.5}') == {"a": 3}


def test_a_cursor_round_trips_and_does_not_hang_on_the_order():
    assert read_cursor(write_cursor({"b": 2, "a": 1})) == {"a": 1, "b": 2}
    assert write_cursor({"b": 2, "a": 1}) == write_cursor({"a": 1, "b": 2}) == '{"a":1,"b":2}'
