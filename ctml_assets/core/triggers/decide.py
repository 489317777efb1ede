"""The decision of one look: the triggers, and the rules that hold them back."""

import datetime as dt
from dataclasses import dataclass

from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers.bootstrap import Bootstrap
from ctml_assets.core.triggers.max_age import MaxAge
from ctml_assets.core.triggers.performance import Performance
from ctml_assets.core.triggers.protocol import Look, TrainingState, Trigger

TRIGGERS: tuple[Trigger, ...] = (Bootstrap(), Performance(), MaxAge())


@dataclass(frozen=True)
class Decision:
    """Retrain or not.

    Attributes
    ----------
    day
        The look's day, which a training would be "as of".
    fired
        True: a training is asked for.
    trigger
        The trigger that asks for it, or that was held back; None if none fired.
    reason
        In numbers; says what held a trigger back.
    """

    day: dt.date
    fired: bool
    trigger: str | None
    reason: str


def decide(look: Look, state: TrainingState, spec: ModelSpec) -> Decision:
    """Decide on one look. The first trigger that fires gives the reason.

    A look without a score fires nothing, except that a champion is missing.

    A look at or before the last training's as-of day never fires (that training has seen it), nor
    one within ``cooldown_days`` after it.
    """
    late = _late(look, state)
    if late is not None:
        return Decision(look.day, False, None, late)
    reasons = []
    for trigger in TRIGGERS:
        answer = trigger.ask(look, state, spec)
        if answer is None:
            continue
        reasons.append(answer.reason)
        if not answer.fired:
            continue
        held = _held_back(look, state, spec)
        if held is not None:
            return Decision(look.day, False, trigger.name, f"{answer.reason}; held back by {held}")
        return Decision(look.day, True, trigger.name, answer.reason)
    return Decision(look.day, False, None, "; ".join(reasons))


def _late(look: Look, state: TrainingState) -> str | None:
    if state.last_training is not None and look.day <= state.last_training:
        return f"not after the last training, as of {state.last_training}, which has seen this day"
    return None


def _held_back(look: Look, state: TrainingState, spec: ModelSpec) -> str | None:
    if state.last_training is None:
        return None
    since, cooldown = (look.day - state.last_training).days, spec.triggers.cooldown_days
    if since <= cooldown:
        return f"cooldown: last training {since} days ago <= {cooldown} days"
    return None
