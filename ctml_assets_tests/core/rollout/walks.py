"""Years of daily looks at the log loss of two models, fast: all looks of a year at once."""

from dataclasses import dataclass

import numpy as np

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.rollout import spending
from ctml_assets.core.rollout.sequence import critical_value


@dataclass(frozen=True)
class Walk:
    """One rollout; all arrays have one entry a day.

    Attributes
    ----------
    sums : ndarray of shape (days, 2)
        Of each day and model: its log losses.
    rows : ndarray of shape (days, 2)
        How many they are.
    """

    sums: np.ndarray
    rows: np.ndarray

    @property
    def looks(self):
        """Gain, its standard error and degrees of freedom after each day; the first is NaN."""
        total, rows = np.cumsum(self.sums, axis=0), np.cumsum(self.rows, axis=0)
        mean = total / rows
        effective = rows**2 / np.cumsum(self.rows**2, axis=0)
        day = np.concatenate([self.sums, self.rows], axis=1)
        products = np.cumsum(day[:, :, None] * day[:, None, :], axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.sqrt(effective / (effective - 1)) / rows * [1, -1]
            pull = np.concatenate([scale, -scale * mean], axis=1)
            variance = np.einsum("ki,kij,kj->k", pull, products, pull)
            error = np.sqrt(variance) / mean[:, 0]
        # a loss is the less the better
        gain = (mean[:, 0] - mean[:, 1]) / mean[:, 0]
        return gain, error, effective.min(axis=1) - 1

    def concludes(self, *, planned_days, level, first=7):
        """Return the first day on which the bounds leave 0 out, and the sign; 0, 0 if none does."""
        gain, error, freedom = self.looks
        endless = [
            critical_value(np.inf, days=days, planned_days=planned_days, level=level)
            for days in range(1, len(gain) + 1)
        ]
        for at in np.flatnonzero(np.abs(gain) > endless * error):
            needed = critical_value(
                freedom[at], days=int(at) + 1, planned_days=planned_days, level=level
            )
            if at + 1 >= first and abs(gain[at]) > needed * error[at]:
                return int(at) + 1, int(np.sign(gain[at]))
        return 0, 0

    def rolled_back(self, guard):
        """Return the first day on which a guard calls the second model worse; 0 if none."""
        gain, error, freedom = self.looks
        for days in range(guard.min_days, guard.days + 1):
            needed = spending.critical_value(freedom[days - 1], days=days, guard=guard)
            if gain[days - 1] < -needed * error[days - 1]:
                return days
        return 0

    def scores(self, days):
        """Return both models' slice scores of the first days, champion first."""
        scores = []
        for sums, rows in zip(self.sums[:days].T, self.rows[:days].T, strict=True):
            mean = sums.sum() / rows.sum()
            pulls = (rows * mean - sums) / rows.sum()
            influence = {f"{day:03d}": float(pull) for day, pull in enumerate(pulls)}
            clusters = float(rows.sum() ** 2 / (rows**2).sum())
            support = int(rows.sum())
            part = SliceScore(
                "overall", "overall", support, -float(mean), "", influence, 0.0, clusters
            )
            scores.append((part,))
        return scores


def walk(rng, world, days, *, groups):
    """Draw a rollout whose models score the same rows, or a group of them each."""
    usual = np.where(np.arange(days) % 7 > 4, 0.5, 1.0) * world.rows
    rows = np.maximum(4, rng.poisson(usual * rng.gamma(10, 0.1, size=days)))
    day = np.repeat(np.arange(days), rows)
    shift, clear = world.weather * rng.normal(size=(2, days))
    signal = 1.25 * rng.normal(size=len(day))
    chance = 1 / (1 + np.exp(-(np.exp(0.5 * clear)[day] * signal + shift[day])))
    y = rng.uniform(size=len(day)) < chance
    second = rng.permutation(len(day)) % 2 == 0
    sums, counts = np.empty((days, 2)), np.empty((days, 2))
    for which, blur in enumerate(world.blur):
        noise = blur * np.exp(world.fit * rng.normal(size=days))
        logit = signal + noise[day] * rng.normal(size=len(day))
        loss = np.logaddexp(0, np.where(y, -logit, logit))
        at = (second if which else ~second) if groups else np.ones(len(day), dtype=bool)
        sums[:, which] = np.bincount(day[at], loss[at], days)
        counts[:, which] = np.bincount(day[at], minlength=days)
    return Walk(sums, counts)
