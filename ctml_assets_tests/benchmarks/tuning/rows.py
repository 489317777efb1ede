"""From searches to rows, and from rows to lines."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ctml_assets_tests.benchmarks.tuning.recorder import Found, best_within
from ctml_assets_tests.benchmarks.tuning.running import Outcome

# Of the best score that any method found.
NEARLY = 0.999


@dataclass(frozen=True)
class Row:
    """One method at one budget, on one data set with one seed.

    Attributes
    ----------
    data, method, seed
        Which.
    budget_s : float
        CPU seconds that it was given.
    valid_score, test_score : float or None
        Weighted slice score of its winner, higher is better. None: it found none.
    trials : int
        How many ended in time.
    cpu_to_best_s : float or None
        CPU seconds until 99.9 % of the best validation score that any method found with the
        largest budget. None: not in time.
    cpu_s : float
        CPU seconds that it took.
    """

    data: str
    method: str
    budget_s: float
    seed: int
    valid_score: float | None
    test_score: float | None
    trials: int
    cpu_to_best_s: float | None
    cpu_s: float


@dataclass(frozen=True)
class Mean:
    """A mean and its standard error; that of one value, or of none, is not known."""

    value: float
    standard_error: float

    def __str__(self) -> str:
        if math.isnan(self.value):
            return "-"
        error = "" if math.isnan(self.standard_error) else f" ± {self.standard_error:.4f}"
        return f"{self.value:.4f}{error}"


def rows_of(outcomes: Sequence[Outcome]) -> list[Row]:
    """Return a row for each search and budget of one data set and one seed."""
    target = nearly_best(outcomes)
    return [
        _row(outcome, budget, target) for outcome in outcomes for budget in sorted(outcome.tests)
    ]


def nearly_best(outcomes: Sequence[Outcome]) -> float:
    """Return 99.9 % of the best score: a thousandth of its size below it, whatever its sign."""
    best = max((it.valid_score for it in _whole(outcomes)), default=math.inf)
    return best - (1 - NEARLY) * abs(best) if math.isfinite(best) else math.inf


def _whole(outcomes: Iterable[Outcome]) -> list[Found]:
    return [
        it
        for outcome in outcomes
        for it in outcome.found
        # a score on few rows may be the best by chance
        if it.share >= 1 and it.valid_score is not None
    ]


def _row(outcome: Outcome, budget: float, target: float) -> Row:
    best = best_within(outcome.found, budget)
    ended = [it for it in outcome.found if it.cpu_seconds <= budget]
    reached = [
        it.cpu_seconds
        for it in ended
        if it.share >= 1 and it.valid_score is not None and it.valid_score >= target
    ]
    return Row(
        data=outcome.data,
        method=outcome.method,
        budget_s=budget,
        seed=outcome.seed,
        valid_score=None if best is None else best.valid_score,
        test_score=outcome.tests[budget],
        trials=len(ended),
        cpu_to_best_s=min(reached, default=None),
        cpu_s=min(outcome.cpu_seconds, budget),
    )


def mean(values: Iterable[float | None]) -> Mean:
    """Return the mean of what is known."""
    known = [value for value in values if value is not None]
    if not known:
        return Mean(math.nan, math.nan)
    error = statistics.stdev(known) / math.sqrt(len(known)) if len(known) > 1 else math.nan
    return Mean(statistics.fmean(known), error)


def differences(rows: Sequence[Row], one: str, other: str) -> list[float]:
    """Return test score of one method minus that of another, pair by pair."""
    scores = {(it.method, it.data, it.budget_s, it.seed): it.test_score for it in rows}
    found = []
    for (method, *where), score in scores.items():
        rival = scores.get((other, *where))
        if method == one and score is not None and rival is not None:
            found.append(score - rival)
    return found
