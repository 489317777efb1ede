"""One day of a rollout or of the guard: compare what was logged, decide, and write it down."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ctml_assets.assets.rollout import guard_comparison, rollout_comparison
from ctml_assets.components.arms import guarded
from ctml_assets.components.promoting import promote, rolled_back
from ctml_assets.components.rollout_days import ArmDays, arm_days
from ctml_assets.components.rollout_records import (
    Signature,
    end,
    end_if_any,
    first_day_served,
    next_stage,
    number_after,
)
from ctml_assets.core.rollout import (
    Arm,
    Comparison,
    Rollout,
    RolloutOutcome,
    Step,
    StepKind,
    guard_step,
    next_step,
    rollout_of,
)
from ctml_assets.core.spec import GuardSpec, ModelSpec, RolloutSpec
from ctml_assets.errors import ConflictError, RegistryError
from ctml_assets.lake import (
    PromotionRecord,
    Registry,
    document_key,
    document_partitions,
    read_document,
)
from ctml_assets.resources.naming import ROLLOUT_STATUS
from ctml_assets.sensors import due_day

ROLL_BACK, CANNOT_ROLL_BACK = "roll back", "cannot roll back"


@dataclass(frozen=True)
class Status:
    """What became of a rollout, or of a guarded champion, on a day.

    Attributes
    ----------
    day
        The day whose labels came last.
    state
        ``none``, ``running``, ``guarded``; as the day began.
    champion
        Version; None if there is none.
    waiting
        The candidate that waits for approval; None if none does.
    challenger
        The candidate that runs beside the champion; of the guard, the champion's predecessor. None
        without.
    mode
        Of the rollout; ``guard`` for the guard, empty without either.
    stage, cohort
        Of staged: how many cohorts were passed, and the one that is compared.
    margin
        Of the rollout, as it was declared when it began.
    started
        First day of the rollout, or of the guard; None without either.
    began
        First day that is compared; None if nothing is.
    step
        What was decided: ``go on``, ``next stage``, ``promote``, ``reject``, ``roll back``,
        ``cannot roll back``.
    reason
        Why, in numbers.
    comparison
        What it was decided on; None if nothing is compared. Of the guard, the champion is the
        challenger of its predecessor.
    left_out
        Days that were not compared, by ISO date, and why.
    record
        The promotion that was made; None if none was.
    decides
        Whether the day decided; not one whose labels are still to come, nor one that a later day
        was decided before.
    """

    day: dt.date
    state: str
    champion: str | None
    waiting: str | None = None
    challenger: str | None = None
    mode: str = ""
    stage: int = 0
    cohort: str = ""
    margin: float = 0.0
    started: dt.date | None = None
    began: dt.date | None = None
    step: str = ""
    reason: str = ""
    comparison: Comparison | None = None
    left_out: tuple[tuple[str, str], ...] = ()
    record: PromotionRecord | None = None
    decides: bool = True


def rolled_out(registry: Registry, spec: ModelSpec, day: dt.date, signed: Signature) -> Status:
    """Compare, decide and write down what follows; repeated, it decides nothing twice.

    A day before one that was decided already is only compared: its decision would come too late.

    Parameters
    ----------
    registry
        The model's.
    spec
        A complete declaration with an inference source.
    day
        The day whose labels came.
    signed
        The run; who decides is written by what decides.
    """
    champion, events = registry.champion(), registry.latest_rollout_events()
    rollout = _standing(registry, rollout_of(events), champion, signed)
    if champion is None:
        return _beside_waiting(Status(day, "none", None, reason="no champion yet"), rollout)
    if rollout is not None and rollout.spec is not None:
        running = _Running(registry, spec, day, champion, rollout, number_after(events))
        return running.status(rollout.spec, signed)
    guard = spec.promotion.guard
    served = guarded(champion, guard, day) if day >= champion.serves_from else None
    if guard is None or served is None:
        due = day <= due_day(spec, signed.at)
        status = Status(day, "none", champion.version, reason="no challenger", decides=due)
    else:
        status = _guarded(registry, spec, day, champion, guard, signed)
    return _beside_waiting(status, rollout)


def _standing(
    registry: Registry,
    rollout: Rollout | None,
    champion: PromotionRecord | None,
    signed: Signature,
) -> Rollout | None:
    """Return what waits or runs; end first what a process that was killed left open."""
    if rollout is None or champion is None or rollout.champion_number == champion.number:
        return rollout
    end_if_any(registry, champion, replace(signed, by=champion.by))
    return None


def _beside_waiting(status: Status, rollout: Rollout | None) -> Status:
    """Add the candidate that waits, unless a roll-back has just ended its waiting."""
    if rollout is None or status.record is not None:
        return status
    reason = f"{rollout.version} waits for approval; {status.reason}"
    return replace(status, waiting=rollout.version, reason=reason)


@dataclass(frozen=True)
class _Running:
    registry: Registry
    spec: ModelSpec
    day: dt.date
    champion: PromotionRecord
    rollout: Rollout
    number: int

    def status(self, declared: RolloutSpec, signed: Signature) -> Status:
        found = self._days(declared)
        comparison = rollout_comparison(
            found.challenger, found.champion, rollout=declared, spec=self.spec
        )
        step = next_step(self.rollout, comparison, self.day)
        status = Status(
            self.day,
            "running",
            self.champion.version,
            challenger=self.rollout.version,
            mode=declared.mode,
            stage=self.rollout.stage,
            cohort=declared.cohorts[self.rollout.stage] if declared.cohorts else "",
            margin=declared.margin,
            started=self.rollout.started,
            began=self.rollout.stage_from,
            step=step.kind.value,
            reason=step.reason,
            comparison=comparison,
            left_out=_told(found),
        )
        why = _undecided(self.registry, self.spec, self.day, signed.at)
        if why:
            return _only_compared(status, why, step)
        return replace(status, record=self._act(step, replace(signed, by="rollout")))

    def _days(self, declared: RolloutSpec) -> ArmDays:
        first = self.rollout.stage_from or self.day
        return arm_days(
            self.registry.lake,
            self.spec,
            _from_to(first, self.day),
            challenger=(Arm.CHALLENGER, self.rollout.version),
            champion=(Arm.CHAMPION, self.champion.version),
            paired=declared.mode != "ab",
        )

    def _act(self, step: Step, signed: Signature) -> PromotionRecord | None:
        if step.kind is StepKind.GO_ON:
            return None
        today = signed.at.date()
        after = first_day_served(self.day, self.spec, self.registry.lake, today=today)
        if step.kind is StepKind.NEXT_STAGE:
            next_stage(
                self.registry,
                self.number,
                self.rollout,
                day=after,
                reason=step.reason,
                signed=signed,
            )
            return None
        if step.kind is StepKind.REJECT:
            end(
                self.registry,
                self.number,
                self.rollout,
                RolloutOutcome.REJECTED,
                day=after,
                reason=step.reason,
                signed=signed,
            )
            return None
        evaluation = {
            **self.registry.evaluation(self.rollout.version, self.rollout.evaluation),
            "compared_to": self.day.isoformat(),
            "reason": step.reason,
        }
        return promote(self.registry, evaluation, self.champion, spec=self.spec, signed=signed)


def _guarded(
    registry: Registry,
    spec: ModelSpec,
    day: dt.date,
    champion: PromotionRecord,
    guard: GuardSpec,
    signed: Signature,
) -> Status:
    former = champion.previous or ""
    found = arm_days(
        registry.lake,
        spec,
        _from_to(champion.serves_from, day),
        challenger=(Arm.CHAMPION, champion.version),
        champion=(Arm.FORMER, former),
        paired=True,
    )
    comparison = guard_comparison(found.challenger, found.champion, guard=guard, spec=spec)
    step = guard_step(comparison, guard)
    back = step.kind is StepKind.REJECT
    status = Status(
        day,
        "guarded",
        champion.version,
        challenger=former,
        mode="guard",
        started=champion.serves_from,
        began=champion.serves_from,
        step=ROLL_BACK if back else step.kind.value,
        reason=step.reason,
        comparison=comparison,
        left_out=_told(found),
    )
    why = _undecided(registry, spec, day, signed.at)
    if why:
        return _only_compared(status, why, step)
    return status if not back else _back(registry, spec, status, former, signed)


def _back(
    registry: Registry, spec: ModelSpec, status: Status, former: str, signed: Signature
) -> Status:
    try:
        record = rolled_back(
            registry,
            spec,
            to=former,
            reason=status.reason,
            by="guard",
            run_id=signed.run_id,
            now=signed.at,
        )
    except ConflictError:
        raise
    except RegistryError as error:
        # it was not compared with any other: who takes its place is for somebody to say
        problem = f"{status.reason}; but it cannot be rolled back: {error}"
        return replace(status, step=CANNOT_ROLL_BACK, reason=problem)
    return replace(status, record=record)


def _undecided(registry: Registry, spec: ModelSpec, day: dt.date, now: dt.datetime) -> str:
    """Return why nothing follows from a day; empty if it decides."""
    if day > due_day(spec, now):
        return f"the labels of {day} are not due yet"
    stored = document_partitions(registry.lake, registry.model, ROLLOUT_STATUS)
    later = (it for it in reversed(stored) if it > day.isoformat())
    keys = (document_key(registry.model, ROLLOUT_STATUS, it) for it in later)
    if any(read_document(registry.lake, key)["decides"] for key in keys):
        return "a later day was decided already"
    return ""


def _only_compared(status: Status, why: str, step: Step) -> Status:
    reason = f"{why}, nothing follows from this one: {step.reason}"
    return replace(status, step=StepKind.GO_ON.value, reason=reason, decides=False)


def _told(found: ArmDays) -> tuple[tuple[str, str], ...]:
    return tuple((day.isoformat(), why) for day, why in found.left_out.items())


def _from_to(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
