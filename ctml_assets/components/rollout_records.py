"""What happens to a candidate after the gates, written down event by event."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctml_assets.core.rollout import (
    Rollout,
    RolloutEvent,
    RolloutKind,
    RolloutOutcome,
    rollout_of,
)
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import RegistryError
from ctml_assets.lake import (
    Lake,
    PromotionRecord,
    Registry,
    document_partitions,
    predicted_days,
)

Evaluation = Mapping[str, Any]


@dataclass(frozen=True)
class Signature:
    """Who did something, in which run, and when.

    Attributes
    ----------
    by
        A user, or what decided by itself: ``gates``, ``rollout``, ``guard``.
    run_id
        The run; empty on the command line.
    at
        UTC.
    """

    by: str
    run_id: str
    at: dt.datetime

    @property
    def time(self) -> str:
        """The time as records hold it."""
        return self.at.isoformat(timespec="seconds")


def first_day_served(as_of: dt.date, spec: ModelSpec, lake: Lake, *, today: dt.date) -> dt.date:
    """Return the first day that a version as of a day serves.

    Its last labels came ``label_delay_days`` after its day, and the last look as long after its
    own: until then another version served. What was predicted was predicted by another one too.
    Who served when is not rewritten later.

    Parameters
    ----------
    as_of
        The last day whose labels the version, or the verdict on it, knows.
    spec, lake
        The model's.
    today
        A look by hand at a day whose labels are still to come is of today.
    """
    wait = dt.timedelta(days=spec.label_delay_days)
    return max(as_of + wait, *_taken(spec, lake, today)) + dt.timedelta(days=1)


def first_day_back(
    champion: PromotionRecord, spec: ModelSpec, lake: Lake, *, today: dt.date
) -> dt.date:
    """Return the first day that a champion does not serve any more when it is rolled back now.

    A champion that has not served yet never will. Nothing else is waited for: no label is needed.
    """
    return max(champion.serves_from, first_day_free(spec, lake, today=today))


def first_day_free(spec: ModelSpec, lake: Lake, *, today: dt.date) -> dt.date:
    """Return the first day that was neither predicted nor looked at yet."""
    return max(_taken(spec, lake, today)) + dt.timedelta(days=1)


def _taken(spec: ModelSpec, lake: Lake, today: dt.date) -> list[dt.date]:
    """Return the last days that another version has had: predicted, or looked at by then."""
    looked = [
        dt.date.fromisoformat(it) for it in document_partitions(lake, spec.name, "drift_score")[-1:]
    ]
    predicted = [] if spec.inference_source is None else predicted_days(lake, spec.name)[-1:]
    if not predicted:
        # what was served is not logged: it was the other version's until the look was made
        wait = dt.timedelta(days=spec.label_delay_days)
        looked = [max(day, min(day + wait, today)) for day in looked]
    return [spec.start_date, *looked, *predicted]


def begin(
    registry: Registry,
    evaluation: Evaluation,
    kind: RolloutKind,
    *,
    spec: ModelSpec,
    signed: Signature,
) -> RolloutEvent:
    """Write down that a candidate waits for approval, or begins to run beside the champion.

    Another one that waits or runs gives way to it. Repeated, it changes nothing more.

    Raises
    ------
    RegistryError
        If the candidate is older than the champion, or than the one that waits or runs.
    """
    candidate = evaluation["candidate"]
    begun = Rollout(
        candidate,
        int(evaluation["champion_number"]),
        int(evaluation["evaluation"]),
        spec.promotion.rollout if kind is RolloutKind.STARTED else None,
    )
    known = dt.date.fromisoformat(str(evaluation["compared_to"]))
    day = first_day_served(known, spec, registry.lake, today=signed.at.date())
    events = registry.latest_rollout_events()
    number, now = number_after(events), rollout_of(events)
    same = now is not None and _compared(now) == _compared(begun)
    if now is not None and same and (now.spec == begun.spec or not now.waiting):
        return next(it for it in reversed(events) if it.version == candidate)
    _refuse_older(registry, registry.champion(), candidate)
    if now is not None and not same:
        _supersede(registry, number, now, candidate, day=day, signed=signed)
        number += 1
    reason = str(evaluation["reason"])
    return _append(registry, number, kind, begun, day=day, reason=reason, signed=signed)


def ended(registry: Registry, evaluation: Evaluation) -> RolloutEvent | None:
    """Return how what a candidate waited for or ran in has ended; None if it has not.

    Against another champion it is another matter.
    """
    own = evaluation["candidate"], int(evaluation["champion_number"])
    last = [it for it in registry.rollout_events() if _compared(it) == own][-1:]
    return last[0] if last and last[0].kind is RolloutKind.ENDED else None


def end_if_any(registry: Registry, record: PromotionRecord, signed: Signature) -> None:
    """End what waits or runs: a new champion leaves it nothing to be compared with.

    What began beside this very champion goes on: the promotion is an old one, told again.
    """
    events = registry.latest_rollout_events()
    rollout = rollout_of(events)
    if rollout is None or rollout.champion_number == record.number:
        return
    own = record.version == rollout.version
    outcome = RolloutOutcome.PROMOTED if own else RolloutOutcome.SUPERSEDED
    reason = record.reason if own else f"{record.version} became champion: {record.reason}"
    number, day = number_after(events), record.serves_from
    end(registry, number, rollout, outcome, day=day, reason=reason, signed=signed)


def number_after(events: Sequence[RolloutEvent]) -> int:
    """Return the number of the event that follows."""
    return events[-1].number + 1 if events else 1


def end(
    registry: Registry,
    number: int,
    rollout: Rollout,
    outcome: RolloutOutcome,
    *,
    day: dt.date,
    reason: str,
    signed: Signature,
) -> RolloutEvent:
    """Write down how a rollout ended, from a day of predictions on.

    The number is the one after the events that this follows from: what came meanwhile takes it.

    Raises
    ------
    ConflictError
        If something else has happened since.
    """
    return _append(
        registry,
        number,
        RolloutKind.ENDED,
        rollout,
        day=day,
        outcome=outcome,
        reason=reason,
        signed=signed,
    )


def next_stage(
    registry: Registry,
    number: int,
    rollout: Rollout,
    *,
    day: dt.date,
    reason: str,
    signed: Signature,
) -> RolloutEvent:
    """Write down that the next cohort begins, from a day of predictions on; else as `end`."""
    further = Rollout(
        rollout.version,
        rollout.champion_number,
        rollout.evaluation,
        rollout.spec,
        rollout.started,
        rollout.stage + 1,
        day,
    )
    kind = RolloutKind.STAGE
    return _append(registry, number, kind, further, day=day, reason=reason, signed=signed)


def _compared(it: Rollout | RolloutEvent) -> tuple[str, int]:
    """Return who is compared with whom: evaluated again, a candidate is still the same."""
    return it.version, it.champion_number


def _supersede(
    registry: Registry,
    number: int,
    rollout: Rollout,
    candidate: str,
    *,
    day: dt.date,
    signed: Signature,
) -> None:
    older, newer = registry.version(rollout.version), registry.version(candidate)
    if newer.as_of < older.as_of:
        doing = "waits for approval" if rollout.waiting else "runs beside the champion"
        raise RegistryError(
            f"{registry.model}: as_of must be {older.as_of} or later, that of {rollout.version}, "
            f"which {doing}, got {newer.as_of} of {candidate}; train a version on newer records"
        )
    why = f"{candidate} passed the gates after it"
    if candidate == rollout.version:
        why = "it passed the gates against another champion"
    end(registry, number, rollout, RolloutOutcome.SUPERSEDED, day=day, reason=why, signed=signed)


def _refuse_older(registry: Registry, champion: PromotionRecord | None, candidate: str) -> None:
    as_of = registry.version(candidate).as_of
    if champion is not None and as_of < champion.as_of:
        raise RegistryError(
            f"{registry.model}: as_of must be {champion.as_of} or later, the champion's, got "
            f"{as_of} of {candidate}; train a version on newer records"
        )


def _append(
    registry: Registry,
    number: int,
    kind: RolloutKind,
    rollout: Rollout,
    *,
    day: dt.date,
    reason: str,
    signed: Signature,
    outcome: RolloutOutcome | None = None,
) -> RolloutEvent:
    return registry.append_rollout(
        RolloutEvent(
            number=number,
            model=registry.model,
            kind=kind,
            version=rollout.version,
            champion_number=rollout.champion_number,
            evaluation=rollout.evaluation,
            day=day,
            stage=rollout.stage,
            rollout=rollout.spec if kind is RolloutKind.STARTED else None,
            outcome=outcome,
            reason=reason,
            by=signed.by,
            run_id=signed.run_id,
            at=signed.time,
        )
    )
