"""One slice's score, with what pulled it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ctml_assets.errors import DataError


@dataclass(frozen=True)
class SliceScore:
    """The metric on one slice.

    Attributes
    ----------
    group : str
        Name of the declaration's line that made the slice.
    name : str
        The slice's name.
    support : int
        Labelled rows in it.
    score : float or None
        The metric, higher is better, always finite; None if it cannot be evaluated.
    reason : str
        Why there is no score, in numbers; empty if there is one.
    influence : mapping of str to float
        By cluster, a day or a group of rows: how its rows pull the score, the sum of the score's
        derivatives by the times that each row counts. They sum to 0. Empty if it is not known.
    error_bound : float
        How far the score may be from the exact one; 0 unless predictions had to be binned.
    clusters : float
        How many clusters of equal size tell as much as those that the slice's rows fall into,
        (sum n)^2 / sum n^2 (Kish): 1 if all its rows are of one day. 0: as many as `influence` has.
    """

    group: str
    name: str
    support: int
    score: float | None
    reason: str
    influence: Mapping[str, float] = field(default_factory=dict)
    error_bound: float = 0.0
    clusters: float = 0.0

    def __post_init__(self) -> None:
        if self.score is not None and not math.isfinite(self.score):
            raise DataError(
                f"slice {self.name}: score must be finite or None, got {self.score!r}; "
                "give None and the reason"
            )
