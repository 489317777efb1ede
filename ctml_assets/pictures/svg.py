"""The pieces of a picture as SVG text: its ground, texts, rules and marks."""

import base64
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

Place = tuple[float, float]

WIDTH = 720
MARGIN = 16
# Okabe and Ito's colours: told apart by everyone, and in grey.
BLUE, VERMILLION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
COLOURS: Final = (BLUE, VERMILLION, GREEN, PURPLE)
INK, SOFT_INK, GREY, PALE = "#333333", "#666666", "#999999", "#e5e5e5"
_STRANGE = "\ufffd"


def picture(title: str, height: float, parts: Iterable[str]) -> str:
    """Return the whole: a white ground, which is readable in a dark page too, title and parts."""
    size, shown = f'width="{WIDTH}" height="{height:g}"', fitted(title, WIDTH - 2 * MARGIN, 14)
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" {size} '
            f'font-family="sans-serif" font-size="12" role="img" '
            f"aria-label={quoteattr(shown)}>",
            f'<rect {size} rx="6" fill="white"/>',
            text(MARGIN, 22, shown, size=14),
            *parts,
            "</svg>",
        ]
    )


def nothing_yet(height: float) -> str:
    """Return what stands in a picture of nothing."""
    return text(WIDTH / 2, height / 2, "nothing to show yet", anchor="middle")


def as_markdown(svg: str, plain: str) -> str:
    """Return a picture as Markdown that holds it; ``plain`` is read where it is not seen.

    Whatever ``plain`` holds, the Markdown is this one picture: no link, no markup.
    """
    data = base64.b64encode(svg.encode()).decode()
    harmless = clean(plain).translate(str.maketrans("[]<>\\`&", "()()/'+"))
    return f"![{harmless}](data:image/svg+xml;base64,{data})"


def clean(words: str) -> str:
    """Return a text on one line, with a mark for what cannot be printed or turns the writing."""
    return "".join(
        " " if letter.isspace() else letter if letter.isprintable() else _STRANGE
        for letter in words
    )


def width_of(words: str, size: float = 12) -> float:
    """Return how many pixels wide a text is in a wide font; in most it is narrower."""
    return size * sum(map(_width, words))


def _width(letter: str) -> float:
    """Return the width of a letter as a share of its height; of DejaVu Sans, or a little more."""
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.1
    if letter in "MWmw@%…—\ufffd":
        return 1.03
    if letter in "fijlrtI.,:;'|!/\\()[]- ":
        return 0.42
    return 0.79 if letter.isupper() else 0.65


def fitted(words: str, width: float, size: float = 12) -> str:
    """Return a text, cut off with an ellipsis where it is wider than so many pixels."""
    words = clean(words)
    if width_of(words, size) <= width:
        return words
    kept = 0
    while kept < len(words) and width_of(words[: kept + 1] + "…", size) <= width:
        kept += 1
    return words[:kept].rstrip() + "…"


def text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    size: float = 12,
    colour: str = INK,
) -> str:
    """Return a text; whatever it holds is shown, never markup. A white rim parts it from lines."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size:g}" '
        f'fill="{colour}" stroke="white" stroke-width="3" paint-order="stroke">'
        f"{escape(clean(words))}</text>"
    )


def rule(start: Place, end: Place, colour: str, *, dashes: str = "none", width: float = 1) -> str:
    """Return a straight line."""
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}" stroke-dasharray="{dashes}"/>'
    )


def polyline(places: Iterable[Place], colour: str) -> str:
    """Return a line through places."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'


def dot(place: Place, colour: str, radius: float = 3.5) -> str:
    """Return one dot."""
    x, y = place
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}"/>'


def ring(place: Place, colour: str, radius: float = 6.5) -> str:
    """Return a ring, which points out what it is around."""
    x, y = place
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="none" stroke="{colour}" '
        'stroke-width="2"/>'
    )


def dots(places: Sequence[Place], colour: str, radius: float) -> str:
    """Return many dots in a few bytes each."""
    # a line without length has round ends alone
    look = f'fill="none" stroke="{colour}" stroke-width="{2 * radius:g}" stroke-linecap="round"'
    return _marks(places, "h0", look, "dots")


def crosses(places: Sequence[Place], colour: str, arm: float) -> str:
    """Return many crosses."""
    path = f"m-{arm:g} -{arm:g}l{2 * arm:g} {2 * arm:g}m0 -{2 * arm:g}l-{2 * arm:g} {2 * arm:g}"
    return _marks(places, path, f'fill="none" stroke="{colour}" stroke-width="1.5"', "crosses")


def wedges(places: Sequence[Place], colour: str) -> str:
    """Return many wedges that point down: what they stand for lies further below."""
    return _marks(places, "m-4 -7h8l-4 7z", f'fill="{colour}"', "wedges")


def legend(x: float, y: float, entries: Iterable[tuple[Callable[[Place], str], str]]) -> str:
    """Return marks with their words, side by side; y is where the words stand."""
    parts = []
    for mark, words in entries:
        parts += [mark((x + 4, y - 4)), text(x + 16, y, words, colour=SOFT_INK)]
        x += 16 + width_of(words) + 12
    return "".join(parts)


def strokes(places: Sequence[Place], colour: str, height: float) -> str:
    """Return many short lines that stand on their places."""
    return _marks(places, f"v-{height:g}", f'stroke="{colour}"', "strokes")


def thinned(places: Collection[Place], most: int) -> list[Place]:
    """Return at most so many places: of those that lie side by side the highest, which is seen."""
    kept = {place: place for place in places}
    cell = 0.5
    while len(kept) > most:
        cell *= 1.25
        kept = {}
        for x, y in sorted(places, key=lambda place: place[1]):
            kept.setdefault((x // cell, y // cell), (x, y))
    return list(kept.values())


def _marks(places: Sequence[Place], path: str, look: str, kind: str) -> str:
    if not places:
        return ""
    every = "".join(f"M{_short(x)} {_short(y)}{path}" for x, y in places)
    return f'<path class="{kind}" d="{every}" {look}/>'


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
