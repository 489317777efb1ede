"""The progress of a replay: day, score, champion, time left; a line for trainings and a failure."""

import datetime as dt
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ctml_assets.replay.journal import DayEntry

_STYLES = {"promoted": "green", "admitted": "cyan", "rejected": "yellow", "failed": "red"}


class ReplayProgress:
    """A bar that follows a replay."""

    def __init__(self, console: Console, model: str, days: Sequence[dt.date]) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.fields[day]}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("score {task.fields[score]}"),
            TextColumn("champion {task.fields[champion]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task(
            model, total=len(days), day=str(days[0]), score="-", champion="none"
        )
        self._has_failed = False

    def __enter__(self) -> "ReplayProgress":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def advance(self, entry: DayEntry) -> None:
        """Show a day that is done."""
        if entry.training is not None:
            outcome = (f"{entry.training:<9}", _STYLES[entry.training])
            line = Text.assemble((entry.day, "bold"), "  ", outcome, " ", entry.reason)
            self._console.print(line, soft_wrap=True)
        elif entry.failed and not self._has_failed:
            # The days after it mostly fail for the same reason: the report counts them.
            self._has_failed = True
            self._console.print(Text(f"{entry.day}  {entry.reason}", "red"), soft_wrap=True)
        self._progress.update(
            self._task,
            advance=1,
            day=entry.day,
            score="-" if entry.score is None else f"{entry.score:.3f}",
            champion=entry.champion or "none",
        )
