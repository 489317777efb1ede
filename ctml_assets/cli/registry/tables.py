"""How the registry's verbs show things: narrow columns stay whole, long texts fold."""

from typing import Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ctml_assets.cli.plain import cell

# Texts of any length: they take what the others leave.
_FOLDING: Final = frozenset({"model", "why", "state", "estimator", "status", "value", "slice"})
_INDENT: Final = 4
_STYLES: Final = {
    "champion": "bold green",
    "former champion": "green",
    "rolled back": "yellow",
    "waits for approval": "bold yellow",
    "damaged": "bold red",
}


def table(title: str, *columns: str) -> Table:
    """Return an empty table; a colon behind a column's name aligns it to the right."""
    made = Table(
        title=cell(title),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for column in columns:
        name = column.removesuffix(":")
        made.add_column(
            name,
            justify="right" if name != column else "left",
            no_wrap=name not in _FOLDING,
            overflow="fold" if name in _FOLDING else "ellipsis",
        )
    return made


def print_entry(console: Console, head: Text, why: str) -> None:
    """Print one entry of a history: a line, and below it why, as wide as the terminal is."""
    console.print(head)
    console.print(Padding(cell(why), (0, 0, 0, _INDENT), expand=False))


def status(value: str) -> Text:
    """Return a version's status in its colour."""
    return cell(value, _STYLES.get(value, ""))


def size(value: int | None) -> Text:
    """Return a size in a unit that fits, such as ``1.4 MB``."""
    if value is None:
        return cell(None)
    if value < 1_000_000:
        return cell(f"{value / 1000:.1f} kB")
    return cell(f"{value / 1_000_000:.1f} MB")
