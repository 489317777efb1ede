"""A replay in numbers."""

import datetime as dt
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ctml_assets.lake import PromotionRecord
from ctml_assets.replay.journal import DayEntry


@dataclass(frozen=True)
class ChampionLife:
    """One champion.

    Attributes
    ----------
    version
        Its id.
    as_of
        The day it was trained as of; it serves from the next day on.
    days
        Days it served.
    reference_score
        Its weighted score on its own test days, higher is better.
    last_score
        Its last drift score; None if it was never looked at.
    """

    version: str
    as_of: dt.date
    days: int
    reference_score: float
    last_score: float | None


@dataclass(frozen=True)
class Summary:
    """A replay.

    Attributes
    ----------
    model
        The model's name.
    days
        Days replayed.
    failed_days
        Those of them whose monitor failed: the same replay, repeated, looks at them again.
    looks
        Days on which a drift score could be compared with a reference.
    triggers
        Times the sensor requested a training.
    retrains
        Trainings that ended; the others failed.
    promoted, rejected
        How they ended; a candidate that still waits, or runs beside the champion, is neither.
    mean_score
        Mean drift score over the days with a champion, higher is better; None if there is none.
    mean_score_never
        The same days' mean had the first champion served for ever.
    champions
        Every champion, first to last.
    decisions
        The day entries.
    waiting
        The candidate that waits for approval; None if none does.
    """

    model: str
    days: int
    failed_days: int
    looks: int
    triggers: int
    retrains: int
    promoted: int
    rejected: int
    mean_score: float | None
    mean_score_never: float | None
    champions: tuple[ChampionLife, ...]
    decisions: tuple[DayEntry, ...]
    waiting: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the summary as plain values, in the documented form."""
        return {
            "model": self.model,
            "days": self.days,
            "failed_days": self.failed_days,
            "looks": self.looks,
            "triggers": self.triggers,
            "retrains": self.retrains,
            "promoted": self.promoted,
            "rejected": self.rejected,
            "mean_score": self.mean_score,
            "mean_score_never": self.mean_score_never,
            "champions": [
                {
                    "version": life.version,
                    "as_of": life.as_of.isoformat(),
                    "reference_score": life.reference_score,
                    "days": life.days,
                    "last_score": life.last_score,
                }
                for life in self.champions
            ],
            "decisions": [
                {
                    "partition": entry.day,
                    "score": entry.score,
                    "reference": entry.reference,
                    "drop": entry.drop,
                    "fired": entry.fired,
                    "reason": entry.reason,
                    "training": entry.training,
                }
                for entry in self.decisions
            ],
        }


def summarise(
    model: str,
    entries: Sequence[DayEntry],
    history: Sequence[PromotionRecord],
    never: Mapping[dt.date, float],
    pending: dt.date | None = None,
    waiting: str | None = None,
) -> Summary:
    """Sum up a replay.

    Parameters
    ----------
    model
        The model's name.
    entries
        Its days.
    history
        Its promotions.
    never
        The first champion's score by day.
    pending
        As-of day of the candidate that waits or runs beside the champion; None if there is none.
    waiting
        Its version if it waits for approval.
    """
    scored = {
        dt.date.fromisoformat(entry.day): entry.score
        for entry in entries
        if entry.champion is not None and entry.score is not None
    }
    both = [day for day in scored if day in never]
    ever = {record.as_of for record in history}
    outcomes = [_outcome(entry, ever, pending) for entry in entries]
    return Summary(
        model=model,
        days=len(entries),
        failed_days=sum(entry.failed for entry in entries),
        looks=sum(entry.drop is not None for entry in entries),
        triggers=sum(entry.fired for entry in entries),
        retrains=sum(outcome in ("promoted", "rejected", "admitted") for outcome in outcomes),
        promoted=outcomes.count("promoted"),
        rejected=outcomes.count("rejected"),
        mean_score=fmean(scored[day] for day in both) if both else None,
        mean_score_never=fmean(never[day] for day in both) if both else None,
        champions=tuple(
            _life(record, after, entries)
            for record, after in zip(history, (*history[1:], None), strict=False)
        ),
        decisions=tuple(entries),
        waiting=waiting,
    )


def _outcome(entry: DayEntry, ever: Container[dt.date], pending: dt.date | None) -> str | None:
    """Return how a training ended; what was admitted may have been promoted or rejected since."""
    day = dt.date.fromisoformat(entry.day)
    if entry.training != "admitted" or day == pending:
        return entry.training
    return "promoted" if day in ever else "rejected"


def _life(
    record: PromotionRecord, after: PromotionRecord | None, entries: Sequence[DayEntry]
) -> ChampionLife:
    # one that was rolled back to serves twice
    first = record.serves_from.isoformat()
    end = "9999" if after is None else after.serves_from.isoformat()
    served = [it for it in entries if it.champion == record.version and first <= it.day < end]
    scores = [entry.score for entry in served if entry.score is not None]
    return ChampionLife(
        version=record.version,
        as_of=record.as_of,
        days=len(served),
        reference_score=record.reference_score,
        last_score=scores[-1] if scores else None,
    )
