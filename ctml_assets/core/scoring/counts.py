"""What became of the rows that were to be predicted."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PredictionCounts:
    """What became of a day's, or a file's, rows.

    Attributes
    ----------
    rows
        All that were read.
    bad
        Those that break the contract: set aside, not predicted.
    duplicates
        Of these, how many only repeat an earlier record.
    by_arm
        Rows that each arm predicted, by its name.
    mean_prediction
        Mean of the champion's probabilities or values; None of several classes, or without rows.
    reasons
        The first different reasons why rows are bad, ten at most.
    """

    rows: int = 0
    bad: int = 0
    duplicates: int = 0
    by_arm: Mapping[str, int] = field(default_factory=dict)
    mean_prediction: float | None = None
    reasons: tuple[str, ...] = ()

    @property
    def predicted(self) -> int:
        """Records that were predicted."""
        return self.rows - self.bad
