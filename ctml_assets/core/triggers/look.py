"""One day's monitoring result: all that a decision is made of."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ctml_assets.core.drift import Verdict
from ctml_assets.errors import DataError


@dataclass(frozen=True)
class Drop:
    """A score, what it is compared with, and how far it fell.

    Attributes
    ----------
    score, reference
        Higher is better.
    relative_drop
        (reference - score) / abs(reference); positive if the score fell.
    standard_error
        Of the relative drop, were nothing changed: both sides' uncertainty; None if not known.
    degrees_of_freedom
        Of the standard error; None without one.
    """

    score: float
    reference: float
    relative_drop: float
    standard_error: float | None = None
    degrees_of_freedom: float | None = None


@dataclass(frozen=True)
class EarlierLook:
    """What an earlier look of the same champion saw: see `Look`."""

    day: dt.date
    drop: Drop | None
    slices: Mapping[str, Drop] = field(default_factory=dict)


@dataclass(frozen=True)
class Probe:
    """What the latest probe since the last training said.

    Attributes
    ----------
    day
        Its day.
    gain
        Probe minus champion on the same rows, as a share of the champion's score; positive: a
        retrain would gain. None if it could not be had.
    standard_error, degrees_of_freedom
        Of the gain, paired and clustered by day; None if not known.
    accumulated
        Sum of the gains since the last training, never below 0.
    probes
        How many probes since then.
    reason
        Why there is no gain; empty if there is one.
    """

    day: dt.date
    gain: float | None
    standard_error: float | None
    degrees_of_freedom: float | None
    accumulated: float
    probes: int
    reason: str = ""


@dataclass(frozen=True)
class Changes:
    """How far the data have moved from the champion's training sample.

    Attributes
    ----------
    rows, sample_rows
        Rows now, rows of the sample.
    effects
        By measure, then by column: the effect, >= 0, larger is more changed. The classifier's is
        its ROC AUC, under the name ``all columns``.
    giveaways
        The columns that tell old from new best, for the classifier; most telling first.
    reason
        Why nothing could be measured; empty if it was.
    """

    rows: int
    sample_rows: int
    effects: Mapping[str, Mapping[str, float]]
    giveaways: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Estimate:
    """The score that calibrated probabilities promise for the days without labels.

    Attributes
    ----------
    drop
        The estimated score against the champion's reference; None if there is none.
    first_day, last_day
        The days, inclusive; None without any.
    rows
        Their rows.
    reason
        Why there is no estimate; empty if there is one.
    """

    drop: Drop | None
    first_day: dt.date | None
    last_day: dt.date | None
    rows: int
    reason: str = ""


@dataclass(frozen=True)
class Look:
    """One day's monitoring result.

    What no declared trigger asks for is not there: None, or empty.

    Attributes
    ----------
    day
        The partition.
    verdict
        OK, DEGRADED or UNKNOWN.
    reason
        Why the verdict is what it is.
    champion
        The version that was looked at; None if there is none.
    drop
        The drift score against the reference; None if it is not known.
    score
        The drift score, also where nothing is there to compare it with.
    worst
        The slices that most of the drop comes from, in words; may be empty.
    blocked
        Why the day's data are not to be used, for a verdict or a training; empty if they are.
    slices
        The slices that triggers name: their own drops.
    since_rejection
        The drift score against what the champion scored where its latest rejected candidate was
        no better; None if none was rejected since its promotion.
    slices_since_rejection
        The same for the slices that triggers name.
    earlier
        The looks of the days before, of the same champion and without a gap, newest first; no more
        than triggers ask for.
    residuals
        Daily drops in standard deviations of a day, oldest first, of the champion's days since the
        last training; positive is worse.
    probe, changes, estimate
        See there.
    reference
        The champion's reference score, over all its slices.
    best_reference
        The best reference of any champion so far that was measured alike.
    new_rows
        Labelled rows since the last training.
    history_days, history_rows
        Days of records up to ``day``; labelled rows in them, counted up to ``min_rows``. None
        while a champion can score.
    """

    # holds for the parts inside too
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(allow_inf_nan=False, extra="forbid")

    day: dt.date
    verdict: Verdict
    reason: str
    champion: str | None = None
    drop: Drop | None = None
    score: float | None = None
    worst: str = ""
    blocked: str = ""
    slices: Mapping[str, Drop] = field(default_factory=dict)
    since_rejection: Drop | None = None
    slices_since_rejection: Mapping[str, Drop] = field(default_factory=dict)
    earlier: tuple[EarlierLook, ...] = ()
    residuals: tuple[float, ...] = ()
    probe: Probe | None = None
    changes: Changes | None = None
    estimate: Estimate | None = None
    reference: float | None = None
    best_reference: float | None = None
    new_rows: int | None = None
    history_days: int | None = None
    history_rows: int | None = None

    def as_document(self) -> dict[str, Any]:
        """Return the look as JSON values."""
        document: dict[str, Any] = _adapter().dump_python(self, mode="json", exclude_defaults=True)
        return document

    @classmethod
    def from_document(cls, document: Any) -> "Look":
        """Return the look that a document describes.

        Raises
        ------
        DataError
            If it is none, or a number in it is not finite.
        """
        try:
            return _adapter().validate_python(document)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]
            where = ".".join(map(str, problem["loc"])) or "the document"
            raise DataError(
                f"look: {where} must be as drift_score writes it, got {problem['input']!r}; "
                "materialize drift_score again"
            ) from error


@cache
def _adapter() -> TypeAdapter[Look]:
    return TypeAdapter(Look)
