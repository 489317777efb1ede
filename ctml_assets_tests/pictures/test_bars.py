import math

import pytest

from ctml_assets.pictures import bar_chart
from ctml_assets_tests.pictures.drawings import HOSTILE, place_of, read, require_legible, texts


def drawn(shares, title="a title"):
    return read(bar_chart(title, shares))


def bars(picture):
    """Return left end, top and length of every bar, from top to bottom."""
    found = [it for it in picture.findall("{*}rect") if it.attrib["fill"] != "white"]
    return sorted(
        (float(it.attrib["y"]), float(it.attrib["x"]), float(it.attrib["width"])) for it in found
    )


def test_bars_are_as_long_as_their_shares_and_the_largest_is_on_top():
    picture = drawn({"small": 0.2, "large": 0.8})
    (top, left, long), (below, also_left, short) = bars(picture)
    assert long == pytest.approx(4 * short, abs=0.2)
    assert left == also_left
    assert top < place_of(picture, "large")[1] < top + 14
    assert below < place_of(picture, "small")[1] < below + 14
    (axis,) = picture.findall("{*}line")
    assert float(axis.attrib["y1"]) < top < below < float(axis.attrib["y2"]) - 14
    assert float(axis.attrib["x1"]) == left
    assert place_of(picture, "80%")[1] == place_of(picture, "large")[1]
    assert place_of(picture, "80%")[0] > left + long


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.004, "<1%"), (0.01, "1%"), (0.426, "43%"), (1.0, "100%")]
)
def test_shares_are_written_in_percent(share, text):
    assert text in texts(drawn({"one": share, "other": 1 - share}))


def test_after_the_twelve_largest_the_others_are_one_row():
    picture = drawn({f"p{number}": number / 105 for number in range(15)})
    assert len(bars(picture)) == 12
    assert "4 others" in texts(picture)
    assert "p4" in texts(picture)
    assert "p3" not in texts(picture)
    # p0 to p3 have 6 of 105 together, p4 has 4, p14 has 14
    lengths = [length for *_, length in bars(picture)]
    assert lengths[-1] == pytest.approx(lengths[0] * 6 / 14, abs=0.2)
    assert lengths[-2] == pytest.approx(lengths[0] * 4 / 14, abs=0.2)
    twelve = drawn({f"p{number}": 1 / 12 for number in range(12)})
    assert {f"p{number}" for number in range(12)} <= {*texts(twelve)}


@pytest.mark.parametrize(
    "shares",
    [{"one": 1.0}, {"one": 0.0, "two": 0.0}, {"one": -1e-12, "two": 1.0}, {"one": 1e-300}],
)
def test_odd_shares_are_drawn_inside(shares):
    picture = drawn(shares)
    require_legible(picture)
    for _, left, length in bars(picture):
        assert length > 0
        assert left + length <= 720


def test_what_is_not_finite_is_left_out():
    svg = bar_chart("a title", {"one": math.nan, "two": 0.5, "three": math.inf})
    assert len(bars(read(svg))) == 1
    assert "nan" not in svg
    assert "nothing to show yet" in texts(drawn({"one": math.nan}))
    assert "nothing to show yet" in texts(drawn({}))


def test_hostile_names_are_shown_and_never_markup():
    picture = drawn(dict.fromkeys(HOSTILE, 0.1), title=HOSTILE[0])
    require_legible(picture)
    assert {it.tag.rpartition("}")[2] for it in picture.iter()} == {"svg", "rect", "text", "line"}
    assert texts(picture).count(HOSTILE[0]) == 2
    assert len(bars(picture)) == len(HOSTILE)
    assert len(bar_chart("a title", dict.fromkeys(HOSTILE, 0.1))) < 6000
