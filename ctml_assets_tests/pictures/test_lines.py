"""The line chart: what is drawn where, read back from the SVG."""

import datetime as dt
import math
import re

import pytest

from ctml_assets.pictures import Line, Point, line_chart
from ctml_assets_tests.pictures.drawings import read, texts

START = dt.date(2024, 1, 1)


def on(number):
    return START + dt.timedelta(days=number)


def line(*values, name="gain", every=7):
    return Line(name, tuple(Point(on(every * at), value) for at, value in enumerate(values)))


def drawn(lines, bounds=None, title="a title"):
    return read(line_chart(title, lines, bounds or {}))


def height_of(picture, text):
    """Return where a label of the vertical axis stands."""
    (found,) = (it for it in picture.findall("{*}text") if it.text == text)
    return float(found.attrib["y"]) - 4


def points(picture):
    (path,) = picture.findall("{*}polyline")
    return [tuple(map(float, it.split(","))) for it in path.attrib["points"].split()]


def dots(picture):
    # the first of each line is in the legend
    return [it for it in picture.findall("{*}circle") if it.attrib["r"] == "3.5"]


def test_points_stand_where_the_axis_says():
    picture = drawn([line(0.0, 0.1, 0.05)])
    (x0, y0), (x1, y1), (x2, y2) = points(picture)
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y0 == pytest.approx(height_of(picture, "0%"), abs=0.2)
    assert y1 == pytest.approx(height_of(picture, "10%"), abs=0.2)
    assert y2 == pytest.approx((y0 + y1) / 2, abs=0.2)
    assert y1 < y0


def test_an_interval_is_a_stroke_from_its_low_to_its_high():
    picture = drawn([Line("gain", (Point(on(0), 0.05, 0.0, 0.1),))])
    (stroke,) = (it for it in picture.findall("{*}line") if it.attrib["x1"] == it.attrib["x2"])
    assert float(stroke.attrib["y1"]) == pytest.approx(height_of(picture, "0%"), abs=0.2)
    assert float(stroke.attrib["y2"]) == pytest.approx(height_of(picture, "10%"), abs=0.2)


def test_a_bound_is_a_dashed_line_with_its_name():
    picture = drawn([line(0.0, 0.02)], {"counts": 0.1})
    (bound,) = (it for it in picture.findall("{*}line") if it.attrib["stroke-dasharray"] == "6 4")
    assert float(bound.attrib["y1"]) == pytest.approx(height_of(picture, "10%"), abs=0.2)
    assert "counts" in texts(picture)


def test_the_names_of_two_bounds_that_lie_close_stand_apart():
    picture = drawn([line(0.0, 2.0)], {"one": 0.10, "two": 0.11})
    at = {it.text: it.attrib for it in picture.findall("{*}text")}
    assert float(at["two"]["x"]) + 200 < float(at["one"]["x"])
    assert (at["one"]["text-anchor"], at["two"]["text-anchor"]) == ("end", "start")


def test_every_line_has_its_name_and_a_colour_of_its_own():
    picture = drawn([line(0.0, 0.1, name="one"), line(0.2, 0.1, name="two")])
    assert {"one", "two"} <= {*texts(picture)}
    colours = [it.attrib["stroke"] for it in picture.findall("{*}polyline")]
    assert len({*colours}) == 2


def test_days_stand_below_the_first_with_its_year_and_never_too_many():
    picture = drawn([line(*([0.01] * 60))])
    days = [it for it in texts(picture) if re.fullmatch(r"(\d{4}-)?\d\d-\d\d", it)]
    assert days[0] == "2024-01-01"
    assert 4 <= len(days) <= 8


@pytest.mark.parametrize("values", [(0.03,), (0.0,), (-0.04, -0.04), (1e-9, 2e-9), (1e6, -1e6)])
def test_whatever_the_values_all_stay_inside(values):
    picture = drawn([line(*values)])
    width, height = float(picture.attrib["width"]), float(picture.attrib["height"])
    assert len(dots(picture)) == len(values)
    for dot in dots(picture):
        assert 0 <= float(dot.attrib["cx"]) <= width
        assert 0 <= float(dot.attrib["cy"]) <= height
    assert 2 <= len([it for it in texts(picture) if it.endswith("%")]) <= 12


def test_what_is_not_finite_is_left_out():
    odd = Line(
        "gain",
        (
            Point(on(0), 0.1),
            Point(on(7), math.nan),
            Point(on(14), 0.2, -math.inf, 0.3),
            Point(on(21), 0.1),
        ),
    )
    svg = line_chart("a title", [odd], {"none": math.nan})
    assert "nan" not in svg
    assert "inf" not in svg
    assert len(dots(read(svg))) == 2


def test_without_a_point_it_says_so():
    assert "nothing to show yet" in texts(drawn([], {"counts": 0.1}))
    assert "nothing to show yet" not in texts(drawn([line(0.1)]))


def test_names_are_shown_and_never_markup():
    evil = """<script>alert("1")</script> & ' "x"""
    picture = drawn([line(0.1, 0.2, name=evil)], {evil: 0.1}, title=evil)
    assert texts(picture).count(evil) == 3
    assert picture.attrib["aria-label"] == evil
    assert not [it for it in picture.iter() if it.tag.endswith("script")]


def test_the_same_again_is_the_same_text():
    assert line_chart("t", [line(0.1, 0.2)], {}) == line_chart("t", [line(0.1, 0.2)], {})
