"""Slice scores as a frame, beside their reference, and back."""

from dataclasses import dataclass

import pandas as pd

from ctml_assets.core.drift import SliceScore

COLUMNS = (
    "group",
    "slice",
    "support",
    "score",
    "reason",
    "reference",
    "reference_support",
    "champion",
    "problem",
)


@dataclass(frozen=True)
class SliceTable:
    """One day's slice scores and their reference.

    Attributes
    ----------
    now
        Today's scores, those of slices without a row included.
    reference
        The champion's on its own test days; empty where there is nothing to compare with.
    champion
        The version that predicted; None if none did.
    problem
        Why there is no reference to compare with; empty if there is one.
    """

    now: tuple[SliceScore, ...]
    reference: tuple[SliceScore, ...]
    champion: str | None
    problem: str = ""


def to_table(scores: SliceTable) -> pd.DataFrame:
    """Return one row per slice of either side, ``now``'s order first.

    A slice that the reference has and today has not stands there with support 0, so that its
    absence is seen.
    """
    before = {(score.group, score.name): score for score in scores.reference}
    present = {(score.group, score.name) for score in scores.now}
    gone = [
        SliceScore(score.group, score.name, 0, None, "no row today")
        for score in scores.reference
        if (score.group, score.name) not in present
    ]
    rows = []
    for today in (*scores.now, *gone):
        then = before.get((today.group, today.name))
        rows.append(
            {
                "group": today.group,
                "slice": today.name,
                "support": today.support,
                "score": today.score,
                "reason": today.reason,
                "reference": None if then is None else then.score,
                "reference_support": 0 if then is None else then.support,
                "champion": scores.champion,
                "problem": scores.problem,
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    texts, numbers = ("group", "slice", "reason", "champion", "problem"), ("score", "reference")
    counts = ("support", "reference_support")
    return table.astype(
        {
            **dict.fromkeys(texts, "str"),
            **dict.fromkeys(numbers, float),
            **dict.fromkeys(counts, int),
        }
    )


def from_table(table: pd.DataFrame) -> SliceTable:
    """Return what ``to_table`` made a frame of."""
    now, reference = [], []
    champion, problem = None, ""
    for row in table.to_dict("records"):
        score = None if pd.isna(row["score"]) else float(row["score"])
        now.append(
            SliceScore(row["group"], row["slice"], int(row["support"]), score, _text(row["reason"]))
        )
        champion, problem = _text(row["champion"]) or None, _text(row["problem"])
        then = None if pd.isna(row["reference"]) else float(row["reference"])
        support = int(row["reference_support"])
        if then is not None or support > 0:
            reason = "" if then is not None else f"{support} labelled rows, not scored"
            reference.append(SliceScore(row["group"], row["slice"], support, then, reason))
    return SliceTable(tuple(now), tuple(reference), champion, problem)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
