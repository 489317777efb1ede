"""Equal numbers of retrains: what the clock and the bare drop would have scored at a policy's."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctml_assets_tests.benchmarks.policies.policies import BARE_DROP, CLOCK, NEVER


@dataclass(frozen=True)
class Row:
    """One path: a policy in one of its phases, with one seed.

    Attributes
    ----------
    data, policy : str
        Their names.
    retrains, promoted : int
        Trainings after the first champion's; how many gave a champion.
    mean_score : float
        Mean weekly score of what served, higher is better.
    seed : int
        Of the estimator, and of the probe's sample.
    phase : int
        Days by which the policy began later than it could have.
    """

    data: str
    policy: str
    retrains: int
    promoted: int
    mean_score: float
    seed: int
    phase: int


@dataclass(frozen=True)
class Line:
    """One policy on one data set: means over seeds, and over phases within each.

    Attributes
    ----------
    clock, drop : float
        Mean score of the clock and of the bare drop at each path's own number of retrains.
    worst_over_clock, worst_over_drop : float
        The smallest of the seeds' differences: mean score minus that.
    """

    data: str
    policy: str
    retrains: float
    promoted: float
    mean_score: float
    clock: float
    drop: float
    worst_over_clock: float
    worst_over_drop: float


def compared(rows: Sequence[Row]) -> list[Line]:
    """Return a line for each policy and data set, in the order of the rows."""
    lines = []
    for data, policy in dict.fromkeys((row.data, row.policy) for row in rows):
        seeds = sorted({row.seed for row in rows if row.data == data})
        of_seeds = [[it for it in rows if it.data == data and it.seed == seed] for seed in seeds]
        table = np.array([_of_seed(each, policy) for each in of_seeds])
        _, _, score, clock, drop = table.T
        worst = float((score - clock).min()), float((score - drop).min())
        lines.append(Line(data, policy, *table.mean(axis=0).tolist(), *worst))
    return lines


def at_equal_retrains(rows: Sequence[Row], family: str, retrains: float) -> float:
    """Interpolate a family's mean score in the logarithm of retrains + 1.

    Paths of one policy, which differ in phase only, are averaged first, and so are policies of
    equally many retrains. Never retraining belongs to every family; beyond the most retrains its
    score stays.
    """
    paths: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.policy == NEVER or row.policy.startswith(family):
            paths[row.policy].append(row)
    points: dict[float, list[float]] = defaultdict(list)
    for each in paths.values():
        found = float(np.mean([it.retrains for it in each]))
        points[found].append(float(np.mean([it.mean_score for it in each])))
    known = sorted(points)
    scores = [float(np.mean(points[it])) for it in known]
    return float(np.interp(np.log1p(retrains), np.log1p(known), scores))


def _of_seed(rows: Sequence[Row], policy: str) -> tuple[float, float, float, float, float]:
    own = [row for row in rows if row.policy == policy]
    return (
        float(np.mean([row.retrains for row in own])),
        float(np.mean([row.promoted for row in own])),
        float(np.mean([row.mean_score for row in own])),
        float(np.mean([at_equal_retrains(rows, CLOCK, row.retrains) for row in own])),
        float(np.mean([at_equal_retrains(rows, BARE_DROP, row.retrains) for row in own])),
    )
