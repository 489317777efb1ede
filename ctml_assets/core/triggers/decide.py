"""The decision of one look: the triggers, and the rules that hold them back."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers.bootstrap import Bootstrap
from ctml_assets.core.triggers.change_point import ChangePoint
from ctml_assets.core.triggers.conditions import any_of, asked
from ctml_assets.core.triggers.data_change import DataChange
from ctml_assets.core.triggers.interval import Interval
from ctml_assets.core.triggers.label_free import LabelFree
from ctml_assets.core.triggers.look import Look
from ctml_assets.core.triggers.max_age import MaxAge
from ctml_assets.core.triggers.performance import Performance
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState, Trigger
from ctml_assets.core.triggers.reference_floor import ReferenceFloor
from ctml_assets.core.triggers.restraint import held_by
from ctml_assets.core.triggers.staleness import Staleness
from ctml_assets.core.triggers.volume import Volume

# The names are those of ``ConditionSpec``; bootstrap is always asked, and never declared.
TRIGGERS: dict[str, Trigger] = {
    trigger.name: trigger
    for trigger in (
        Performance(),
        Staleness(),
        MaxAge(),
        ReferenceFloor(),
        ChangePoint(),
        DataChange(),
        LabelFree(),
        Interval(),
        Volume(),
    )
}


class Outcome(StrEnum):
    """What became of a look."""

    FIRED = "fired"
    HELD_BACK = "held back"
    BELOW = "below"
    NOT_EVALUABLE = "not evaluable"


@dataclass(frozen=True)
class Decision:
    """Retrain or not.

    Attributes
    ----------
    day
        The look's day, which a training would be "as of".
    outcome
        Whether a trigger fired, and whether a rule held it back.
    reason
        In numbers.
    trigger
        The trigger that fired, held back or not; several are joined by ``+``. None if none did.
    held_by
        The rule that held it back; None if none did.
    """

    day: dt.date
    outcome: Outcome
    reason: str
    trigger: str | None = None
    held_by: str | None = None

    @property
    def fired(self) -> bool:
        """True: a training is asked for."""
        return self.outcome is Outcome.FIRED


def decide(look: Look, state: TrainingState, spec: ModelSpec) -> Decision:
    """Decide on one look.

    A day whose data are not to be used decides nothing, not even by the clock: a training would
    learn from them.
    """
    if look.blocked:
        return Decision(look.day, Outcome.NOT_EVALUABLE, f"not evaluable: {look.blocked}")
    answer = _answer(look, state, spec)
    if answer.answered is Answered.UNKNOWN:
        return Decision(look.day, Outcome.NOT_EVALUABLE, answer.reason)
    if not answer.fired:
        return Decision(look.day, Outcome.BELOW, answer.reason)
    if spec.inference_source is None:
        # nothing is logged that could end a rollout: it holds nothing back
        state = replace(state, challenger=None)
    held = held_by(look, state, spec.triggers)
    if held is not None:
        rule, why = held
        reason = f"{answer.reason}; held back by {rule}: {why}"
        return Decision(look.day, Outcome.HELD_BACK, reason, answer.trigger, rule)
    return Decision(look.day, Outcome.FIRED, answer.reason, answer.trigger)


def _answer(look: Look, state: TrainingState, spec: ModelSpec) -> Answer:
    if state.champion is None or look.history_days is not None:
        # Nothing else can be asked of a model that no champion scores.
        return Bootstrap().ask(spec.retraining, look, state)
    return any_of([asked(condition, look, state, TRIGGERS) for condition in spec.triggers.when])
