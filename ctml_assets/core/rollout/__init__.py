"""From the gates to champion: challengers beside the champion, compared day by day."""

from ctml_assets.core.rollout.arms import Arm, ArmPlan, Assignment, assign, cohort_numbers
from ctml_assets.core.rollout.comparison import (
    Comparison,
    compare,
    compare_apart,
    compare_guarded,
    widest,
)
from ctml_assets.core.rollout.entity_groups import entity_groups
from ctml_assets.core.rollout.events import (
    Rollout,
    RolloutEvent,
    RolloutKind,
    RolloutOutcome,
    rollout_of,
)
from ctml_assets.core.rollout.judge import (
    Step,
    StepKind,
    guard_step,
    level_of,
    next_step,
)
from ctml_assets.core.rollout.power import detectable
from ctml_assets.core.rollout.sequence import Bounds, bounds

__all__ = [
    "Arm",
    "ArmPlan",
    "Assignment",
    "Bounds",
    "Comparison",
    "Rollout",
    "RolloutEvent",
    "RolloutKind",
    "RolloutOutcome",
    "Step",
    "StepKind",
    "assign",
    "bounds",
    "cohort_numbers",
    "compare",
    "compare_apart",
    "compare_guarded",
    "detectable",
    "entity_groups",
    "guard_step",
    "level_of",
    "next_step",
    "rollout_of",
    "widest",
]
