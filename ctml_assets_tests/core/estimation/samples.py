"""Seeded rows of a champion that is too sure of itself, on days with weather."""

import pandas as pd
from scipy.special import expit

from ctml_assets.core.drift import line_weights, score_rows, weighted_score
from ctml_assets.core.estimation import PredictedRows, estimate_score
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import SliceSpec

LINES = [SliceSpec(overall=True), SliceSpec(column="segment")]
WEIGHTS = line_weights(LINES)
MIN_SUPPORT = 50


def days_of(rng, days, *, first=1, rows=300, moved=0.0, spread=1.0, mix=0.0, shock=0.0, slope=1.3):
    """Return days of rows with x, segment, y, day and the champion's prediction p.

    ``moved`` shifts x on all days and ``spread`` is its deviation; from day to day x differs by
    ``mix``, and what happens to all rows of a day by ``shock``. ``slope`` is the concept: the
    champion takes it for 2.
    """
    frames = []
    for number in range(first, first + days):
        x = rng.normal(moved + mix * rng.normal(), spread, rows)
        y = rng.random(rows) < expit(slope * x - 1 + shock * rng.normal())
        segment = rng.choice(["a", "b", "c"], rows, p=[0.6, 0.3, 0.1])
        day = f"2024-01-{number:02d}"
        frames.append(pd.DataFrame({"x": x, "segment": segment, "y": y.astype(float), "day": day}))
    frame = pd.concat(frames, ignore_index=True)
    return frame.assign(p=expit(2 * frame["x"] - 0.5))


def predicted(frame, weight=None):
    return PredictedRows(frame, frame["p"].to_numpy(), frame["day"].to_numpy(dtype=str), weight)


def scored(frame, metric):
    """Return the slice scores that the labels show."""
    return score_rows(
        frame,
        Outcomes(frame["y"].to_numpy(), frame["p"].to_numpy()),
        lines=LINES,
        metric=METRICS[metric],
        min_support=MIN_SUPPORT,
        clusters=frame["day"],
    )


def realised(frame, metric):
    return weighted_score(scored(frame, metric), WEIGHTS)


def estimated(now, tested, metric, *, weight=None, reference=None):
    """Return the estimate for rows, calibrated on others; ``weight`` is of the rows."""
    return estimate_score(
        predicted(now, weight),
        predicted(tested),
        tested["y"].to_numpy(),
        scored(tested, metric) if reference is None else reference,
        lines=LINES,
        weights=WEIGHTS,
        metric=METRICS[metric],
        min_support=MIN_SUPPORT,
    )
