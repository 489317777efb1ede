"""One promotion: an immutable, numbered record."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ctml_assets.core.drift import SliceScore
from ctml_assets.errors import RegistryError
from ctml_assets.lake.documents import require_fields

PromotionKind = Literal["promotion", "forced", "rollback"]
_KINDS = get_args(PromotionKind)


@dataclass(frozen=True)
class PromotionRecord:
    """A version became champion; the highest number serves.

    Attributes
    ----------
    number : int
        Counted from 1 without gaps.
    model : str
        Name of the monitored model.
    kind : str
        ``promotion`` of a candidate; ``forced``: of one that had not passed every gate;
        ``rollback`` to an earlier champion.
    version : str
        The new champion.
    previous : str or None
        The champion before it; None for the first.
    sha256 : str
        Of the new champion's artifact, hexadecimal.
    size : int
        Of the artifact, bytes.
    as_of : date
        The day the champion was trained as of.
    serves_from : date
        The first day that it serves: the day after ``as_of`` and its label delay, and never a day
        that was looked at before the promotion.
    reference_score : float
        Weighted score on its own test set; higher is better, finite. Of a rollback: the one that
        the version had.
    reference : tuple of SliceScore
        Its slice scores there.
    yardstick : str
        What they were measured with (see ``core.yardstick``).
    reason : str
        Why it was promoted.
    by : str
        Who: a user, or what decided by itself (``gates``, ``rollout``, ``guard``).
    run_id : str
        The run that promoted it; empty on the command line.
    promoted_at : str
        When, ISO 8601.
    """

    number: int
    model: str
    kind: PromotionKind
    version: str
    previous: str | None
    sha256: str
    size: int
    as_of: dt.date
    serves_from: dt.date
    reference_score: float
    reference: tuple[SliceScore, ...]
    yardstick: str
    reason: str
    by: str
    run_id: str
    promoted_at: str

    def __post_init__(self) -> None:
        if not math.isfinite(self.reference_score):
            raise RegistryError(
                f"{self.model}: reference_score must be finite, got {self.reference_score!r}; a "
                "version without a score is never promoted"
            )

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "PromotionRecord":
        """Return the record that a document describes (see ``lake.documents.document_of``).

        Raises
        ------
        ValueError
            If fields are missing or unknown, or a value does not fit its field.
        """
        require_fields(cls, document)
        values = dict(document)
        if values["kind"] not in _KINDS:
            raise ValueError(f"kind {values['kind']!r}, none of {', '.join(_KINDS)}")
        for name in ("as_of", "serves_from"):
            values[name] = dt.date.fromisoformat(str(values[name]))
        values["reference"] = tuple(SliceScore(**part) for part in values["reference"])
        return cls(**values)
