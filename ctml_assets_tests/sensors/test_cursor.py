import pytest

from ctml_assets.sensors import read_cursor, write_cursor


@pytest.mark.parametrize("kind", [int, str])
@pytest.mark.parametrize("text", [None, "", "{", "[1, 2]", "7", '"flights"', "null"])
def test_an_unreadable_cursor_holds_nothing(text, kind):
    assert read_cursor(text, kind) == {}


def test_what_is_of_another_kind_is_left_out():
    text = '{"a":3,"b":"4","c":null,"d":1.5,"e":true}'
    assert read_cursor(text, int) == {"a": 3}
    assert read_cursor(text, str) == {"b": "4"}


def test_a_cursor_round_trips_and_does_not_hang_on_the_order():
    assert read_cursor(write_cursor({"b": 2, "a": 1}), int) == {"a": 1, "b": 2}
    assert write_cursor({"b": 2, "a": 1}) == write_cursor({"a": 1, "b": 2}) == '{"a":1,"b":2}'
    assert read_cursor(write_cursor({"a": "2024-01-02"}), str) == {"a": "2024-01-02"}
