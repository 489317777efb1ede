from io import StringIO

import pytest
from rich.console import Console

from ctml_assets.cli.plain import cell
from ctml_assets.cli.registry.tables import print_entry, size, table


def printed(shown, width):
    out = StringIO()
    Console(file=out, width=width).print(shown)
    return out.getvalue()


@pytest.mark.parametrize("width", [40, 80, 130])
def test_no_line_is_wider_than_the_terminal_and_no_long_text_is_cut(width):
    shown = table("Title", "version", "rows:", "why")
    shown.add_row(cell("2024-01-01-0123456789ab"), cell(12), cell("word " * 40 + "end"))
    lines = printed(shown, width).splitlines()
    assert max(map(len, lines)) <= width
    assert sum(line.count("word") for line in lines) == 40
    assert any("2024-01-01-0123456789ab" in line for line in lines)


def test_what_is_too_narrow_to_be_whole_shows_that_it_is_cut():
    shown = table("Title", "version")
    shown.add_row(cell("2024-01-01-0123456789ab"))
    assert "\u2026" in printed(shown, 12)


def test_numbers_stand_on_the_right():
    shown = table("Title", "model", "rows:")
    shown.add_row(cell("a"), cell(7))
    shown.add_row(cell("b"), cell(1234))
    lines = [line.rstrip() for line in printed(shown, 80).splitlines()]
    (seven,) = [line for line in lines if line.endswith("   7")]
    (thousand,) = [line for line in lines if line.endswith("1234")]
    assert len(seven) == len(thousand)


def test_an_entry_is_a_line_and_below_it_why():
    out = StringIO()
    print_entry(Console(file=out, width=30), cell("1 first"), "because " * 5)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    assert lines == ["1 first", "    because because because", "    because because"]


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, "-"), (0, "0.0 kB"), (940, "0.9 kB"), (560_000, "560.0 kB"), (1_440_000, "1.4 MB")],
)
def test_a_size_is_told_in_a_unit_that_fits(value, told):
    assert size(value).plain == told
