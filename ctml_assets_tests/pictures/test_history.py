"""The history of a study: what is drawn where, read back from the SVG."""

import math
import random

import pytest

from ctml_assets.pictures import Mark, history_chart
from ctml_assets_tests.pictures.drawings import (
    HOSTILE,
    marks,
    place_of,
    read,
    require_inside,
    require_legible,
    rings,
    texts,
)


def complete(*values):
    return [Mark(number, "complete", value) for number, value in enumerate(values)]


def drawn(found, champion=None, title="a title"):
    return read(history_chart(title, found, champion))


def height_of(picture, label):
    """Return where a value of the vertical axis stands."""
    return place_of(picture, label)[1] - 4


def line(picture):
    (path,) = picture.findall("{*}polyline")
    return [tuple(map(float, it.split(","))) for it in path.attrib["points"].split()]


def dashed(picture):
    return [
        float(it.attrib["y1"])
        for it in picture.findall("{*}line")
        if it.attrib["stroke-dasharray"] == "6 4"
    ]


def test_complete_trials_stand_where_the_axes_say():
    picture = drawn(complete(0.0, 1.0, 0.5))
    (x0, y0), (x1, y1), (x2, y2) = sorted(marks(picture, "dots")[-3:])
    assert [x0, x1, x2] == pytest.approx([place_of(picture, it)[0] for it in "012"], abs=0.1)
    assert y0 == pytest.approx(height_of(picture, "0.0"), abs=0.1)
    assert y1 == pytest.approx(height_of(picture, "1.0"), abs=0.1)
    assert y2 == pytest.approx((y0 + y1) / 2, abs=0.1)


def test_the_best_so_far_is_a_line_of_steps_to_the_right_end():
    picture = drawn(complete(0.0, 1.0, 0.5))
    (x0, y0), (x1, y1), _ = sorted(marks(picture, "dots")[-3:])
    path = line(picture)
    wanted = ((x0, y0), (x1, y0), (x1, y1))
    for place, corner in zip([*dict.fromkeys(path)][:3], wanted, strict=True):
        assert place == pytest.approx(corner, abs=0.1)
    assert path[-1][1] == pytest.approx(y1, abs=0.1)
    assert path[-1][0] > place_of(picture, "2")[0]


def test_the_first_of_the_best_has_a_ring_and_is_named():
    picture = drawn(complete(0.2, 0.9, 0.5, 0.9))
    (_, ringed) = rings(picture)
    assert ringed == pytest.approx(sorted(marks(picture, "dots"))[-3], abs=0.1)
    assert {"best: trial 1", "best 0.9"} <= {*texts(picture)}


def test_the_champion_is_a_dashed_line_with_its_value():
    picture = drawn(complete(0.5, 1.0, 0.0), champion=0.5)
    middle = (height_of(picture, "0.0") + height_of(picture, "1.0")) / 2
    assert dashed(picture) == [pytest.approx(middle, abs=0.1)]
    assert place_of(picture, "champion 0.5")[1] == pytest.approx(middle + 4, abs=0.2)


@pytest.mark.parametrize("champion", [None, math.nan, math.inf])
def test_without_a_champion_there_is_no_such_line(champion):
    picture = drawn(complete(0.5, 1.0), champion)
    assert dashed(picture) == []
    assert not any("champion" in it for it in texts(picture))


@pytest.mark.parametrize("champion", [0.7, 0.69999, 0.698])
def test_the_names_of_two_lines_that_lie_close_stand_apart(champion):
    require_legible(drawn(complete(champion, 0.7), champion))


def test_trials_without_a_value_stand_in_lanes_below_with_how_many_they_are():
    kinds = ("pruned", "failed", "pruned", "pruned", "failed")
    picture = drawn([Mark(0, "complete", 0.7), *(Mark(5 + at, it) for at, it in enumerate(kinds))])
    at = place_of(picture, "6")[0], place_of(picture, "8")[0]
    pruned, failed = (
        sorted(marks(picture, "crosses", colour)) for colour in ("#999999", "#d55e00")
    )
    step = (at[1] - at[0]) / 2
    assert [x for x, _ in failed] == pytest.approx([at[0], at[1] + step], abs=0.2)
    assert [x for x, _ in pruned] == pytest.approx([at[0] - step, at[0] + step, at[1]], abs=0.2)
    for name, places in (("pruned", pruned), ("failed", failed)):
        label = place_of(picture, name)[1]
        assert {y for _, y in places} == {label - 4}
        assert any(
            it.text == str(len(places)) and float(it.attrib["y"]) == label
            for it in picture.findall("{*}text")
        )
        assert label > max(y for _, y in marks(picture, "dots"))


def test_a_lane_stands_only_for_what_there_is():
    assert not {"pruned", "failed"} & {*texts(drawn(complete(0.1, 0.2)))}
    picture = drawn([*complete(0.1, 0.2), Mark(2, "failed")])
    assert "failed" in texts(picture)
    assert "pruned" not in texts(picture)


def test_one_far_below_is_a_wedge_at_the_foot_and_the_legend_says_so():
    values = (0.7203, 0.5, 0.7236, 0.7221, 0.7230)
    picture = drawn(complete(*values))
    in_the_legend, foot = marks(picture, "wedges")
    assert foot[1] > max(y for _, y in marks(picture, "dots"))
    assert foot[1] > in_the_legend[1]
    assert 0 < place_of(picture, "far below")[0] - in_the_legend[0] < 20
    assert "far below" not in texts(drawn(complete(*values[2:])))


@pytest.mark.parametrize(
    "values",
    [
        (0.7,),
        (0.7217,) * 9,
        (0.0, 0.0),
        (1e-9, 2e-9, -3e-9),
        (1e9, -1e9, 3e9),
        (0.7217, 0.72171, 0.72172),
        (-1234567.5, -1234560.25),
        tuple(random.Random(0).gauss(0.7, 0.01) for _ in range(60)),  # noqa: S311 - no secret
    ],
)
@pytest.mark.parametrize("others", [(), ("pruned",), ("pruned", "failed", "failed")])
def test_whatever_the_values_all_is_inside_and_legible(values, others):
    found = complete(*values)
    found += [Mark(len(values) + at, kind) for at, kind in enumerate(others)]
    for champion in (None, values[0]):
        picture = drawn(found, champion)
        require_legible(picture)
        require_inside(picture, [*marks(picture, "dots"), *marks(picture, "crosses")])
        assert len({*marks(picture, "dots")}) == 1 + len(values)


def test_a_value_that_is_not_finite_is_left_out():
    svg = history_chart("a title", complete(0.1, math.nan, math.inf, 0.2), math.nan)
    assert "nan" not in svg
    assert "inf" not in svg
    assert len(marks(read(svg), "dots")) == 3


@pytest.mark.parametrize("found", [[], [Mark(0, "failed"), Mark(1, "pruned")]])
def test_without_a_value_it_says_so(found):
    assert "nothing to show yet" in texts(drawn(found))


def test_of_many_trials_the_best_stays_and_the_size_is_bounded():
    chance = random.Random(0)  # noqa: S311 - no secret
    kinds = ("complete", "complete", "pruned", "failed")
    found = [Mark(at, kinds[at % 4], chance.gauss(0.7, 0.01)) for at in range(10_000)]
    svg = history_chart("a title", found, champion=0.7)
    picture = read(svg)
    assert len(svg) < 40_000
    (_, (x, y)) = rings(picture)
    assert (x, y) in marks(picture, "dots")
    assert {"2500"} <= {*texts(picture)}
    require_legible(picture)


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_is_shown_and_never_markup(title):
    picture = drawn(complete(0.1, 0.2), title=title)
    assert {it.tag.rpartition("}")[2] for it in picture.iter()} <= {
        *("svg", "rect", "text", "line", "path", "circle", "polyline")
    }
    require_legible(picture)


def test_the_same_again_is_the_same_text():
    assert history_chart("t", complete(0.1, 0.2)) == history_chart("t", complete(0.1, 0.2))
