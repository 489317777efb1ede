"""The picture of a rollout: what is drawn where, read back from the SVG."""

import datetime as dt
import math

import pytest

from ctml_assets.pictures import Look, Stage, rollout_chart
from ctml_assets_tests.pictures.drawings import (
    HOSTILE,
    place_of,
    read,
    require_inside,
    require_legible,
    texts,
)

START = dt.date(2024, 3, 1)
BLUE, VERMILLION, BAND = "#0072b2", "#d55e00", "#c3dcea"


def on(number):
    return START + dt.timedelta(days=number)


def looks(*gains, reach=0.02):
    return [Look(on(at), gain, gain - reach, gain + reach) for at, gain in enumerate(gains)]


def drawn(found, *, margin=0.0, stages=(), title="a title"):
    return read(rollout_chart(title, found, margin=margin, stages=stages))


def height_of(picture, label):
    """Return where a value of the vertical axis stands."""
    return place_of(picture, label)[1] - 4


def gains(picture):
    return [
        (float(it.attrib["cx"]), float(it.attrib["cy"]))
        for it in picture.findall("{*}circle")
        if it.attrib["r"] == "2.5"
    ]


def lines(picture, colour, dashes="none"):
    """Return lines of a colour as x1, y1, x2, y2."""
    return [
        tuple(float(it.attrib[end]) for end in ("x1", "y1", "x2", "y2"))
        for it in picture.findall("{*}line")
        if (it.attrib["stroke"], it.attrib["stroke-dasharray"]) == (colour, dashes)
    ]


def test_gains_stand_where_the_axes_say():
    picture = drawn(looks(0.0, 0.05, -0.05))
    (x0, y0), (x1, y1), (x2, y2) = gains(picture)
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert x0 == pytest.approx(place_of(picture, "2024-03-01")[0], abs=0.1)
    assert x2 == pytest.approx(place_of(picture, "03-03")[0], abs=0.1)
    for y, label in ((y0, "0%"), (y1, "5%"), (y2, "-5%")):
        assert y == pytest.approx(height_of(picture, label), abs=0.1)


def test_the_band_reaches_from_low_to_high():
    picture = drawn([Look(on(0), 0.0, -0.05, 0.1)])
    ((x1, y1, x2, y2),) = lines(picture, BAND)
    assert x1 == x2 == gains(picture)[0][0]
    assert y1 == pytest.approx(height_of(picture, "-5%"), abs=0.1)
    assert y2 == pytest.approx(height_of(picture, "10%"), abs=0.1)


@pytest.mark.parametrize(
    "bounds", [(None, None), (None, 0.1), (math.nan, 0.1), (-math.inf, math.inf)]
)
def test_a_look_without_bounds_has_its_gain_alone(bounds):
    picture = drawn([*looks(0.01), Look(on(1), 0.02, *bounds)])
    assert len(gains(picture)) == 2
    assert len(lines(picture, BAND)) == 1


def test_the_margin_is_a_dashed_line_below_0():
    picture = drawn(looks(0.05, -0.05), margin=0.05)
    ((_, y1, _, y2),) = lines(picture, VERMILLION, "6 4")
    assert y1 == y2 == pytest.approx(height_of(picture, "-5%"), abs=0.1)
    assert "margin -5.00%" in texts(picture)


def test_without_a_margin_there_is_no_such_line():
    picture = drawn(looks(0.05, -0.05))
    assert lines(picture, VERMILLION, "6 4") == []
    assert not any("margin" in it for it in texts(picture))


def test_a_stage_begins_at_its_line():
    stages = [Stage(on(0), "origin=LGA"), Stage(on(2), "origin=JFK")]
    picture = drawn(looks(0.0, 0.01, 0.02, 0.03), stages=stages)
    starts = [x1 for x1, _, _, _ in lines(picture, "#999999", "2 3")]
    at = gains(picture)
    assert starts == pytest.approx([at[0][0], at[2][0]])
    assert [place_of(picture, it.name)[0] - 4 for it in stages] == pytest.approx(starts)


def test_no_line_leads_from_one_stage_into_the_next():
    stages = [Stage(on(0), "origin=LGA"), Stage(on(2), "origin=JFK")]
    found = looks(0.0, 0.01, 0.02, 0.03, 0.04)
    picture = drawn(found, stages=stages)
    joined = [len(it.attrib["points"].split()) for it in picture.findall("{*}polyline")]
    assert joined == [2, 3]
    assert len(drawn(found).findall("{*}polyline")) == 1


def test_a_stage_that_has_no_look_yet_is_inside():
    picture = drawn(looks(0.0, 0.01), stages=[Stage(on(0), "a"), Stage(on(9), "b")])
    ((_, _, _, _), (x, _, _, _)) = lines(picture, "#999999", "2 3")
    require_inside(picture, [(x, 100)])


def test_very_wide_bounds_are_cut_off_so_that_the_others_can_be_seen():
    wide = Look(on(0), 0.0, -5.0, 5.0)
    picture = drawn([wide, Look(on(1), 0.0, -0.05, 0.05)])
    _, (_, y1, _, y2) = lines(picture, BAND)
    assert abs(y2 - y1) > 100
    require_inside(picture, [place for it in lines(picture, BAND) for place in (it[:2], it[2:])])


@pytest.mark.parametrize("found", [[], [Look(on(0), math.nan, -0.1, 0.1)]])
def test_without_a_gain_it_says_so(found):
    assert "nothing to show yet" in texts(drawn(found, margin=0.02))


@pytest.mark.parametrize("days", [1, 2, 28, 366])
@pytest.mark.parametrize("size", [1e-7, 0.02, 40.0])
@pytest.mark.parametrize("every", [2, 9])
def test_whatever_the_gains_all_is_inside_and_legible(days, size, every):
    found = looks(*(size * (-1) ** at for at in range(days)), reach=size / 3)
    stages = [Stage(on(at), f"origin={at}" * 3) for at in range(0, days, every)]
    picture = drawn(found, margin=0.02, stages=stages)
    require_legible(picture)
    require_inside(picture, gains(picture))
    assert len(gains(picture)) == days


@pytest.mark.parametrize("words", HOSTILE)
def test_titles_and_names_are_shown_and_never_markup(words):
    picture = drawn(looks(0.0, 0.1), title=words, stages=[Stage(on(0), words)])
    assert {it.tag.rpartition("}")[2] for it in picture.iter()} <= {
        *("svg", "rect", "text", "line", "circle", "polyline")
    }
    require_legible(picture)


def test_the_same_again_is_the_same_text():
    once, again = (rollout_chart("t", looks(0.1, 0.2), margin=0.01) for _ in range(2))
    assert once == again
