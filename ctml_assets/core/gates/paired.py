"""Candidate minus champion on the same rows, slice by slice, and how uncertain that is."""

from collections.abc import Mapping
from dataclasses import dataclass

from ctml_assets.core.drift import (
    DriftScore,
    Interval,
    LineWeight,
    SliceScore,
    drift_score,
    interval,
    side_of,
)
from ctml_assets.core.gates.protocol import Evidence
from ctml_assets.core.gates.units import FEWEST_DAYS, Unit


@dataclass(frozen=True)
class PairedSlice:
    """One slice on both sides.

    Attributes
    ----------
    group, name, support
        As of `SliceScore`.
    weight : float
        Of its line.
    candidate, champion : float or None
        Its scores; higher is better. None if it could not be scored.
    difference : float or None
        candidate - champion.
    standard_error : float or None
        Of the difference; what makes a day or a row hard for both has cancelled. None if it is
        not known.
    degrees_of_freedom : float or None
        Of Student's t.
    unit : {"days", "rows"} or None
        What was taken to be independent: days, or rows where the slice has too few days.
    reason : str
        Why a side has no score; empty if both have one.
    """

    group: str
    name: str
    support: int
    weight: float
    candidate: float | None
    champion: float | None
    difference: float | None = None
    standard_error: float | None = None
    degrees_of_freedom: float | None = None
    unit: Unit | None = None
    reason: str = ""


def paired_slices(evidence: Evidence) -> tuple[PairedSlice, ...]:
    """Return every slice of either side, in the candidate's order, then the champion's.

    A slice with at least 7 effective days (see `SliceScore.clusters`) is judged by how its
    difference varies from day to day, one with fewer by how it varies between groups of rows.
    """
    then, now = _by_name(evidence.champion), _by_name(evidence.candidate)
    by_rows = _by_name(evidence.candidate_by_rows), _by_name(evidence.champion_by_rows)
    made = []
    for key in {**now, **then}:
        mine, other = now.get(key), then.get(key)
        weight = _weight(evidence.weights, key[0])
        support = max(part.support for part in (mine, other) if part is not None)
        sides = (_score(mine), _score(other))
        if mine is None or other is None or sides[0] is None or sides[1] is None:
            why = _why(mine, other, no_champion=evidence.champion is None)
            made.append(PairedSlice(*key, support, weight, *sides, reason=why))
            continue
        around, unit = _around(mine, other, by_rows[0].get(key), by_rows[1].get(key))
        made.append(
            PairedSlice(
                *(*key, support, weight, *sides, sides[0] - sides[1]),
                standard_error=None if around is None else around.standard_error,
                degrees_of_freedom=None if around is None else around.degrees_of_freedom,
                unit=unit,
            )
        )
    return tuple(made)


def paired_score(evidence: Evidence) -> tuple[DriftScore, Unit | None]:
    """Compare the weighted scores, the champion's as the reference: the same slices on both sides.

    Returns
    -------
    tuple of DriftScore and str
        The comparison, and what its interval takes to be independent; None if it has none.
    """
    champion = evidence.champion or ()
    by_days = _compared(evidence.candidate, champion, evidence.weights)
    if by_days.drop_interval is not None and _enough(evidence.candidate):
        return by_days, "days"
    if evidence.candidate_by_rows is not None and evidence.champion_by_rows is not None:
        by_rows = _compared(evidence.candidate_by_rows, evidence.champion_by_rows, evidence.weights)
        if by_rows.drop_interval is not None:
            return by_rows, "rows"
    return by_days, None if by_days.drop_interval is None else "days"


def has_few_days(score: SliceScore) -> bool:
    """Say whether a slice is scored and has its rows in fewer than 7 effective days."""
    return score.score is not None and not _effective(score) >= FEWEST_DAYS


def _compared(
    candidate: tuple[SliceScore, ...],
    champion: tuple[SliceScore, ...],
    weights: Mapping[str, LineWeight],
) -> DriftScore:
    return drift_score(candidate, champion, weights=weights, max_drop=1.0)


def _enough(scores: tuple[SliceScore, ...]) -> bool:
    days = {day for score in scores for day in score.influence}
    return len(days) >= FEWEST_DAYS


def _effective(score: SliceScore) -> float:
    return score.clusters or float(len(score.influence))


def _around(
    mine: SliceScore, other: SliceScore, mine_by_rows: SliceScore | None, by_rows: SliceScore | None
) -> tuple[Interval | None, Unit | None]:
    by_days = _interval(mine, other)
    if by_days is not None and not has_few_days(mine):
        return by_days, "days"
    if mine_by_rows is not None and by_rows is not None:
        found = _interval(mine_by_rows, by_rows)
        if found is not None:
            return found, "rows"
    return by_days, None if by_days is None else "days"


def _interval(mine: SliceScore, other: SliceScore) -> Interval | None:
    if mine.score is None or other.score is None:
        return None
    now, then = side_of([(1.0, mine)]), side_of([(-1.0, other)])
    if now is None or then is None:
        return None
    freedoms = [now.degrees_of_freedom, then.degrees_of_freedom]
    return interval(mine.score - other.score, now.pulls, then.pulls, degrees_of_freedom=freedoms)


def _by_name(scores: tuple[SliceScore, ...] | None) -> dict[tuple[str, str], SliceScore]:
    return {(score.group, score.name): score for score in scores or ()}


def _score(part: SliceScore | None) -> float | None:
    return None if part is None else part.score


def _weight(weights: Mapping[str, LineWeight], group: str) -> float:
    return weights[group].weight if group in weights else 0.0


def _why(mine: SliceScore | None, other: SliceScore | None, *, no_champion: bool) -> str:
    told = []
    for side, part in (("candidate", mine), ("champion", other)):
        if part is None:
            if side == "candidate" or not no_champion:
                told.append(f"{side}: no such slice")
        elif part.score is None:
            told.append(f"{side}: {part.reason}")
    return "; ".join(told)
