"""A replay's report on the terminal."""

from rich.console import Console
from rich.table import Table

from ctml_assets.replay.summary import Summary


def print_report(console: Console, summary: Summary, how_to_look: str) -> None:
    """Print the champions' lives, the counts, and the loop against never retraining."""
    if summary.champions:
        console.print(_champions(summary))
    else:
        last = summary.decisions[-1] if summary.decisions else None
        why = f"; {last.day}: {last.reason}" if last else ""
        text = f"No champion of {summary.model} came to be{why}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    undecided = summary.retrains - summary.promoted - summary.rejected
    console.print(
        f"{summary.days} days, {summary.looks} drift looks, {summary.triggers} triggers, "
        f"{summary.retrains} retrains: {summary.promoted} promoted, {summary.rejected} rejected"
        + (f", {undecided} undecided" if undecided else ""),
        highlight=False,
    )
    if summary.waiting is not None:
        approve = f"ctml promote {summary.model} {summary.waiting} --reason ..."
        text = f"{summary.waiting} waits for approval: {approve}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    if summary.mean_score is not None and summary.mean_score_never is not None:
        console.print(
            f"mean drift score {summary.mean_score:.4f} with the loop, "
            f"{summary.mean_score_never:.4f} had the first champion never been retrained",
            highlight=False,
        )
    if summary.failed_days:
        console.print(
            f"{summary.failed_days} of the days failed; mend the cause and repeat the command",
            style="red",
            highlight=False,
        )
    console.print(
        f"To look at every run, score and reason: {how_to_look} (in this folder)",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _champions(summary: Summary) -> Table:
    table = Table(title=f"Champions of {summary.model}")
    for name, justify in (
        ("version", "left"),
        ("as of", "left"),
        ("days served", "right"),
        ("reference", "right"),
        ("last score", "right"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for life in summary.champions:
        table.add_row(
            life.version,
            life.as_of.isoformat(),
            str(life.days),
            f"{life.reference_score:.4f}",
            "-" if life.last_score is None else f"{life.last_score:.4f}",
        )
    return table
