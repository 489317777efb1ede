"""Slice scores made of days whose mean is the score, and comparisons by hand."""

from dataclasses import replace

import numpy as np

from ctml_assets.core.drift import LineWeight, SliceScore
from ctml_assets.core.rollout import Comparison

WEIGHTS = {"overall": LineWeight(1.0)}
CLEAR = Comparison(10, 5000, 0.82, 0.80, 0.025, 0.01, 0.04, "", 0.02)


def of_days(values, *, rows=100, group="overall", name="overall", first=0):
    """Score days of equally many rows, by their mean; each pulls by its distance from it."""
    values = np.asarray(values, dtype=float)
    mean = float(values.mean())
    pulls = ((values - mean) / len(values)).tolist()
    days = {f"day {first + at:03d}": pull for at, pull in enumerate(pulls)}
    return SliceScore(group, name, rows * len(values), mean, "", days, 0.0, float(len(values)))


def seen(low=None, high=None, *, gain=0.0, days=10, reason=""):
    """Return a comparison that says so."""
    return replace(CLEAR, low=low, high=high, gain=gain, days=days, reason=reason)


def unknown(days=10):
    """Return a comparison that says nothing."""
    return Comparison(days, 0, None, None, None, None, None, "no slice with weight can be scored")
