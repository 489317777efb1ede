"""Simulated days whose true score is known, to count how often intervals hold it."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ctml_assets.core.drift import line_weights, score_metrics, weighted_score
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import SliceSpec

# overlapping slices of unequal weight: all rows, 3 and 6 slices, and a predicate across these
LINES = (
    SliceSpec(overall=True, weight=1),
    SliceSpec(column="origin", weight=2),
    SliceSpec(columns=["origin", "peak"], weight=0.5),
    SliceSpec(where="x > 0.2 or origin == 'EWR'", name="far", weight=3),
)
WEIGHTS = line_weights(LINES)
_ORIGINS = np.array(["EWR", "JFK", "LGA"], dtype=object)
_SHIFT = np.array([-0.6, 0.0, 0.7])


@dataclass(frozen=True)
class Days:
    """Rows before anything happened or was predicted; all arrays have one entry a row.

    Attributes
    ----------
    frame : DataFrame
        What slices read.
    signal : ndarray of float64
        What can be known of a row.
    shift, clarity : ndarray of float64
        What its day adds to the outcome, and how well the signal tells the outcome that day.
    day : ndarray of int
        The day.
    """

    frame: pd.DataFrame
    signal: np.ndarray
    shift: np.ndarray
    clarity: np.ndarray
    day: np.ndarray


def days(rng, sizes, spread=0.0, clear=1.0):
    """Draw days of given sizes, which differ by ``spread``, and are ``clear`` on average."""
    rows = int(np.sum(sizes))
    origin = rng.choice(3, rows, p=[0.45, 0.3, 0.25])
    peak, x = rng.uniform(size=rows) < 0.4, rng.normal(size=rows)
    day = np.repeat(np.arange(len(sizes)), sizes)
    frame = pd.DataFrame({"origin": _ORIGINS[origin], "peak": peak, "x": x})
    shift, clarity = spread * rng.normal(size=(2, len(sizes)))
    signal = _SHIFT[origin] + 0.4 * peak + 1.2 * x
    return Days(frame, signal, 0.5 * shift[day], clear + clarity[day], day)


def queries(rng, count, items=8):
    """Draw one day of queries of some items each, and the query of each row."""
    drawn = days(rng, [count * items])
    first = np.repeat(np.arange(0, count * items, items), items)
    frame = drawn.frame.assign(
        origin=drawn.frame["origin"].to_numpy()[first], peak=drawn.frame["peak"].to_numpy()[first]
    )
    query = np.repeat(np.arange(count, dtype=np.uint64), items)
    return replace(drawn, frame=frame), query


def classes(rng, rows):
    """Return what happened: 0 or 1."""
    chance = _sigmoid(rows.clarity * rows.signal + rows.shift)
    return (rng.uniform(size=len(chance)) < chance).astype(np.float64)


def numbers(rng, rows):
    """Return what happened: a number, with noise that differs by slice and day."""
    noise = rng.normal(size=len(rows.day)) * (1 + 0.5 * rows.frame["peak"].to_numpy())
    return rows.signal + rows.shift + rows.clarity * noise


def probabilities(rng, rows, blur=0.0):
    """Predict classes, not well calibrated, and the worse the more it is blurred."""
    return _sigmoid(0.8 * rows.signal - 0.1 + blur * rng.normal(size=len(rows.day)))


def guesses(rng, rows, blur=0.0):
    """Predict numbers."""
    return 0.8 * rows.signal + blur * rng.normal(size=len(rows.day))


def scored(names, frame, y, prediction, clusters=None, query=None):
    """Score by several metrics."""
    return score_metrics(
        frame,
        Outcomes(y, prediction, query=query),
        lines=LINES,
        metrics=[METRICS[name] for name in names],
        min_support=1,
        clusters=clusters,
    )


def truth(names, happened, predicted, *, spread=0.0, clear=1.0, blur=0.0, rows=1_000_000):
    """Return the score of endlessly many days: of many rows each of which has a day of its own."""
    rng = np.random.default_rng(20131231)
    drawn = days(rng, np.ones(rows, dtype=int), spread, clear)
    found = scored(names, drawn.frame, happened(rng, drawn), predicted(rng, drawn, blur))
    return by_name(names, found)


def by_name(names, found):
    """Return the weighted score of each metric."""
    return {name: weighted_score(parts, WEIGHTS) for name, parts in zip(names, found, strict=True)}


def _sigmoid(logit):
    return 1 / (1 + np.exp(-logit))
