"""Texts that others wrote, as the terminal shows them: no markup, no escape sequences."""

from rich.text import Text


def plain(text: str) -> str:
    r"""Spell out what is not printable, so that no text moves the cursor or hides another.

    Examples
    --------
    >>> plain("a\x1b[2Jb\nc")
    'a\\x1b[2Jb\\nc'
    """
    return "".join(it if it.isprintable() else it.encode("unicode_escape").decode() for it in text)


def cell(value: object, style: str = "") -> Text:
    """Return a value as a table's cell or a line; None is shown as ``-``."""
    return Text("-" if value is None else plain(str(value)), style)


def score(value: float | None) -> Text:
    """Return a score as a table's cell."""
    return cell(None if value is None else f"{value:.4f}")
