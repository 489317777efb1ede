"""What a look at a rollout, or at a guarded champion, leads to."""

import datetime as dt
import math
from dataclasses import dataclass
from enum import StrEnum

from ctml_assets.core.rollout.comparison import Comparison
from ctml_assets.core.rollout.events import Rollout
from ctml_assets.core.rollout.power import POWER
from ctml_assets.core.spec import GuardSpec, RolloutSpec
from ctml_assets.errors import DeclarationError


class StepKind(StrEnum):
    """What is done."""

    GO_ON = "go on"
    NEXT_STAGE = "next stage"
    PROMOTE = "promote"
    REJECT = "reject"


@dataclass(frozen=True)
class Step:
    """What is done, and why, in numbers."""

    kind: StepKind
    reason: str


def level_of(spec: RolloutSpec) -> float:
    """Return the level of one comparison; the stages of a staged rollout share its level.

    Examples
    --------
    >>> level_of(RolloutSpec(mode="staged", cohorts=["origin=LGA", "origin=JFK"]))
    0.025
    """
    return spec.level / max(len(spec.cohorts or ()), 1)


def next_step(rollout: Rollout, comparison: Comparison, day: dt.date) -> Step:
    """Decide what a look at a rollout leads to.

    Surely worse: rejected, at every stage, and all cohorts go back to the champion. Else surely not
    worse by more than the margin: the next cohort, and after the last one promoted. Else after
    ``max_days`` what was declared, or rejected if fewer than ``min_days`` labelled days could be
    compared. Nothing before that.

    Parameters
    ----------
    rollout : Rollout
        A running one.
    comparison : Comparison
        Of its present stage.
    day : date
        The last day of predictions that is looked at.

    Returns
    -------
    Step

    Raises
    ------
    DeclarationError
        The rollout has not begun.
    """
    spec, since = rollout.spec, rollout.stage_from
    if spec is None or since is None:
        raise DeclarationError(
            f"next_step: rollout must be a running one, got {rollout.version}, which waits; "
            "approve it first"
        )
    passed = StepKind.PROMOTE
    if spec.mode == "staged" and rollout.stage + 1 < len(spec.cohorts or ()):
        passed = StepKind.NEXT_STAGE
    seen = described(comparison)
    if comparison.days >= spec.min_days:
        if comparison.high is not None and comparison.high < 0:
            return Step(StepKind.REJECT, f"worse than the champion: {seen}")
        if comparison.low is not None and comparison.low > -spec.margin:
            better = f"not worse by {spec.margin:.2%}" if spec.margin else "better"
            return Step(passed, f"{better}: {seen}")
    elapsed = (day - since).days + 1
    if elapsed >= spec.max_days:
        known = comparison.low is not None and math.isfinite(comparison.low)
        if not known or comparison.days < spec.min_days:
            # what was declared is for a comparison that is open, not for none
            return Step(StepKind.REJECT, f"not evaluable in {elapsed} days: {seen}")
        kind = passed if spec.at_max_days == "promote" else StepKind.REJECT
        return Step(
            kind, f"nothing concluded in {elapsed} days, at_max_days: {spec.at_max_days}; {seen}"
        )
    if comparison.days < spec.min_days:
        return Step(
            StepKind.GO_ON,
            f"{comparison.days} labelled days, fewer than min_days: {spec.min_days}; {seen}",
        )
    hope = ""
    if comparison.detectable is not None:
        hope = (
            f"; a true difference of {comparison.detectable:.2%} is found by day {spec.max_days} "
            f"with a probability of {POWER:.0%}"
        )
    return Step(
        StepKind.GO_ON, f"nothing concluded on day {elapsed} of {spec.max_days}: {seen}{hope}"
    )


def guard_step(comparison: Comparison, spec: GuardSpec) -> Step:
    """Decide whether a guarded champion is rolled back: REJECT if it is surely worse.

    Parameters
    ----------
    comparison : Comparison
        Of the champion with its predecessor, by `compare_guarded`.
    spec : GuardSpec
        The guard.

    Returns
    -------
    Step
        REJECT or GO_ON.
    """
    seen = described(comparison)
    if comparison.days < spec.min_days:
        return Step(
            StepKind.GO_ON,
            f"{comparison.days} labelled days, fewer than min_days: {spec.min_days}; {seen}",
        )
    if comparison.high is not None and comparison.high < 0:
        return Step(StepKind.REJECT, f"worse than its predecessor: {seen}")
    return Step(StepKind.GO_ON, f"not surely worse than its predecessor: {seen}")


def described(comparison: Comparison) -> str:
    """Describe a comparison in one line.

    Examples
    --------
    >>> described(Comparison(9, 4000, 0.812, 0.8, 0.015, 0.002, 0.028, ""))
    'gain +1.50% (+0.20% to +2.80%) over 9 days, 4,000 rows: 0.8120 against 0.8000'
    """
    if comparison.gain is None:
        return f"not evaluable: {comparison.reason}"
    bounds = f"(bounds not evaluable: {comparison.reason})"
    if comparison.low is not None and comparison.high is not None:
        bounds = f"({comparison.low:+.2%} to {comparison.high:+.2%})"
    return (
        f"gain {comparison.gain:+.2%} {bounds} over {comparison.days} days, "
        f"{comparison.rows:,} rows: {comparison.challenger:.4f} against {comparison.champion:.4f}"
    )
