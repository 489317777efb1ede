"""What a gate sees and what it answers. A failed gate is a result, not an exception."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ctml_assets.core.drift import LineWeight, SliceScore
from ctml_assets.core.gates.calibration_error import CalibrationError
from ctml_assets.core.gates.fresh_process import FreshProcess
from ctml_assets.core.gates.inputs import Inputs
from ctml_assets.core.spec import PromotionSpec

Scores = tuple[SliceScore, ...]


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
        The candidate's slice scores, with the influence of each day.
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
    candidate_by_rows, champion_by_rows
        The same scores with the influence of groups of rows, which tell how uncertain a slice is
        that has too few days; None where all have enough.
    reference_score
        The candidate's weighted score on all its test rows, those included that the champion
        learned from; None if it could not be scored.
    calibration
        How far the candidate's probabilities are from what happened there; None where it predicts
        no probabilities.
    candidate_calibration, champion_calibration
        How far both sides' are from what happened in the rows that neither learned from; None
        without champion or probabilities.
    fresh_process
        What a fresh process made of the stored artifact; None if none was asked.
    inputs
        What the version reads, and what is declared; None if nobody looked.
    """

    candidate: Scores
    champion: Scores | None
    weights: Mapping[str, LineWeight]
    rows: int
    absent: str = "no champion yet"
    as_of: dt.date | None = None
    champion_as_of: dt.date | None = None
    candidate_by_rows: Scores | None = None
    champion_by_rows: Scores | None = None
    reference_score: float | None = None
    calibration: CalibrationError | None = None
    candidate_calibration: CalibrationError | None = None
    champion_calibration: CalibrationError | None = None
    fresh_process: FreshProcess | None = None
    inputs: Inputs | None = None


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
