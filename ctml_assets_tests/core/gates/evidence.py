"""Evidence written by hand: scores of slices by name."""

import math

from ctml_assets.core.drift import LineWeight, SliceScore
from ctml_assets.core.gates import CalibrationError, Evidence, FreshProcess, Inputs
from ctml_assets.core.spec import PromotionSpec

EQUAL = {"overall": 1.0, "origin": 1.0}
COLUMNS = (("x1", "float64"), ("segment", "str"))
SOUND = FreshProcess(rows=400, difference=0.0, latency_ms=12.0, memory_mb=250.0)
CALIBRATED = CalibrationError(0.02, 0.0, 400, 8, "days")


def scores(*, clusters=0, error=0.0, **by_slice):
    """Make scores; ``origin_JFK=0.7`` is the slice origin=JFK of the line origin.

    With ``clusters`` each score has that standard error, from so many days.
    """
    made = []
    for key, score in by_slice.items():
        group, _, value = key.partition("_")
        name = f"{group}={value}" if value else group
        reason = "" if score is not None else "12 labelled rows, fewer than 50"
        pulls = {} if score is None else influence(clusters, error)
        support = 200 if score is not None else 12
        made.append(SliceScore(group, name, support, score, reason, pulls))
    return tuple(made)


def influence(clusters, error):
    """Return pulls of an even number of days that give a score this standard error.

    The variance of c pulls of size a, half of them up, is c a^2 c / (c - 1).
    """
    size = error * math.sqrt(clusters - 1) / clusters if clusters else 0.0
    return {f"day {it}": size * (-1) ** it for it in range(clusters)}


def evidence(candidate, champion, weights=None, rows=200, **more):
    """Return evidence that the gates which compare no scores are content with."""
    chosen = EQUAL if weights is None else weights
    by_line = {group: LineWeight(weight) for group, weight in chosen.items()}
    sound = {
        "reference_score": 0.7,
        "calibration": CALIBRATED,
        "fresh_process": SOUND,
        "inputs": Inputs(COLUMNS, COLUMNS),
    }
    return Evidence(candidate, champion, by_line, rows, **sound | more)


def promotion(**changes):
    return PromotionSpec(**changes)
