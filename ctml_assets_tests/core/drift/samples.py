"""Sliced rows with outcomes for property tests, and what compares statistics and scores."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from ctml_assets.core.drift import LineWeight, SliceScore, accumulate, score_rows
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import SliceSpec

# no deadline: a busy machine is not a defect
SEEDED = settings(derandomize=True, deadline=None)

LINES = (
    SliceSpec(overall=True),
    SliceSpec(column="origin"),
    SliceSpec(column="origin", values=["JFK", "EWR"], name="home"),
    SliceSpec(column="hour", bins=[0, 6, 24]),
    SliceSpec(columns=["origin", "peak"]),
    SliceSpec(where="origin == 'JFK' and hour >= 6", name="late_jfk"),
)
MULTICLASS = ("accuracy", "balanced_accuracy", "neg_log_loss", "roc_auc")
# name of the metric, and whether its predictions are one column a class
CASES = [(name, False) for name in METRICS] + [(name, True) for name in MULTICLASS]
CASE_IDS = [f"{name}-{'several' if several else 'one'}" for name, several in CASES]

_QUARTERS = st.integers(0, 4).map(lambda k: k / 4)
_ROW = st.tuples(
    st.sampled_from(["EWR", "JFK", None]),
    st.sampled_from([0.0, 5.9, 6.0, 24.0, 25.0, np.nan]),
    st.booleans(),
    st.integers(0, 2),
    st.tuples(_QUARTERS, _QUARTERS, _QUARTERS),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 3),
)
ROWS = st.lists(_ROW, max_size=24)


def equally(**weights):
    """Return lines whose slices share their weight equally."""
    return {name: LineWeight(weight) for name, weight in weights.items()}


def pulled(name, score, influence, support=100):
    """Return a slice score of the group that its name begins with."""
    return SliceScore(name.partition("=")[0], name, support, score, "", influence)


def sample(rows, metric, several=False, weighted=False):
    """Make rows a frame, their outcomes as the metric takes them, and the part each belongs to."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * 8
    origin, hour, peak, label, quarters, weight, query, part = columns
    frame = pd.DataFrame({"origin": np.array(origin, dtype=object), "peak": np.array(peak, bool)})
    frame["hour"] = np.array(hour, dtype=np.float64)
    y = np.array(label, dtype=np.float64)
    points = np.array(quarters, dtype=np.float64).reshape(len(rows), 3)
    if several:
        # never all 0, and sums of few bits
        prediction = (points + 0.25) / (points + 0.25).sum(axis=1, keepdims=True)
    elif "regression" in METRICS[metric].tasks:
        prediction = 2 * points[:, 0] + points[:, 1]
    else:
        y, prediction = np.minimum(y, 1), points[:, 0]
    outcomes = Outcomes(
        y,
        prediction,
        np.array(weight, dtype=np.float64) if weighted else None,
        np.array(query, dtype=np.uint64),
    )
    return frame, outcomes, np.array(part, dtype=np.intp)


def taken(frame, outcomes, rows):
    """Return some of the rows."""
    return frame[rows], outcomes.part(np.flatnonzero(rows))


def parted(frame, outcomes, part, metric, lines=LINES):
    """Accumulate each of four parts, empty ones included, by its name."""
    return {
        f"day {number}": accumulate(
            *taken(frame, outcomes, part == number), lines=lines, metric=metric
        )
        for number in range(4)
    }


def assert_same_statistics(found, expected):
    """Compare names, supports and all columns of what the metric keeps."""
    assert [(line.group, line.names) for line in found] == [
        (line.group, line.names) for line in expected
    ]
    for one, other in zip(found, expected, strict=True):
        assert one.support.tolist() == other.support.tolist()
        assert (one.statistic is None) == (other.statistic is None)
        if one.statistic is None:
            continue
        mine, theirs = one.statistic.columns(), other.statistic.columns()
        assert mine.keys() == theirs.keys()
        for name in mine:
            for left, right in zip(mine[name], theirs[name], strict=True):
                np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-12)


def assert_same_scores(found, expected):
    """Compare slice scores up to rounding, influence included."""
    assert [(part.group, part.name, part.support, part.reason) for part in found] == [
        (part.group, part.name, part.support, part.reason) for part in expected
    ]
    for one, other in zip(found, expected, strict=True):
        assert (one.score is None) == (other.score is None)
        if one.score is None:
            continue
        scale = max(1, abs(other.score))
        assert one.score == pytest.approx(other.score, rel=1e-12, abs=1e-12)
        assert one.influence == pytest.approx(dict(other.influence), rel=1e-9, abs=1e-9 * scale)
        assert one.error_bound == other.error_bound


def scored(rows, name, several=False, weighted=False, min_support=1):
    """Score rows that belong to the clusters ``day 0`` to ``day 3``."""
    frame, outcomes, part = sample(rows, name, several, weighted)
    return score_rows(
        frame,
        outcomes,
        lines=LINES,
        metric=METRICS[name],
        min_support=min_support,
        clusters=[f"day {number}" for number in part],
    )
