"""The candidate must not do worse on a slice that matters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ctml_assets.core.drift import shares
from ctml_assets.core.drift.significance import critical_value, standard_errors
from ctml_assets.core.gates.paired import PairedSlice, paired_slices
from ctml_assets.core.gates.protocol import Evidence, Finding, GateVerdict
from ctml_assets.core.spec import PromotionSpec

LEVEL: Final = 0.05
"""Probability that one slice or more vetoes a candidate that is as good as the champion."""
MOST_UNSCORED: Final = 0.5
"""Share of the weight that may lie on slices which cannot be scored on the test rows."""


_NAMED = 5


@dataclass(frozen=True)
class SliceRegression:
    """Fails if a slice of weight > 0 loses more than ``max_slice_regression``, and not by chance.

    A loss counts if it is more than the allowed share of the champion's score, and its paired
    one-sided test says that the slice did get worse. Each of the k slices that are looked at is
    tested at 5 % / k (Bonferroni), so that all of them together veto a candidate that is nowhere
    worse once in twenty at most, however they overlap. Where it is not known how uncertain a loss
    is, its size alone decides. A slice that the champion can be scored on and the candidate cannot
    is not evaluable, unless another one fails. Slices that neither can be scored on are named; if
    more than half of the weight lies on them, nothing can be said.

    References
    ----------
    Dunn (1961), Multiple comparisons among means, doi:10.1080/01621459.1961.10482090.
    """

    name: str = "slice regression"

    def judge(self, evidence: Evidence, promotion: PromotionSpec) -> Finding:
        """Compare slice by slice and name those that got worse."""
        if evidence.champion is None:
            return Finding(self.name, GateVerdict.PASS, evidence.absent)
        weighing = [part for part in paired_slices(evidence) if part.weight > 0]
        compared = _worst_first(weighing)
        if not compared:
            return Finding(
                self.name,
                GateVerdict.NOT_EVALUABLE,
                "no slice of weight > 0 could be scored for both",
            )
        allowed = promotion.max_slice_regression
        failing = regressed(weighing, promotion)
        if failing:
            named = "; ".join(f"{_shown(part)}{_tested(part)}" for part in failing)
            why = f"worse by more than {allowed:.1%}: {named}"
            return Finding(self.name, GateVerdict.FAIL, why)
        lost = [part for part in weighing if part.candidate is None and part.champion is not None]
        if lost:
            named = "; ".join(
                f"{part.name} ({part.reason})" for part in sorted(lost, key=lambda part: part.name)
            )
            why = f"the champion can be scored, the candidate cannot: {named}"
            return Finding(self.name, GateVerdict.NOT_EVALUABLE, why)
        share, unscored = _unscored(weighing, evidence)
        told = f"{_passed(compared, allowed)}{unscored}"
        if share > MOST_UNSCORED:
            return Finding(self.name, GateVerdict.NOT_EVALUABLE, told)
        return Finding(self.name, GateVerdict.PASS, told)


def _unscored(slices: Sequence[PairedSlice], evidence: Evidence) -> tuple[float, str]:
    """Return the share of the weight on slices that could not be compared, and which they are."""
    parts = shares(
        [part.group for part in slices], [part.support for part in slices], evidence.weights
    )
    lacking = sorted(
        (
            (share, part)
            for share, part in zip(parts, slices, strict=True)
            if part.difference is None
        ),
        key=lambda it: (-it[0], it[1].name),
    )
    if not lacking:
        return 0.0, ""
    whole = math.fsum(share for share, _ in lacking)
    named = ", ".join(f"{part.name} ({part.reason})" for _, part in lacking[:_NAMED])
    others = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
    return whole, f"; not compared, {whole:.0%} of the weight: {named}{others}"


def regressed(slices: Sequence[PairedSlice], promotion: PromotionSpec) -> tuple[PairedSlice, ...]:
    """Return the slices of weight > 0 that lost too much, and not by chance; the worst first."""
    compared = _worst_first([part for part in slices if part.weight > 0])
    return tuple(
        part
        for part in compared
        if _loss(part) > promotion.max_slice_regression and _is_real(part, len(compared))
    )


def _worst_first(slices: Sequence[PairedSlice]) -> list[PairedSlice]:
    compared = [part for part in slices if part.difference is not None]
    return sorted(compared, key=lambda part: (-_loss(part), part.name))


def _passed(compared: Sequence[PairedSlice], allowed: float) -> str:
    worst = compared[0]
    told = (
        f"worst of {len(compared)} slices is {_shown(worst)}{_tested(worst)}, allowed "
        f"-{allowed:.1%}"
    )
    by_chance = sum(_loss(part) > allowed for part in compared)
    return f"{told}; chance explains the loss of {by_chance}" if by_chance else told


def _is_real(part: PairedSlice, looked_at: int) -> bool:
    error, freedom = part.standard_error, part.degrees_of_freedom
    if part.difference is None or error is None or freedom is None:
        return True
    # one in so many is the level of each
    needed = critical_value(looked_at / LEVEL, freedom)
    return standard_errors(0.0 - part.difference, error) > needed


def _loss(part: PairedSlice) -> float:
    """Return the share of the score that was lost; of a score of 0 any loss is too much."""
    if part.difference is None or part.champion is None:
        return -math.inf
    if part.champion == 0:
        return math.inf if part.difference < 0 else 0.0
    return (0.0 - part.difference) / abs(part.champion)


def _shown(part: PairedSlice) -> str:
    return f"{part.name} {part.champion:.4f} -> {part.candidate:.4f} ({0.0 - _loss(part):+.1%}"


def _tested(part: PairedSlice) -> str:
    error = part.standard_error
    if part.difference is None or error is None:
        return ")"
    found = standard_errors(part.difference, error)
    return f", {found:+.1f} standard errors)"
