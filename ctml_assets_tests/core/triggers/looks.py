"""Looks and trainings written by hand; tests change one thing at a time."""

import datetime as dt
from typing import Any

from ctml_assets.core.drift import Verdict
from ctml_assets.core.spec import TriggerSpec
from ctml_assets.core.triggers import Changes, Drop, Look, Probe, TrainingState
from ctml_assets_tests import streams

TRAINED = dt.date(2024, 3, 1)
NO_CHAMPION = TrainingState(champion=None, champion_as_of=None, trained=())
SERVING = TrainingState(champion="v1", champion_as_of=TRAINED, trained=(TRAINED,))
DROP_OR_AGE = ({"performance": {}}, {"max_age": {"days": 28}})


def after(days: int) -> dt.date:
    """Return the day so many days after the champion's training."""
    return TRAINED + dt.timedelta(days=days)


def trained(*days: int) -> TrainingState:
    """Return `SERVING` after further trainings, so many days later, that gave no champion."""
    return TrainingState("v1", TRAINED, (TRAINED, *map(after, days)))


def triggers(when=DROP_OR_AGE, **restraint) -> TriggerSpec:
    return TriggerSpec(when=list(when), **restraint)


def spec(min_history_days=56, min_rows=1000, when=DROP_OR_AGE, **restraint):
    retraining = {"min_history_days": min_history_days, "min_rows": min_rows}
    return streams.spec(triggers={"when": list(when), **restraint}, retraining=retraining)


def drop(share: float, error: float | None = 0.005, freedom: float = 12.0) -> Drop:
    """Make a drop below a reference of 0.8."""
    known = error is not None
    return Drop(0.8 * (1 - share), 0.8, share, error, freedom if known else None)


def look(day=None, share: float | None = 0.0, **changes: Any) -> Look:
    """Make a look at the champion, ten days after its training; ``share=None`` has no score."""
    known = share is not None
    facts: dict[str, Any] = {
        "day": after(10) if day is None else day,
        "verdict": (Verdict.DEGRADED if share >= 0.05 else Verdict.OK)
        if known
        else Verdict.UNKNOWN,
        "reason": "" if known else "0 labelled rows, fewer than 50",
        "champion": "v1",
        "drop": drop(share) if known else None,
        "score": 0.8 * (1 - share) if known else None,
    }
    return Look(**facts | changes)


def first_look(days, rows, day=None) -> Look:
    facts: dict[str, Any] = {"champion": None, "history_days": days, "history_rows": rows}
    return look(day, None, reason="no champion yet", **facts)


def probe(gain: float | None, accumulated=0.0, error: float | None = 0.005, reason="") -> Probe:
    freedom = None if error is None else 6.0
    return Probe(after(7), gain, error, freedom, accumulated, 1, reason)


def changes(measure="jensen_shannon", rows=600, sample_rows=600, reason="", **effects) -> Changes:
    return Changes(rows, sample_rows, {measure: effects}, ("x1", "x2"), reason)
