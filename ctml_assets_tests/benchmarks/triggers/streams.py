"""Streams of `river.datasets.synth` cut into days, with known days of change.

A stream has a history without change, from which the champion is made, calm days, and then one of:

- none: a year of calm days, and nothing else;
- abrupt: from one day to the next all rows follow another rule;
- gradual: over 30 days more and more rows do;
- recurring: all rows do for 20 days, then none for 40, three times.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LEARNED_DAYS: Final = 42
TEST_DAYS: Final = 14
HISTORY_DAYS: Final = LEARNED_DAYS + TEST_DAYS
CALM_DAYS: Final = 120
HORIZON_DAYS: Final = 60
GRADUAL_DAYS: Final = 30
CHANGED_DAYS, OWN_DAYS, RETURNS = 20, 40, 3
# Alarms count for nothing while what the change left behind fades from windows.
SETTLING_DAYS: Final = 20

KINDS: Final = ("none", "abrupt", "gradual", "recurring")

Dataset = Iterable[tuple[dict[int | str, Any], Any]]


@dataclass(frozen=True)
class Family:
    """A generator of river, and the changes that it can make.

    Attributes
    ----------
    name : str
        In the tables.
    estimator : str
        Preset of the champion.
    classes : int
        How many.
    changes : sequence of pairs
        Rules before and after, of which a seed takes one.
    make : callable
        Rule and seed to dataset.
    """

    name: str
    estimator: str
    classes: int
    changes: tuple[tuple[int, int], ...]
    make: Callable[[int, int], Dataset]


@dataclass(frozen=True, eq=False)
class Stream:
    """Rows of many days, oldest first.

    Attributes
    ----------
    family : Family
        Where they come from.
    kind : str
        One of `KINDS`.
    seed : int
        What they were drawn with.
    x : ndarray of float64, shape (days * rows_a_day, features)
        Features.
    y : ndarray of int64, shape (days * rows_a_day,)
        Class numbers.
    changed : ndarray of float64, shape (days,)
        Share of rows that follow the other rule.
    rows_a_day : int
        The same on all days.
    """

    family: Family
    kind: str
    seed: int
    x: NDArray[np.float64]
    y: NDArray[np.int64]
    changed: NDArray[np.float64]
    rows_a_day: int

    @property
    def drifts(self) -> tuple[int, ...]:
        """The first day of each change."""
        begins = (self.changed > 0) & (np.append(0.0, self.changed[:-1]) == 0)
        return tuple(np.flatnonzero(begins).tolist())

    @property
    def horizon_days(self) -> int:
        """How long after its first day a change can be detected."""
        return CHANGED_DAYS if self.kind == "recurring" else HORIZON_DAYS

    @property
    def calm(self) -> NDArray[np.bool_]:
        """The days after the history on which an alarm is false, shape (days,)."""
        calm = self.changed == 0
        for day in np.flatnonzero(self.changed > 0):
            calm[day : day + SETTLING_DAYS + 1] = False
        calm[:HISTORY_DAYS] = False
        return calm


def _sea(rule: int, seed: int) -> Dataset:
    from river.datasets import synth

    return synth.SEA(variant=rule, noise=0.1, seed=seed)


def _agrawal(rule: int, seed: int) -> Dataset:
    from river.datasets import synth

    return synth.Agrawal(classification_function=rule, perturbation=0.05, seed=seed)


def _led(rule: int, seed: int) -> Dataset:
    from river.datasets import synth

    # the rule is how many of the seven segments change places with columns of noise
    return synth.LEDDrift(
        seed=seed, noise_percentage=0.1, irrelevant_features=True, n_drift_features=rule
    )


FAMILIES: Final = (
    Family("SEA", "logistic_regression", 2, tuple(permutations(range(4), 2)), _sea),
    # functions 7 and 9 make nearly all rows one class
    Family(
        "Agrawal",
        "hist_gradient_boosting",
        2,
        tuple(permutations((0, 1, 2, 3, 4, 5, 6, 8), 2)),
        _agrawal,
    ),
    Family("LED", "logistic_regression", 10, tuple((0, count) for count in range(1, 8)), _led),
)


def shares(kind: str) -> NDArray[np.float64]:
    """Return the share of each day's rows that follow the other rule, shape (days,)."""
    if kind == "none":
        return np.zeros(HISTORY_DAYS + 365)
    before = np.zeros(HISTORY_DAYS + CALM_DAYS)
    if kind == "abrupt":
        after = np.ones(HORIZON_DAYS)
    elif kind == "gradual":
        after = np.minimum(np.arange(1, HORIZON_DAYS + 1) / GRADUAL_DAYS, 1.0)
    else:
        after = np.tile(np.repeat([1.0, 0.0], [CHANGED_DAYS, OWN_DAYS]), RETURNS)
    return np.concatenate([before, after])


def stream(family: Family, kind: str, seed: int, *, rows_a_day: int) -> Stream:
    """Draw one stream; its kind and seed decide which change it is."""
    changed = shares(kind)
    rng = np.random.default_rng([seed, KINDS.index(kind), FAMILIES.index(family)])
    before, after = family.changes[rng.integers(len(family.changes))]
    seeds = [int(number) for number in rng.integers(2**31, size=2)]
    sources = [_rows(family.make(before, seeds[0])), _rows(family.make(after, seeds[1]))]
    other = rng.random(len(changed) * rows_a_day) < np.repeat(changed, rows_a_day)
    drawn = [next(sources[number]) for number in other.astype(int).tolist()]
    x = np.array([row for row, _ in drawn], dtype=np.float64)
    y = np.array([label for _, label in drawn], dtype=np.int64)
    return Stream(family, kind, seed, x, y, changed, rows_a_day)


def _rows(dataset: Dataset) -> Iterator[tuple[list[Any], int]]:
    for features, label in dataset:
        yield list(features.values()), int(label)
