"""What happened to a candidate after the gates: immutable events, and the state they add up to."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ctml_assets.core.spec import RolloutSpec


class RolloutKind(StrEnum):
    """What an event says."""

    WAITING = "waiting"
    STARTED = "started"
    STAGE = "stage"
    ENDED = "ended"


class RolloutOutcome(StrEnum):
    """How it ended."""

    PROMOTED = "promoted"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class RolloutEvent:
    """One step of one candidate; the highest number is the latest.

    Attributes
    ----------
    number : int
        Counted from 1 without gaps, over all candidates of the model.
    model : str
        Name of the monitored model.
    kind : RolloutKind
        What happened: it waits for approval, it began to run beside the champion, its next cohort
        began, it ended.
    version : str
        The candidate.
    champion_number : int
        Number of the promotion that it was compared with; 0: there was no champion.
    evaluation : int
        Number of its evaluation in the registry: what it is promoted with.
    day : date
        First day of predictions that this holds for.
    stage : int
        Cohorts that it has passed; 0 unless staged.
    rollout : RolloutSpec or None
        Of STARTED: how it was declared then. What is declared later does not change it.
    outcome : RolloutOutcome or None
        Of ENDED.
    reason : str
        Why, in numbers.
    by : str
        Who: the user, or what decided by itself.
    run_id : str
        The run; empty on the command line.
    at : str
        When, ISO 8601.
    """

    number: int
    model: str
    kind: RolloutKind
    version: str
    champion_number: int
    evaluation: int
    day: dt.date
    stage: int
    rollout: RolloutSpec | None
    outcome: RolloutOutcome | None
    reason: str
    by: str
    run_id: str
    at: str


@dataclass(frozen=True)
class Rollout:
    """A candidate that waits for approval, or a challenger beside the champion.

    Attributes
    ----------
    version, champion_number, evaluation
        As in the events.
    spec : RolloutSpec or None
        How it is rolled out; None while it waits.
    started : date or None
        First day of predictions with it; None while it waits.
    stage : int
        Cohorts passed.
    stage_from : date or None
        First day of predictions of the present stage; ``started`` unless staged.
    """

    version: str
    champion_number: int
    evaluation: int
    spec: RolloutSpec | None = None
    started: dt.date | None = None
    stage: int = 0
    stage_from: dt.date | None = None

    @property
    def waiting(self) -> bool:
        """Whether somebody has to approve it."""
        return self.spec is None


def rollout_of(events: Sequence[RolloutEvent], day: dt.date | None = None) -> Rollout | None:
    """Return the rollout that the events add up to; None if the last one has ended.

    Parameters
    ----------
    events : sequence of RolloutEvent
        In the order of their numbers.
    day : date, optional
        Leave out events that hold for later days of predictions only; None: all count.
    """
    now: Rollout | None = None
    for event in events:
        if day is not None and event.day > day:
            continue
        if event.kind is RolloutKind.ENDED:
            now = None
        elif event.kind is RolloutKind.STAGE:
            now = now and replace(now, stage=event.stage, stage_from=event.day)
        else:
            started = event.day if event.kind is RolloutKind.STARTED else None
            now = Rollout(
                event.version,
                event.champion_number,
                event.evaluation,
                event.rollout,
                started,
                0,
                started,
            )
    return now
