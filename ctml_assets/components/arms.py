"""Which versions a day of predictions has: champion, challenger, guarded champion's predecessor."""

import datetime as dt

from ctml_assets.core.rollout import ArmPlan, Rollout, rollout_of
from ctml_assets.core.spec import GuardSpec, ModelSpec, RolloutSpec
from ctml_assets.lake import PromotionRecord, Registry

# Of ab, where no share is declared.
EVEN = 0.5


def plan_of(registry: Registry, spec: ModelSpec, day: dt.date) -> ArmPlan | None:
    """Return who scores the records of a day; None if there is no champion yet.

    Parameters
    ----------
    registry
        The model's.
    spec
        The declaration; of a rollout that runs, what was declared when it began counts.
    day
        The day of the records.
    """
    record = registry.champion_on(day)
    if record is None:
        return None
    rollout = rollout_of(registry.latest_rollout_events(day), day)
    if rollout is not None and runs_beside(rollout, record):
        return _with_challenger(record, rollout)
    former = guarded(record, spec.promotion.guard, day)
    return ArmPlan(champion=record.version, former=former)


def runs_beside(rollout: Rollout, champion: PromotionRecord) -> bool:
    """Tell whether a challenger runs beside this champion, and not beside an earlier one."""
    return not rollout.waiting and rollout.champion_number == champion.number


def guarded(champion: PromotionRecord, guard: GuardSpec | None, day: dt.date) -> str | None:
    """Return the version that a champion is guarded by on a day; None if it is not.

    Neither is one that was rolled back to, nor one that somebody forced and answers for.
    """
    if guard is None or champion.previous is None or champion.kind != "promotion":
        return None
    return champion.previous if (day - champion.serves_from).days < guard.days else None


def _with_challenger(champion: PromotionRecord, rollout: Rollout) -> ArmPlan:
    declared = rollout.spec or RolloutSpec()
    return ArmPlan(
        champion=champion.version,
        challenger=rollout.version,
        mode=declared.mode,
        share=(declared.share or EVEN) if declared.mode == "ab" else 0.0,
        cohorts=declared.cohorts or (),
        stage=rollout.stage,
    )
