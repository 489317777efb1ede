"""The panels: what is drawn where, read back from the SVG."""

import math
import random

import pytest

from ctml_assets.pictures import Names, Panel, Span, Spot, panel_chart
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

GREY = "#999999"


def drawn(*panels, title="a title"):
    return read(panel_chart(title, panels))


def spots(*pairs):
    return tuple(Spot(x, y) for x, y in pairs)


def in_panels(picture, kind):
    """Return the marks that are not in the legend, from left to right."""
    return sorted(place for place in marks(picture, kind) if place[1] > 45)


def test_spots_stand_where_the_axes_say():
    picture = drawn(Panel("C", Span(0, 10), spots((0, 0.0), (10, 1.0), (4, 0.5))))
    (x0, y0), (x1, y1), (x2, y2) = in_panels(picture, "dots")
    assert [x0, x1, x2] == pytest.approx(
        [place_of(picture, it)[0] for it in ("0", "4", "10")], abs=0.1
    )
    assert y0 == pytest.approx(place_of(picture, "0.0")[1] - 4, abs=0.1)
    assert y2 == pytest.approx(place_of(picture, "1.0")[1] - 4, abs=0.1)
    assert y1 == pytest.approx((y0 + y2) / 2, abs=0.1)
    assert place_of(picture, "0.0")[0] < x0 - 10
    assert {"complete", "best", "pruned or failed"} <= {*texts(picture)}


def test_on_a_log_axis_equal_ratios_are_equal_distances():
    scale = Span(0.01, 1, log=True)
    picture = drawn(Panel("C", scale, spots((0.01, 0.1), (0.1, 0.2), (1, 0.3))))
    (x0, _), (x1, _), (x2, _) = in_panels(picture, "dots")
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.1)
    assert x1 == pytest.approx(place_of(picture, "0.1")[0], abs=0.1)


def test_choices_stand_side_by_side_above_their_names():
    names = Names(("sqrt", "log2", "null"))
    picture = drawn(Panel("C", names, spots((0, 0.1), (1, 0.2), (2, 0.3), (1, 0.3))))
    at = [place_of(picture, it)[0] for it in names.names]
    assert at == sorted(at)
    assert [x for x, _ in in_panels(picture, "dots")] == pytest.approx(
        [at[0], at[1], at[1], at[2]], abs=0.1
    )


def test_the_best_has_a_ring_and_its_value_beside_the_name():
    found = spots((1, 0.1), (3, 0.9), (2, 0.5))
    picture = drawn(Panel("C", Span(0, 10), found, best=1, best_value="3.0001"))
    (_, ringed) = rings(picture)
    assert ringed == pytest.approx(in_panels(picture, "dots")[2], abs=0.1)
    assert place_of(picture, "3.0001")[1] == place_of(picture, "C")[1]


def test_a_trial_without_a_value_is_a_stroke_at_the_foot():
    picture = drawn(Panel("C", Span(0, 10), spots((5, None), (0, 0.5), (10, 0.6))))
    (stroke,) = in_panels(picture, "strokes")
    left, right = in_panels(picture, "dots")
    assert stroke[0] == pytest.approx((left[0] + right[0]) / 2, abs=0.1)
    assert stroke[1] > max(left[1], right[1])


def test_all_panels_have_one_scale_of_the_objective():
    one = Panel("one", Span(0, 1), spots((0.5, 0.1), (0.5, 0.9)))
    two = Panel("two", Span(0, 1), spots((0.5, 0.9)))
    (_, y0), (_, y1), (_, y2) = in_panels(drawn(one, two), "dots")
    assert {y0, y1} > {y2}


def test_one_far_below_is_a_wedge_at_the_foot_and_the_legend_says_so():
    values = (0.7203, 0.5, 0.7236, 0.7221, 0.7230)
    found = spots(*((at / 4, value) for at, value in enumerate(values)))
    picture = drawn(Panel("C", Span(0, 1), found))
    (foot,) = in_panels(picture, "wedges")
    dots = in_panels(picture, "dots")
    assert len(dots) == 4
    assert foot[1] > max(y for _, y in dots)
    assert "far below" in texts(picture)
    assert "far below" not in texts(drawn(Panel("C", Span(0, 1), found[2:])))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6])
def test_panels_stand_in_rows_that_do_not_overlap(count):
    panels = [
        Panel(f"min_samples_leaf{at}", Span(1e-3, 1e3, log=True), spots((0.5, 0.1)), 0, "0.5001")
        for at in range(count)
    ]
    picture = drawn(*panels)
    require_legible(picture)
    assert len(in_panels(picture, "dots")) == len(rings(picture)) - 1 == count
    rows = {place_of(picture, panel.name)[1] for panel in panels}
    assert len(rows) == (1 if count <= 3 else 2)
    lowest = max(float(it.attrib["y"]) for it in picture.findall("{*}text"))
    assert lowest < float(picture.attrib["height"]) < lowest + 40


@pytest.mark.parametrize(
    "scale",
    [
        Span(1e-9, 1e9, log=True),
        Span(1e-9, 2e-9),
        Span(-1e9, 1e9),
        Span(1, 2, whole=True),
        Span(7, 63, log=True, whole=True),
        Span(0.7217, 0.7218),
        Names(("only",)),
        Names(("true", "false")),
        Names(tuple(f"choice number {at}" for at in range(40))),
        Names(HOSTILE),
    ],
)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_whatever_the_scale_all_is_inside_and_legible(scale, count):
    low, high = (0, 0) if isinstance(scale, Names) else (scale.low, scale.high)
    panels = [Panel("C", scale, spots((low, 0.1), (high, 0.2)), 0, "x" * 200)] * count
    picture = drawn(*panels)
    require_legible(picture)
    require_inside(picture, marks(picture, "dots"))
    assert len(in_panels(picture, "dots")) == count * 2


@pytest.mark.parametrize("values", [(0.7,), (0.7,) * 5, (1e9, -1e9), (1e-9, 3e-9), (0.0,)])
def test_whatever_the_values_all_is_inside_and_legible(values):
    found = spots(*((0.5, value) for value in values))
    picture = drawn(Panel("C", Span(0, 1), found, 0, "0.5"))
    require_legible(picture)
    require_inside(picture, marks(picture, "dots"))


def test_what_is_not_finite_or_outside_is_left_out():
    odd = spots((math.nan, 0.5), (0.5, math.nan), (0.5, math.inf), (7, 0.5), (0.5, 0.5), (9, None))
    svg = panel_chart("a title", [Panel("C", Span(0, 1), odd, best=3)])
    picture = read(svg)
    assert len(in_panels(picture, "dots")) == 1
    assert in_panels(picture, "strokes") == []
    assert len(rings(picture)) == 1
    assert "nan" not in svg
    assert "inf" not in svg


@pytest.mark.parametrize("panels", [[], [Panel("C", Span(0, 1), spots((0.5, None)))]])
def test_without_a_value_it_says_so(panels):
    assert "nothing to show yet" in texts(drawn(*panels))


def test_of_many_trials_the_best_stays_and_the_size_is_bounded():
    chance = random.Random(0)  # noqa: S311 - no secret
    found = spots(
        *((chance.random(), chance.gauss(0.7, 0.1) if at % 3 else None) for at in range(10_000))
    )
    best = max(range(10_000), key=lambda at: found[at].y or 0)
    svg = panel_chart("a title", [Panel("C", Span(0, 1), found, best, "0.5")] * 6)
    assert len(svg) < 60_000
    picture = read(svg)
    dots = in_panels(picture, "dots")
    for ringed in rings(picture)[1:]:
        assert ringed in dots


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_and_never_markup(name):
    picture = drawn(Panel(name, Names((name, "b")), spots((0, 0.5)), 0, name), title=name)
    require_legible(picture)
    assert {it.tag.rpartition("}")[2] for it in picture.iter()} <= {
        *("svg", "rect", "text", "line", "path", "circle")
    }


def test_the_same_again_is_the_same_text():
    panels = [Panel("C", Span(0, 1), spots((0.5, 0.5)))]
    assert panel_chart("t", panels) == panel_chart("t", panels)
