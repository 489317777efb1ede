"""How often ab concludes what is not so where the same entities come back every day."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.drift import LineWeight, score_rows
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.rollout import (
    ArmPlan,
    assign,
    compare,
    compare_apart,
    entity_groups,
    widest,
)
from ctml_assets.core.spec import SliceSpec

WEIGHTS, LINES = {"overall": LineWeight(1.0)}, [SliceSpec(overall=True)]
FIRST, LAST = 7, 28


@dataclass(frozen=True)
class World:
    """Whom two equal models serve, each entity once a day.

    Attributes
    ----------
    entities : int
        The same on every day.
    share : float
        Of them, the challenger's.
    spread : float
        Standard deviation of the entities' logits.
    fit : float
        By how much either model fits a day better than another.
    """

    entities: int = 300
    share: float = 0.5
    spread: float = 1.0
    fit: float = 0.0


class Rollout:
    """The rows of both arms over all days, as `assign` deals them."""

    def __init__(self, seed, world):
        rng = np.random.default_rng(seed)
        ids = pd.Series([f"entity {number}" for number in range(world.entities)], dtype="str")
        plan = ArmPlan("v1", f"v{seed}", mode="ab", share=world.share)
        challenger = assign(plan, ids).challenger_serves
        logit = world.spread * rng.normal(size=world.entities)
        chance = 1 / (1 + np.exp(-logit))
        self.y = (rng.uniform(size=(LAST, world.entities)) < chance).astype(float)
        # what an arm is off by on a day, of all its entities alike
        off = world.fit * rng.normal(size=(LAST, 2))[:, challenger.astype(int)]
        self.p = 1 / (1 + np.exp(-(logit + off)))
        self.groups = np.array([f"{group:02d}" for group in entity_groups(ids)], dtype=object)
        self.arms = (challenger, ~challenger)

    def looks(self, days):
        """Return the look of a day by days, and by groups of entities."""
        kinds = {compare: ([], []), compare_apart: ([], [])}
        made = []
        for kind in kinds:
            sides = [self._scores(arm, days, by_days=kind is compare) for arm in self.arms]
            rows = int(self.arms[0].sum()) * days
            found = kind(
                *sides, weights=WEIGHTS, days=days, rows=rows, planned_days=LAST, level=0.05
            )
            made.append(found)
        return made

    def _scores(self, arm, days, *, by_days):
        y, p = (np.ravel(values[:days, arm]) for values in (self.y, self.p))
        size = int(arm.sum())
        day = np.repeat(np.array([f"{at:02d}" for at in range(days)], dtype=object), size)
        return score_rows(
            pd.DataFrame(index=range(len(y))),
            Outcomes(y, p),
            lines=LINES,
            metric=METRICS["neg_log_loss"],
            min_support=1,
            clusters=day if by_days else np.tile(self.groups[arm], days),
        )


def wrong(look):
    return look.low is not None and not look.low <= 0 <= look.high


def wrong_conclusions(world, runs):
    """Return how many rollouts conclude by days alone, and by the wider of both."""
    counts = np.zeros(2, dtype=int)
    for run in range(runs):
        rollout = Rollout(run, world)
        seen = [rollout.looks(days) for days in range(FIRST, LAST + 1)]
        counts += [
            any(wrong(by_days) for by_days, _ in seen),
            any(wrong(widest(*both)) for both in seen),
        ]
    return counts


@pytest.mark.slow
@pytest.mark.parametrize(
    "world",
    [World(200), World(1000, share=0.1), World(300, fit=0.3)],
    ids=["halves", "a tenth", "days differ too"],
)
def test_equal_models_conclude_in_5_percent_at_most(world):
    runs = 150
    by_days, both = wrong_conclusions(world, runs)
    print(world, by_days / runs, both / runs)
    # chance makes more of 5 percent once in 2,000 times
    assert both / runs <= 0.05 + 3.3 * math.sqrt(0.05 * 0.95 / runs)
    if not world.fit:
        # this is what groups of entities are for
        assert by_days / runs > 0.1
