"""Nine streams with a known change on day 90 of 150; each day is drawn from its own seed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day as day_of

DAYS, CHANGE, ROWS = 150, 90, 400
# The bug lasts ten days, the back and forth turns every twenty, the slow change takes thirty.
BUG_DAYS, TURN_DAYS, GRADUAL_DAYS = 10, 20, 30
_BEFORE = np.array([1.6, -1.2, 0.8, 0.0, 0.0, 0.0])
_AFTER = _BEFORE[::-1]
_OF_SEGMENT = np.array([0.0, 0.4, -0.4])


@dataclass(frozen=True)
class Rules:
    """How a day's rows are drawn.

    Attributes
    ----------
    of_after
        Share of the rows that follow the new coefficients.
    segments
        Which segments do; None: all.
    shift
        Added to each feature.
    intercept, signal
        Of the logistic outcome: added to the log-odds, and what the rest of them is multiplied by.
    missing
        Whether x1 is missing.
    """

    of_after: float = 0.0
    segments: tuple[int, ...] | None = None
    shift: tuple[float, ...] = (0.0,) * 6
    intercept: float = 0.0
    signal: float = 1.0
    missing: bool = False


def _recurring(number: int) -> Rules:
    return Rules(of_after=float(((number - CHANGE) // TURN_DAYS + 1) % 2))


CHANGES: dict[str, Callable[[int], Rules]] = {
    "none": lambda _: Rules(),
    "abrupt": lambda _: Rules(of_after=1.0),
    "gradual": lambda number: Rules(of_after=min(1.0, (number - CHANGE + 1) / GRADUAL_DAYS)),
    "recurring": _recurring,
    "slice_only": lambda _: Rules(of_after=1.0, segments=(1,)),
    "covariate_only": lambda _: Rules(shift=(0.5, 0.0, 0.0, 2.0, 2.0, 0.0)),
    "prior_only": lambda _: Rules(intercept=1.5),
    "difficulty": lambda _: Rules(signal=0.55),
    "data_bug": lambda number: Rules(missing=number < CHANGE + BUG_DAYS),
}


def rules_of(scenario: str, number: int) -> Rules:
    """Return the rules of a day."""
    return Rules() if number < CHANGE else CHANGES[scenario](number)


def records_of(scenario: str, number: int, seed: int) -> pd.DataFrame:
    """Return one day as ``records`` stores it (see `streams.spec` with ``time_features: []``)."""
    rules, rng = rules_of(scenario, number), np.random.default_rng([seed, number])
    x = rng.normal(size=(ROWS, 6)) + np.array(rules.shift)
    segment = rng.choice(3, size=ROWS, p=streams.SHARES)
    follows: NDArray[np.bool_] = rng.random(ROWS) < rules.of_after
    if rules.segments is not None:
        follows &= np.isin(segment, rules.segments)
    signal = np.where(follows, x @ _AFTER, x @ _BEFORE) + _OF_SEGMENT[segment]
    chance = 1 / (1 + np.exp(-(rules.signal * signal + rules.intercept)))
    outcome = (rng.random(ROWS) < chance).astype(np.float64)
    if rules.missing:
        x[:, 0] = np.nan
    midnight = np.datetime64(day_of(number), "us")
    seconds = np.sort(rng.integers(0, 86_400, size=ROWS)).astype("timedelta64[s]")
    columns: dict[str, Any] = {name: x[:, i] for i, name in enumerate(streams.NUMERIC)}
    return pd.DataFrame(
        {
            "ts": midnight + seconds,
            "row_id": pd.Series([f"{number}-{i}" for i in range(ROWS)], dtype="str"),
            "outcome": outcome,
            **columns,
            "segment": pd.Series(np.array(streams.SEGMENTS)[segment], dtype="str"),
        }
    )
