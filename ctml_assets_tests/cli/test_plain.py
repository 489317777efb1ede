import pytest

from ctml_assets.cli.plain import cell, plain, score

HOSTILE = "\x1b]0;title\x07\x1b[31m\x9b2J\r\n\t\u202e\u200b[bold]x[/]"


def test_nothing_that_moves_the_cursor_or_hides_is_left():
    told = plain(HOSTILE)
    assert told.isprintable()
    assert told == "\\x1b]0;title\\x07\\x1b[31m\\x9b2J\\r\\n\\t\\u202e\\u200b[bold]x[/]"


@pytest.mark.parametrize("text", ["", "plain", "caf\u00e9 \u00fcber 1 % [bold]", "\u65e5\u672c"])
def test_what_is_printable_stays(text):
    assert plain(text) == text


def test_a_cell_is_no_markup():
    assert cell("[bold]x[/]").plain == "[bold]x[/]"
    assert cell("a\x1b[1mb").plain == "a\\x1b[1mb"


def test_what_is_missing_is_shown_as_such():
    assert cell(None).plain == score(None).plain == "-"
    assert score(0.12345).plain == "0.1235"
