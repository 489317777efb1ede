"""Looks and trainings written by hand; tests change one thing at a time."""

import datetime as dt
from typing import Any

from ctml_assets.core.drift import Verdict
from ctml_assets.core.triggers import Look, TrainingState
from ctml_assets_tests import streams

TRAINED = dt.date(2024, 3, 1)
NO_CHAMPION = TrainingState(champion_as_of=None, last_training=None)
SERVING = TrainingState(champion_as_of=TRAINED, last_training=TRAINED)


def after(days: int) -> dt.date:
    """Return the day so many days after the last training."""
    return TRAINED + dt.timedelta(days=days)


def spec(min_history_days=56, min_rows=1000, **triggers):
    retraining = {"min_history_days": min_history_days, "min_rows": min_rows}
    return streams.spec(triggers=triggers, retraining=retraining)


def look(day=None, drop: float | None = 0.0, **changes: Any) -> Look:
    """Make a look whose reference is 0.8; ``drop=None`` cannot be evaluated."""
    known = drop is not None
    facts: dict[str, Any] = {
        "day": after(10) if day is None else day,
        "verdict": (Verdict.DEGRADED if drop >= 0.05 else Verdict.OK) if known else Verdict.UNKNOWN,
        "score": 0.8 * (1 - drop) if known else None,
        "reference": 0.8 if known else None,
        "relative_drop": drop,
        "reason": "" if known else "0 labelled rows, fewer than 50",
    }
    return Look(**facts | changes)


def first_look(days, rows, day=None) -> Look:
    return look(day, None, reason="no champion yet", history_days=days, history_rows=rows)
