"""Choose the candidates that are significant among all that were looked at, worst first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ctml_assets.core.discovery.feature import Feature, Part
from ctml_assets.core.discovery.search import Candidates

_TIE_DIGITS: Final = 10


@dataclass(frozen=True)
class Significant:
    """A candidate that is significant by itself; numbers in units of the scaled loss.

    Attributes
    ----------
    choice : tuple of (int, int)
        Feature and code, one or two of them.
    parts : tuple of Part
        What the codes mean.
    support : int
        Rows inside.
    mean, excess, sure_excess, standard_error, p_value : float
        As in `FoundSlice`.
    limit : float
        The largest p-value, not adjusted, that is significant for a slice of its kind.
    """

    choice: tuple[tuple[int, int], ...]
    parts: tuple[Part, ...]
    support: int
    mean: float
    excess: float
    sure_excess: float
    standard_error: float
    p_value: float
    limit: float

    @property
    def name(self) -> str:
        """The parts' names, joined."""
        return " and ".join(part.name for part in self.parts)

    @property
    def where(self) -> str:
        """The parts' predicates, joined."""
        return " and ".join(part.where for part in self.parts)


def choose_significant(
    batches: Iterable[Candidates], features: Sequence[Feature], level: float
) -> list[Significant]:
    """Return the significant candidates, worst first.

    The level is shared equally by the slices of one feature and those of two, and by all
    candidates within either: the few slices of one feature need not pay for the many of two.
    """
    kept: list[Candidates] = []
    counts: Counter[int] = Counter()
    for batch in batches:
        size = len(batch.features)
        counts[size] += len(batch.p_value)
        # the limit only falls as more are counted: what exceeds it now need not be kept
        promising = batch[batch.p_value * counts[size] <= level]
        if len(promising.p_value):
            kept.append(promising)
    sizes = sum(count > 0 for count in counts.values())
    found = [
        slice_
        for batch in kept
        for slice_ in _slices(batch, features, level, sizes * counts[len(batch.features)])
    ]
    # rounded, so that the order of the rows cannot decide between equals
    found.sort(key=lambda one: (-round(one.sure_excess, _TIE_DIGITS), len(one.choice), one.name))
    return found


def _slices(
    batch: Candidates, features: Sequence[Feature], level: float, trials: int
) -> Iterator[Significant]:
    limit = level / trials
    batch = batch[batch.p_value <= limit]
    means = batch.tally.sums / batch.tally.rows
    sure = batch.outside.sure_excess(limit)
    for at, codes in enumerate(batch.codes.tolist()):
        choice = tuple(zip(batch.features, codes, strict=True))
        yield Significant(
            choice=choice,
            parts=tuple(features[number].parts[code] for number, code in choice),
            support=int(batch.tally.rows[at]),
            mean=float(means[at]),
            excess=float(batch.outside.excess[at]),
            sure_excess=float(sure[at]),
            standard_error=float(batch.outside.standard_error[at]),
            p_value=float(batch.p_value[at] * trials),
            limit=limit,
        )
