"""Years of daily looks at a champion, through the functions that score real ones."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctml_assets.assets.looking import drop_of
from ctml_assets.core.drift import Verdict, drift_score, line_weights, score_metrics
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import SliceSpec
from ctml_assets.core.triggers import Look

WINDOW_DAYS, TEST_DAYS = 7, 14
START = dt.date(2000, 1, 1)
# every look is a slice, so that a thousand of them are scored at once
LINES = (SliceSpec(column="look"),)
WEIGHTS = line_weights(LINES)


@dataclass(frozen=True)
class Days:
    """Days of rows: what happened and what was predicted.

    Attributes
    ----------
    y, prediction : ndarray of float64, shape (days, rows)
        0 or 1, and its probability as the champion sees it.
    """

    y: np.ndarray
    prediction: np.ndarray

    def __add__(self, other: "Days") -> "Days":
        return Days(
            np.concatenate([self.y, other.y]), np.concatenate([self.prediction, other.prediction])
        )


def days(rng, count, rows, spread=0.0, clear=1.0) -> Days:
    """Draw days that differ by ``spread``; the signal tells the outcome the better the clearer."""
    signal = 1.2 * rng.standard_normal((count, rows))
    shift, clarity = spread * rng.standard_normal((2, count, 1))
    chance = 1 / (1 + np.exp(-((clear + clarity) * signal + 0.5 * shift)))
    y = (rng.random((count, rows)) < chance).astype(np.float64)
    return Days(y, 1 / (1 + np.exp(-(0.8 * signal - 0.1))))


def scored(names, drawn: Days, windows, kind):
    """Score windows of days by several metrics.

    Parameters
    ----------
    names : list of str
        Metrics.
    drawn : Days
        All days.
    windows : ndarray of int, shape (windows, days)
        The days of each window; no two of a window may be equal modulo the days of a window.
    kind : str
        Sets the days of one kind apart from those of another.

    Returns
    -------
    list of lists of SliceScore
        By metric, then by window.
    """
    count, length = windows.shape
    rows = drawn.y.shape[1]
    labels = pd.Series([f"{kind}{day:02d}" for day in range(length)], dtype="str")
    found = score_metrics(
        pd.DataFrame({"look": np.repeat(np.arange(count), length * rows)}),
        Outcomes(drawn.y[windows].ravel(), drawn.prediction[windows].ravel()),
        lines=LINES,
        metrics=[METRICS[name] for name in names],
        min_support=50,
        clusters=labels.iloc[np.repeat(windows.ravel() % length, rows)].reset_index(drop=True),
    )
    # as text, 10 comes before 9
    return [sorted(parts, key=lambda part: int(part.name.partition("=")[2])) for parts in found]


def apart(count, length):
    """Return windows that share no day."""
    return np.arange(count * length).reshape(count, length)


def sliding(count, length):
    """Return the windows of successive days."""
    return np.arange(count)[:, None] + np.arange(length)


def look_at(day, now, reference) -> Look:
    """Return the look that a score against the champion's reference makes."""
    same = [type(reference)(**vars(reference) | {"name": now.name})]
    result = drift_score([now], same, weights=WEIGHTS, max_drop=0.05, days_between_false_alarms=365)
    known = {"drop": drop_of(result), "score": result.score}
    on = START + dt.timedelta(days=day)
    return Look(
        day=on, verdict=Verdict(result.verdict), reason=result.reason, champion="v1", **known
    )
