"""Simulated rollouts: two models on the same days, whose true difference is known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctml_assets.core.drift import accumulate, line_weights, score_window
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import SliceSpec

# overlapping slices of unequal weight; some airports have too few rows in the first days
LINES = (
    SliceSpec(overall=True, weight=2),
    SliceSpec(column="origin", weight=1),
    SliceSpec(where="x > 1", name="far", weight=1, weight_by="support"),
)
WEIGHTS = line_weights(LINES)
MIN_SUPPORT = 30
_ORIGINS = np.array(["EWR", "JFK", "LGA"], dtype=object)


@dataclass(frozen=True)
class World:
    """How days and models differ.

    Attributes
    ----------
    rows : float
        Of a usual day; weekends have half of them.
    weather : float
        By how much a day is easier and more likely positive than another, for both models.
    fit : float
        By how much a model fits a day better than another: what is noise to their comparison.
    blur : tuple of float
        Of each model: noise in what it says of a row. The larger, the worse.
    """

    rows: float = 60
    weather: float = 0.5
    fit: float = 0.3
    blur: tuple[float, float] = (0.5, 0.5)


def rollout(rng, world, days, metric, *, groups=False):
    """Return the statistics of each model by day: of the same rows, or of two groups of them."""
    kept = ({}, {})
    for day in range(days):
        usual = world.rows * (0.5 if day % 7 > 4 else 1.0)
        rows = max(2, int(rng.poisson(usual * rng.gamma(10, 0.1))))
        frame, signal, y = _drawn(rng, world, rows)
        arm = rng.uniform(size=rows) < 0.5
        for which, blur in enumerate(world.blur):
            noise = blur * np.exp(world.fit * rng.normal())
            logit = signal + noise * rng.normal(size=rows)
            p = 1 / (1 + np.exp(-logit))
            at = (arm if which else ~arm) if groups else np.ones(rows, dtype=bool)
            found = Outcomes(y[at], p[at])
            kept[which][f"{day:03d}"] = accumulate(
                frame[at], found, lines=LINES, metric=METRICS[metric]
            )
    return kept


def _drawn(rng, world, rows):
    origin = rng.choice(3, rows, p=[0.6, 0.3, 0.1])
    x = rng.normal(size=rows)
    frame = pd.DataFrame({"origin": _ORIGINS[origin], "x": x})
    shift, clear = world.weather * rng.normal(size=2)
    signal = 1.2 * x + 0.4 * (origin - 1)
    chance = 1 / (1 + np.exp(-(np.exp(0.5 * clear) * signal + shift)))
    return frame, signal, (rng.uniform(size=rows) < chance).astype(np.float64)


def scores_until(kept, days, metric):
    """Return the slice scores of the first days."""
    first = dict(list(kept.items())[:days])
    return score_window(first, lines=LINES, metric=METRICS[metric], min_support=MIN_SUPPORT)
