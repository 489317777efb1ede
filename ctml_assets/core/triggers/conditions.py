"""Triggers joined by ``any`` and ``all``, in a logic of three answers."""

from collections.abc import Mapping, Sequence

from ctml_assets.core.spec import ConditionSpec
from ctml_assets.core.triggers.look import Look
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState, Trigger


def asked(
    condition: ConditionSpec, look: Look, state: TrainingState, triggers: Mapping[str, Trigger]
) -> Answer:
    """Return a condition's answer.

    Parameters
    ----------
    condition
        One trigger, or several joined.
    look, state
        What they see.
    triggers
        The family, by name.
    """
    if condition.any is not None:
        return any_of([asked(inner, look, state, triggers) for inner in condition.any])
    if condition.all is not None:
        return all_of([asked(inner, look, state, triggers) for inner in condition.all])
    settings = getattr(condition, condition.kind)
    return triggers[condition.kind].ask(settings, look, state)


def any_of(answers: Sequence[Answer]) -> Answer:
    """Fire if one fires; else not evaluable if one is. Those that fire give the reason.

    Examples
    --------
    >>> fired = Answer(Answered.YES, "drop 9% >= 5%", "performance")
    >>> open_ = Answer(Answered.UNKNOWN, "no probe", "staleness")
    >>> any_of([open_, fired])
    Answer(answered=<Answered.YES: 'yes'>, reason='drop 9% >= 5%', trigger='performance')
    >>> any_of([open_]).answered
    <Answered.UNKNOWN: 'not evaluable'>
    """
    return _joined(answers, decisive=Answered.YES, other=Answered.NO)


def all_of(answers: Sequence[Answer]) -> Answer:
    """Fire if all fire; not if one does not; else not evaluable.

    Examples
    --------
    >>> fired = Answer(Answered.YES, "drop 9% >= 5%", "performance")
    >>> changed = Answer(Answered.YES, "psi 0.4 >= 0.25", "data_change")
    >>> all_of([fired, changed]).trigger
    'performance+data_change'
    """
    return _joined(answers, decisive=Answered.NO, other=Answered.YES)


def _joined(answers: Sequence[Answer], *, decisive: Answered, other: Answered) -> Answer:
    found = [it.answered for it in answers]
    if decisive in found:
        answered = decisive
    else:
        answered = Answered.UNKNOWN if Answered.UNKNOWN in found else other
    # an answer that decides nothing is no reason; where none decides all are
    telling = [it for it in answers if it.answered is decisive] or list(answers)
    return Answer(
        answered,
        "; ".join(dict.fromkeys(it.reason for it in telling)),
        "+".join(dict.fromkeys(name for it in telling for name in it.trigger.split("+"))),
    )
