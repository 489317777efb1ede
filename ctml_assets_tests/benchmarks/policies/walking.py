"""A policy's path through history: what it trained, what was promoted, what served."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ctml_assets_tests.benchmarks.policies.history import History

_WEEK = 7


@dataclass
class State:
    """Where a path stands.

    Attributes
    ----------
    champion : int
        The version that serves.
    trained : list of int
        Days of all trainings, the first champion's included.
    gains : dict of int to float
        Gain by day of the probes since the last training.
    rejected : int, optional
        The latest candidate that the gates rejected since the champion's promotion.
    """

    champion: int
    trained: list[int]
    gains: dict[int, float] = field(default_factory=dict)
    rejected: int | None = None


class Policy(Protocol):
    """Answers once a day, in the order of days."""

    @property
    def name(self) -> str:
        """What the table shows."""

    @property
    def phase(self) -> int:
        """Days by which it begins later than it could."""

    def asks(self, history: History, state: State, day: int) -> bool:
        """Say whether a training as of the day is asked for."""


@dataclass(frozen=True)
class Walked:
    """What came of a policy.

    Attributes
    ----------
    retrains, promoted : int
        Trainings after the first champion's; how many of them gave a champion.
    mean_score : float
        Mean over weeks of the weighted score of what served, higher is better.
    """

    retrains: int
    promoted: int
    mean_score: float


def walk(history: History, policy: Policy) -> Walked:
    """Decide every day; a candidate that the gates let pass serves from the next day on."""
    state = State(history.first, [history.first])
    served, promoted = [], 0
    for day in range(history.first + 1, history.records.days):
        served.append(state.champion)
        if not policy.asks(history, state, day):
            continue
        state.trained.append(day)
        state.gains.clear()
        if history.is_better(day, state.champion):
            state.champion, state.rejected = day, None
            promoted += 1
        else:
            state.rejected = day
    return Walked(len(state.trained) - 1, promoted, _mean_score(history, served))


def _mean_score(history: History, served: Sequence[int]) -> float:
    # a last week of fewer days is left out
    weeks = range(0, len(served) - _WEEK + 1, _WEEK)
    first = history.first + 1
    return float(
        np.mean([history.served_score(served[it : it + _WEEK], first + it) for it in weeks])
    )
