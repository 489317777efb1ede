"""What a probe found, and what a day knows of the probes before it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ctml_assets.errors import DataError


@dataclass(frozen=True)
class Probing:
    """One probe, and what it gained; or why it could not be made.

    Attributes
    ----------
    day : date
        The day that made it.
    gain : float or None
        Probe minus champion, as a share of the champion's score; None if it could not be had.
    standard_error, degrees_of_freedom, gain_low, gain_high : float or None
        Of the gain, paired and clustered by day, with its 95 % interval; None if not known.
    probe_score, champion_score : float or None
        On the compared rows, over the same slices; higher is better.
    learned_from, learned_to : date or None
        The days that it learned from, inclusive; None if there were none (see `probe_days`).
    compared_from, compared_to : date or None
        The days that both were scored on, inclusive; neither has learned from them.
    compared_rows : int
        Their labelled rows.
    rows : int
        Rows that the probe learned from.
    seconds, cpu_seconds : float
        What it took, reading included.
    cut : str
        Why it learned from fewer rows than it might have: it is not repeatable then. Empty if the
        time sufficed.
    reason : str
        Why there is no gain; empty if there is one.
    """

    day: dt.date
    gain: float | None
    standard_error: float | None
    degrees_of_freedom: float | None
    gain_low: float | None
    gain_high: float | None
    probe_score: float | None
    champion_score: float | None
    learned_from: dt.date | None
    learned_to: dt.date | None
    compared_from: dt.date | None
    compared_to: dt.date | None
    compared_rows: int
    rows: int
    seconds: float
    cpu_seconds: float
    cut: str
    reason: str


@dataclass(frozen=True)
class StalenessProbe:
    """What a day knows of the probes since the last training.

    Attributes
    ----------
    day : date
        The partition.
    measured_with : str
        What the gains were measured with: those of another metric do not add up with them.
    champion : str or None
        Whom the probes are compared with; None if there is none.
    since : date or None
        The day of the last training, which the gains are summed from; None without a champion.
    probed : bool
        Whether the day has made a probe, or tried to; else ``latest`` is carried on.
    latest : Probing or None
        The latest probe; None if none was due yet.
    accumulated_gain : float
        Sum of the gains since the last training, never below 0 (see `accumulated`).
    probes : int
        How many probes it is the sum of.
    """

    # holds for the probe inside too
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(allow_inf_nan=False, extra="forbid")

    day: dt.date
    measured_with: str
    champion: str | None
    since: dt.date | None
    probed: bool
    latest: Probing | None
    accumulated_gain: float
    probes: int

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "StalenessProbe":
        """Return what a day's document says.

        Raises
        ------
        DataError
            If it is no such document, or a number in it is not finite.
        """
        try:
            return _adapter().validate_python(document)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            where = ".".join(map(str, problem["loc"])) or "the document"
            raise DataError(
                f"staleness_probe: {where} must be as staleness_probe writes it, got "
                f"{problem['input']!r}; materialize staleness_probe again"
            ) from error


@cache
def _adapter() -> TypeAdapter[StalenessProbe]:
    return TypeAdapter(StalenessProbe)
