import math

import pytest

from ctml_assets.pictures import Score, Sides, side_chart
from ctml_assets_tests.pictures.drawings import (
    HOSTILE,
    place_of,
    read,
    require_inside,
    require_legible,
    texts,
)

GREY, BLUE, VERMILLION = "#999999", "#0072b2", "#d55e00"
TWO = (
    Sides("overall", Score(0.7, 0.65, 0.75), Score(0.8, 0.75, 0.85), "+0.1 (SE 0.02)"),
    Sides("origin=JFK", Score(0.7), Score(0.6, 0.5, 0.7), "-0.1", failed=True),
)


def drawn(slices, title="a title"):
    return read(side_chart(title, slices))


def dots(picture, colour):
    """Return the places of the dots of a colour below the legend, from top to bottom."""
    places = [
        (float(it.attrib["cx"]), float(it.attrib["cy"]))
        for it in picture.findall("{*}circle")
        if it.attrib["fill"] == colour and float(it.attrib["cy"]) > 50
    ]
    return sorted(places, key=lambda place: place[1])


def bars(picture, colour):
    """Return left end, right end and height of each level line of a colour."""
    found = []
    for it in picture.findall("{*}line"):
        x1, x2, y1, y2 = (float(it.attrib[name]) for name in ("x1", "x2", "y1", "y2"))
        if it.attrib["stroke"] == colour and y1 == y2:
            found.append((x1, x2, y1))
    return found


def test_each_slice_has_a_dot_of_either_model_beside_its_name():
    picture = drawn(TWO)
    require_legible(picture)
    (left, over), (also_left, lower) = dots(picture, GREY)
    ((right, under),) = dots(picture, BLUE)
    assert left == also_left < right
    assert over < place_of(picture, "overall")[1] < under + 10 < lower
    (rejected,) = dots(picture, VERMILLION)
    assert rejected[0] == pytest.approx(left - (right - left), abs=0.2)
    assert {"champion", "candidate", "candidate, rejected for this slice"} <= {*texts(picture)}
    assert place_of(picture, "-0.1")[1] == place_of(picture, "origin=JFK")[1]


def test_intervals_reach_as_far_as_they_do_and_one_that_is_not_known_is_not_drawn():
    picture = drawn(TWO)
    ((low, high, y),) = bars(picture, GREY)
    (x, dot_y), _ = dots(picture, GREY)
    assert (y, x) == (dot_y, pytest.approx((low + high) / 2, abs=0.2))
    ((_, _, of_candidate),) = bars(picture, BLUE)
    assert of_candidate == dots(picture, BLUE)[0][1]
    # .1 wide, as that of the candidate's
    assert high - low == pytest.approx(
        bars(picture, BLUE)[0][1] - bars(picture, BLUE)[0][0], abs=0.3
    )


def test_without_a_failure_the_legend_speaks_of_none():
    assert "candidate, rejected for this slice" not in texts(drawn(TWO[:1]))


def test_a_first_candidate_stands_alone():
    picture = drawn([Sides("overall", None, Score(0.7, 0.6, 0.8))])
    require_legible(picture)
    assert dots(picture, GREY) == []
    assert len(dots(picture, BLUE)) == 1


def test_after_twenty_four_slices_the_number_of_the_others_is_told():
    many = [Sides(f"slice {it}", Score(it), Score(it + 1), f"+{it}") for it in range(30)]
    picture = drawn(many)
    require_legible(picture)
    assert "slice 23" in texts(picture)
    assert "slice 24" not in texts(picture)
    assert "and 6 more slices" in texts(picture)
    assert "and 6 more slices" not in texts(drawn(many[:24]))


@pytest.mark.parametrize(
    "slices",
    [
        [],
        [Sides("nothing", None, None)],
        [Sides("no number", Score(math.nan), Score(math.inf))],
    ],
)
def test_nothing_to_show_is_said(slices):
    picture = drawn(slices)
    assert "nothing to show yet" in texts(picture)
    require_legible(picture)


@pytest.mark.parametrize(
    "scores",
    [
        (Score(0.5), Score(0.5)),
        (Score(0.0, 0.0, 0.0), Score(0.0)),
        (Score(-1e9), Score(1e9, 0.0, 2e9)),
        (Score(1e-12), Score(2e-12)),
        (Score(0.5, math.nan, 0.6), Score(0.5, 0.4, math.inf)),
    ],
)
def test_odd_scores_are_drawn_inside(scores):
    picture = drawn([Sides("odd", *scores, note="0")])
    require_legible(picture)
    require_inside(picture, [*dots(picture, GREY), *dots(picture, BLUE)])
    assert len(dots(picture, GREY)) == len(dots(picture, BLUE)) == 1


def test_hostile_names_are_shown_and_never_markup():
    picture = drawn(
        [Sides(name, Score(0.5), Score(0.6), name) for name in HOSTILE], title=HOSTILE[0]
    )
    require_legible(picture)
    tags = {it.tag.rpartition("}")[2] for it in picture.iter()}
    assert tags == {"svg", "rect", "text", "line", "circle"}
