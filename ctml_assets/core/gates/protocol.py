"""What a gate sees and what it answers. A failed gate is a result, not an exception."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ctml_assets.core.drift import LineWeight, SliceScore
from ctml_assets.core.spec import PromotionSpec


class GateVerdict(StrEnum):
    """Three outcomes; only ``PASS`` lets a candidate through."""

    PASS = "pass"  # noqa: S105  (an outcome, not a password)
    FAIL = "fail"
    NOT_EVALUABLE = "not evaluable"


@dataclass(frozen=True)
class Evidence:
    """Champion and candidate on the same test rows, which neither learned from.

    Attributes
    ----------
    candidate
        The candidate's slice scores.
    champion
        The champion's on the same rows; None where there is no champion.
    weights
        Weight of each line of slices.
    rows
        Number of labelled test rows.
    absent
        Why there is no champion to compare with, where there is none.
    as_of, champion_as_of
        The days that the two were trained as of; None where unknown or absent.
    """

    candidate: tuple[SliceScore, ...]
    champion: tuple[SliceScore, ...] | None
    weights: Mapping[str, LineWeight]
    rows: int
    absent: str = "no champion yet"
    as_of: dt.date | None = None
    champion_as_of: dt.date | None = None


@dataclass(frozen=True)
class Finding:
    """One gate's answer.

    Attributes
    ----------
    gate
        The gate's name.
    verdict
        Pass, fail or not evaluable.
    reason
        In numbers, naming the slice where there is one.
    """

    gate: str
    verdict: GateVerdict
    reason: str


class Gate(Protocol):
    """Answers one question about a candidate."""

    @property
    def name(self) -> str:
        """The name shown with its finding."""
        ...

    def judge(self, evidence: Evidence, promotion: PromotionSpec) -> Finding:
        """Judge the candidate; never raises on poor evidence: that is not evaluable."""
        ...
