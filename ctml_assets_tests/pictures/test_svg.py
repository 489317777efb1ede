import base64
import re

import pytest

from ctml_assets.pictures.svg import (
    as_markdown,
    clean,
    crosses,
    dots,
    fitted,
    legend,
    picture,
    ring,
    strokes,
    text,
    thinned,
    wedges,
    width_of,
)
from ctml_assets_tests.pictures.drawings import HOSTILE, marks, read, require_legible, texts


@pytest.mark.parametrize("plain", [*HOSTILE, "a [b](c)\nd", "<img src=x onerror=alert(1)>"])
def test_as_markdown_it_is_one_picture_whatever_its_text(plain):
    svg = picture("a title", 100, [])
    held = as_markdown(svg, plain)
    match = re.fullmatch(r"!\[([^\[\]\n<>`\\&]*)\]\(data:image/svg\+xml;base64,([\w+/=]+)\)", held)
    assert base64.b64decode(match[2]).decode() == svg


def test_the_text_of_markdown_can_still_be_read():
    assert as_markdown("<svg/>", "a [b](c)\nd").startswith("![a (b)(c) d](")


@pytest.mark.parametrize("words", HOSTILE)
def test_a_text_is_shown_and_never_markup(words):
    drawn = read(picture(words, 100, [text(10, 50, words)]))
    title, shown = texts(drawn)
    assert shown == clean(words)
    assert drawn.attrib["aria-label"] == title
    assert [it.tag.rpartition("}")[2] for it in drawn] == ["rect", "text", "text"]


def test_what_turns_the_writing_or_cannot_be_printed_is_marked():
    assert clean("a\x00b\u202ec\ud800") == "a\ufffdb\ufffdc\ufffd"
    assert clean("two\nlines\tand a tab") == "two lines and a tab"
    assert clean("naïve 日本 \N{GRINNING FACE}") == "naïve 日本 \N{GRINNING FACE}"


def test_a_text_that_fits_is_left_as_it_is():
    assert fitted("learning_rate", 200) == "learning_rate"


@pytest.mark.parametrize("words", ["x" * 200, "日本" * 50, "\N{GRINNING FACE}" * 40])
def test_a_text_that_is_too_wide_is_cut_off_with_an_ellipsis(words):
    cut = fitted(words, 100)
    assert cut.endswith("…")
    assert words.startswith(cut[:-1])
    assert 80 < width_of(cut) <= 100


# As Chromium measured them at 12 pixels in DejaVu Sans, the widest of the usual fonts.
@pytest.mark.parametrize(
    ("words", "pixels"),
    [
        ("learning_rate", 79.3),
        ("min_samples_leaf", 106.8),
        ("champion 0.72021", 112.6),
        ("-2.5e-12", 50.4),
        ("1000", 30.5),
        ("MMMMWWWW", 88.9),
        ("iiii", 13.3),
        ("TRUE", 32.0),
        ("%%", 22.8),
        ("日本語", 21.6),
        ("\N{GRINNING FACE}" * 2, 25.0),
    ],
)
def test_a_text_is_at_most_as_wide_as_it_is_said_to_be(words, pixels):
    assert pixels <= width_of(words) <= 2 * pixels
    assert width_of(words, size=24) == pytest.approx(2 * width_of(words))


def test_without_room_only_the_ellipsis_is_left():
    assert fitted("learning_rate", 1) == "…"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("dots", dots([(1, 2), (3.25, 4.04)], "red", 3)),
        ("crosses", crosses([(1, 2), (3.25, 4.04)], "red", 3)),
        ("strokes", strokes([(1, 2), (3.25, 4.04)], "red", 3)),
        ("wedges", wedges([(1, 2), (3.25, 4.04)], "red")),
    ],
)
def test_many_marks_are_one_path_with_a_place_each(kind, path):
    drawn = read(picture("", 50, [path]))
    assert marks(drawn, kind) == [(1, 2), (3.2, 4)]


def test_no_marks_are_nothing():
    assert dots([], "red", 3) == ""


def test_places_are_kept_while_they_are_few():
    places = [(3.0, 1.0), (1.0, 2.0), (1.1, 2.1)]
    assert thinned(places, 3) == places


def test_the_same_place_is_kept_once():
    assert thinned([(1.0, 2.0)] * 5, 3) == [(1.0, 2.0)]


def test_of_too_many_places_those_side_by_side_are_left_out_but_for_the_highest():
    near = [(10 + at / 1000, 20 + at / 1000) for at in range(50)]
    far = [(300.0, 40.0), (600.0, 80.0)]
    kept = thinned([*reversed(near), *far], 10)
    assert len(kept) <= 10
    assert {*far, near[0]} <= {*kept}


@pytest.mark.parametrize("most", [1, 7, 100])
def test_however_many_places_no_more_are_kept(most):
    places = [(at % 97 * 7.0, at % 89 * 2.0) for at in range(5000)]
    kept = thinned(places, most)
    assert 0 < len(kept) <= most
    assert {*kept} <= {*places}
    assert min(y for _, y in kept) == 0


def test_a_legend_stands_side_by_side():
    entries = [(lambda at: ring(at, "red"), words) for words in ("complete", "best: trial 12")]
    drawn = read(picture("a title", 100, [legend(80, 60, entries)]))
    require_legible(drawn)
    assert texts(drawn)[1:] == ["complete", "best: trial 12"]
