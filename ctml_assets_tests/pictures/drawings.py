"""Reading pictures back: texts, marks, and whether texts are written over each other."""

import re
from itertools import combinations
from xml.etree import ElementTree

HOSTILE = (
    "<script>alert('1')</script>",
    '`x` "q" & \'',
    "](javascript:alert(1)) ![a](https://evil.example/x.png)",
    "\\",
    "a\x00b\u202ec\ud800\ufffe",
    "\N{GRINNING FACE}" * 100,
    "x" * 200,
    "two\nlines",
)


def read(svg):
    return ElementTree.fromstring(svg)  # noqa: S314 - our own


def texts(picture):
    return [it.text for it in picture.findall("{*}text")]


def place_of(picture, text):
    """Return where the one text that reads so stands."""
    (found,) = (it for it in picture.findall("{*}text") if it.text == text)
    return float(found.attrib["x"]), float(found.attrib["y"])


def marks(picture, kind, colour=None):
    """Return the places of all marks of a kind, of paths with many and of a colour."""
    found = []
    for path in picture.findall("{*}path"):
        if path.attrib["class"] == kind and colour in (None, path.attrib.get("stroke")):
            pairs = re.findall(r"M(-?[\d.]+) (-?[\d.]+)", path.attrib["d"])
            found += [(float(x), float(y)) for x, y in pairs]
    return found


def rings(picture):
    return [
        (float(it.attrib["cx"]), float(it.attrib["cy"]))
        for it in picture.findall("{*}circle")
        if it.attrib["fill"] == "none"
    ]


def _box(text):
    x, y, size = (float(text.attrib[it]) for it in ("x", "y", "font-size"))
    narrow = sum(letter in " .,:ijlt-'()[]" for letter in text.text)
    width = size * (0.62 * (len(text.text) - narrow) + 0.33 * narrow)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[text.attrib["text-anchor"]]
    return left, left + width, y - 0.75 * size, y + 0.2 * size


def require_legible(picture):
    """Every text lies inside the picture, and none over another."""
    width, height = (float(picture.attrib[it]) for it in ("width", "height"))
    boxes = {it.text + str(_box(it)): _box(it) for it in picture.findall("{*}text")}
    for text, (left, right, top, bottom) in boxes.items():
        assert left >= 0, text
        assert right <= width, text
        assert top >= 0, text
        assert bottom <= height, text
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        apart = a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]
        assert apart, (one, other)


def require_inside(picture, places):
    width, height = (float(picture.attrib[it]) for it in ("width", "height"))
    for x, y in places:
        assert 0 <= x <= width
        assert 0 <= y <= height
