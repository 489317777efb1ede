"""What holds a trigger back: rules, asked one after the other; the first that holds is named."""

import datetime as dt
from collections.abc import Callable

from ctml_assets.core.spec import TriggerSpec
from ctml_assets.core.triggers.look import Look
from ctml_assets.core.triggers.protocol import TrainingState

Rule = Callable[[Look, TrainingState, TriggerSpec], str | None]

# 16 times the cool-down: a model that nothing helps is still tried now and then.
_MOST_DOUBLINGS = 4
_BUDGET_DAYS = 30


def paused(look: Look, state: TrainingState, triggers: TriggerSpec) -> str | None:
    """Hold everything back while the declaration says so."""
    return "the declaration pauses this model" if triggers.paused else None


def seen(look: Look, state: TrainingState, triggers: TriggerSpec) -> str | None:
    """Hold a day back that a training has seen: a late, repeated or backfilled partition."""
    if state.last_training is not None and look.day <= state.last_training:
        return f"not after the last training, as of {state.last_training}, which has seen this day"
    return None


def overtaken(look: Look, state: TrainingState, triggers: TriggerSpec) -> str | None:
    """Hold a day back that a newer one was decided after: a training of today knows more."""
    if state.newest_decided is not None and look.day < state.newest_decided:
        return f"{state.newest_decided}, a newer day, was decided already"
    return None


def succeeded(look: Look, state: TrainingState, triggers: TriggerSpec) -> str | None:
    """Hold a look back that was at another champion, or at none, than there is now."""
    if look.champion == state.champion:
        return None
    looked_at, now = look.champion or "no champion", state.champion or "none"
    return f"it is of {looked_at}, and {now} is champion now"


def rollout(look: Look, state: TrainingState, triggers: TriggerSpec) -> str | None:
    """Hold back while a challenger runs beside the champion: it may be what is asked for."""
    if state.challenger is None:
        return None
    return f"{state.challenger} runs beside the champion; its rollout ends first"


def cooldown(look: Look, state: TrainingState, triggers: TriggerSpec) -> str | None:
    """Hold back for a while after any training."""
    if state.last_training is None:
        return None
    since = (look.day - state.last_training).days
    if since <= triggers.cooldown_days:
        return f"last training {since} days ago <= {triggers.cooldown_days} days"
    return None


def back_off(look: Look, state: TrainingState, triggers: TriggerSpec) -> str | None:
    """Double the wait with each candidate in a row that was rejected.

    The same drop would start the same futile training again. A promotion resets it.
    """
    rejected = state.rejected_in_a_row
    if state.last_training is None or not rejected:
        return None
    since = (look.day - state.last_training).days
    wait = max(triggers.cooldown_days, 1) * 2 ** min(rejected, _MOST_DOUBLINGS)
    if since <= wait:
        what = "candidate was" if rejected == 1 else f"{rejected} candidates in a row were"
        return f"the last {what} rejected, {since} days ago <= {wait} days"
    return None


def budget(look: Look, state: TrainingState, triggers: TriggerSpec) -> str | None:
    """Hold back when the last 30 days have had their trainings."""
    if triggers.max_per_30_days is None:
        return None
    first = look.day - dt.timedelta(days=_BUDGET_DAYS - 1)
    spent = sum(day >= first for day in state.trained)
    if spent >= triggers.max_per_30_days:
        return f"{spent} trainings in {_BUDGET_DAYS} days >= {triggers.max_per_30_days}"
    return None


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (paused, seen, overtaken, succeeded, rollout, cooldown, back_off, budget)
}


def held_by(look: Look, state: TrainingState, triggers: TriggerSpec) -> tuple[str, str] | None:
    """Return the first rule that holds a trigger back, and why; None if none does."""
    for name, rule in RULES.items():
        why = rule(look, state, triggers)
        if why is not None:
            return name, why
    return None
