"""What a discovered slice is reported as."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FoundSlice:
    """A slice that nobody declared and whose loss is significantly higher than elsewhere.

    Attributes
    ----------
    name : str
        Readable, such as ``origin=EWR and temp=[30, 45)``.
    where : str
        The same as a predicate: as ``where:`` in a declaration it selects the same rows.
    support : int
        Rows inside.
    mean_inside, mean_outside : float
        Mean loss of the rows inside, and of all others; higher is worse.
    excess : float
        mean_inside - mean_outside, > 0.
    sure_excess : float
        Lower bound of the excess that holds for all slices looked at together, with probability
        1 - level; > 0. The slices are reported by it, largest first.
    standard_error : float
        Of the excess; clustered by day if days were given.
    p_value : float
        One-sided, times the number of candidates of as many features, and times 2 if there are
        candidates of one and of two features (Bonferroni); at most ``level``. For a slice of two
        features the largest of three: against all other rows, and against the rest of either
        feature's slice.
    share : float
        support * excess / sum of abs(loss): the part by which the total loss would fall if the
        rows inside were as good as the others.
    """

    name: str
    where: str
    support: int
    mean_inside: float
    mean_outside: float
    excess: float
    sure_excess: float
    standard_error: float
    p_value: float
    share: float
