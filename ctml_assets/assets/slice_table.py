"""Slice scores as a frame, beside their reference, and back."""

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
)


def to_table(
    now: tuple[SliceScore, ...], *, reference: tuple[SliceScore, ...], champion: str | None
) -> pd.DataFrame:
    """Return one row per slice of either side, ``now``'s order first.

    A slice that the reference has and today has not stands there with support 0, so that its
    absence is seen.
    """
    before = {(score.group, score.name): score for score in reference}
    present = {(score.group, score.name) for score in now}
    gone = [
        SliceScore(score.group, score.name, 0, None, "no row today")
        for score in reference
        if (score.group, score.name) not in present
    ]
    rows = []
    for today in (*now, *gone):
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
                "champion": champion,
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    texts, numbers = ("group", "slice", "reason", "champion"), ("score", "reference")
    counts = ("support", "reference_support")
    return table.astype(
        {
            **dict.fromkeys(texts, "str"),
            **dict.fromkeys(numbers, float),
            **dict.fromkeys(counts, int),
        }
    )


def from_table(
    table: pd.DataFrame,
) -> tuple[tuple[SliceScore, ...], tuple[SliceScore, ...], str | None]:
    """Return today's scores, the reference's scores and the champion's version."""
    now, reference = [], []
    champion: str | None = None
    for row in table.to_dict("records"):
        score = None if pd.isna(row["score"]) else float(row["score"])
        reason = "" if pd.isna(row["reason"]) else str(row["reason"])
        now.append(SliceScore(row["group"], row["slice"], int(row["support"]), score, reason))
        champion = None if pd.isna(row["champion"]) else str(row["champion"])
        then = None if pd.isna(row["reference"]) else float(row["reference"])
        support = int(row["reference_support"])
        if then is not None or support > 0:
            reason = "" if then is not None else f"{support} labelled rows, not scored"
            reference.append(SliceScore(row["group"], row["slice"], support, then, reason))
    return tuple(now), tuple(reference), champion
