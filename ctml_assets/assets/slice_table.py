"""Slice scores as a frame, beside their reference, and back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ctml_assets.core.drift import SliceScore, interval, side_of
from ctml_assets.errors import DataError

COLUMNS = (
    "group",
    "slice",
    "support",
    "score",
    "standard_error",
    "reason",
    "error_bound",
    "influence",
    "clusters",
    "reference",
    "reference_support",
    "reference_influence",
    "reference_clusters",
    "champion",
    "problem",
    "blocked",
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
    blocked
        Why the day's data are not to be used, and so nothing is scored; empty if they are.
    """

    now: tuple[SliceScore, ...]
    reference: tuple[SliceScore, ...]
    champion: str | None
    problem: str = ""
    blocked: str = ""


def to_table(scores: SliceTable) -> pd.DataFrame:
    """Return one row per slice of either side, ``now``'s order first.

    A slice that the reference has and today has not stands there with support 0, so that its
    absence is seen. Influence, by day or group of rows, is JSON.
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
                "standard_error": standard_error(today),
                "reason": today.reason,
                "error_bound": today.error_bound,
                "influence": json.dumps(dict(today.influence)),
                "clusters": today.clusters,
                "reference": None if then is None else then.score,
                "reference_support": 0 if then is None else then.support,
                "reference_influence": json.dumps(dict(then.influence) if then else {}),
                "reference_clusters": 0.0 if then is None else then.clusters,
                "champion": scores.champion,
                "problem": scores.problem,
                "blocked": scores.blocked,
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    texts = (
        *("group", "slice", "reason", "champion", "problem", "blocked"),
        *("influence", "reference_influence"),
    )
    numbers = (
        *("score", "standard_error", "error_bound", "clusters"),
        *("reference", "reference_clusters"),
    )
    counts = ("support", "reference_support")
    return table.astype(
        {
            **dict.fromkeys(texts, "str"),
            **dict.fromkeys(numbers, float),
            **dict.fromkeys(counts, int),
        }
    )


def standard_error(score: SliceScore) -> float | None:
    """Return a score's standard error; None if its influence is not known or of one cluster."""
    if score.score is None or not score.influence:
        return None
    side = side_of([(1.0, score)])
    around = None if side is None else interval(score.score, side.pulls)
    return None if around is None else around.standard_error


def from_table(table: pd.DataFrame) -> SliceTable:
    """Return what ``to_table`` made a frame of.

    Raises
    ------
    DataError
        A column is absent: the table was made by an older version.
    """
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise DataError(
            f"slice_scores: table must have the columns {', '.join(COLUMNS)}, got none of "
            f"{', '.join(missing)}; materialize slice_scores again"
        )
    now, reference = [], []
    champion, problem, blocked = None, "", ""
    for row in table.to_dict("records"):
        group, name = str(row["group"]), str(row["slice"])
        score = None if pd.isna(row["score"]) else float(row["score"])
        now.append(
            SliceScore(
                group,
                name,
                int(row["support"]),
                score,
                _text(row["reason"]),
                _influence(row["influence"]),
                float(row["error_bound"]),
                float(row["clusters"]),
            )
        )
        champion = _text(row["champion"]) or None
        problem, blocked = _text(row["problem"]), _text(row["blocked"])
        then = None if pd.isna(row["reference"]) else float(row["reference"])
        support = int(row["reference_support"])
        if then is not None or support > 0:
            reason = "" if then is not None else f"{support} labelled rows, not scored"
            pulls = _influence(row["reference_influence"])
            reference.append(
                SliceScore(
                    *(group, name, support, then, reason, pulls),
                    clusters=float(row["reference_clusters"]),
                )
            )
    return SliceTable(tuple(now), tuple(reference), champion, problem, blocked)


def _influence(value: object) -> Mapping[str, float]:
    pulls: dict[str, float] = json.loads(_text(value) or "{}")
    return pulls


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
