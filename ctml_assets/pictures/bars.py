"""Shares of a whole, each as a bar with its name."""

import math
from collections.abc import Iterator, Mapping

from ctml_assets.pictures.svg import (
    BLUE,
    INK,
    MARGIN,
    SOFT_INK,
    WIDTH,
    fitted,
    nothing_yet,
    picture,
    rule,
    text,
    width_of,
)

_TOP, _ROW, _BAR, _FOOT = 40, 24, 14, 12
_WIDEST_NAME, _FOR_SHARE = 260, 48
_MOST_ROWS = 12


def bar_chart(title: str, shares: Mapping[str, float]) -> str:
    """Draw shares as horizontal bars, the largest on top.

    Parameters
    ----------
    title : str
        What stands above.
    shares : mapping of str to float
        From 0 to 1, written as per cent; what is not finite is left out. After the twelve largest
        the others are one row.

    Returns
    -------
    str
        SVG. The same arguments give the same text.

    Examples
    --------
    >>> bar_chart("Importances", {"learning_rate": 0.8, "max_features": 0.2}).startswith("<svg ")
    True
    """
    rows = _rows({name: share for name, share in shares.items() if math.isfinite(share)})
    height = _TOP + _ROW * max(len(rows), 2) + _FOOT
    if not rows:
        return picture(title, height, [nothing_yet(height)])
    names = [fitted(name, _WIDEST_NAME) for name, _ in rows]
    left = MARGIN + max(map(width_of, names)) + 8
    longest = max(share for _, share in rows) or 1.0
    parts: list[str] = []
    for number, (name, (_, share)) in enumerate(zip(names, rows, strict=True)):
        length = share / longest * (WIDTH - MARGIN - _FOR_SHARE - left)
        parts += _bar(left, _TOP + _ROW * number, name, share, max(length, 1.0))
    end = _TOP + _ROW * len(rows)
    return picture(title, height, [*parts, rule((left, _TOP), (left, end), INK)])


def _rows(shares: Mapping[str, float]) -> list[tuple[str, float]]:
    rows = [(name, max(share, 0.0)) for name, share in shares.items()]
    rows.sort(key=lambda row: -row[1])
    if len(rows) <= _MOST_ROWS:
        return rows
    others = rows[_MOST_ROWS - 1 :]
    together = sum(share for _, share in others)
    return [*rows[: _MOST_ROWS - 1], (f"{len(others)} others", together)]


def _bar(left: float, top: float, name: str, share: float, length: float) -> Iterator[str]:
    y = top + (_ROW - _BAR) / 2
    yield text(left - 8, y + 11, name, anchor="end")
    yield f'<rect x="{left:.1f}" y="{y:g}" width="{length:.1f}" height="{_BAR}" fill="{BLUE}"/>'
    yield text(left + length + 6, y + 11, _percent(share), colour=SOFT_INK)


def _percent(share: float) -> str:
    return "<1%" if 0 < share < 0.01 else f"{share * 100:.0f}%"
