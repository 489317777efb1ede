"""When to end a study: what the trials left over are expected to gain."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ctml_assets.errors import DataError

# Fewer draws say too little of how far the values spread: chance would end studies.
MIN_DRAWS = 6
MIN_DRAWS_WITH_EARLIER = 3
MIN_VALUES = 3


@dataclass(frozen=True)
class Prospect:
    """What is expected of the trials that are left.

    Attributes
    ----------
    best
        Best value so far, higher is better.
    gain
        Expected gain over ``best`` of all trials left, >= 0, in units of the objective; None: not
        evaluable, see ``reason``.
    draws
        The study's own draws, pruned ones among them.
    reason
        How the gain comes about, or why it is not evaluable, in numbers.
    """

    best: float
    gain: float | None
    draws: int
    reason: str


def prospect(
    *,
    starts: Sequence[float],
    draws: Sequence[float | None],
    left: int,
    earlier: Sequence[float | None] = (),
) -> Prospect:
    """Estimate by how much the best of the trials left will beat the best so far.

    The next draw beats n draws with a chance of 1 / (n + 1), whatever their distribution, and by
    sigma on average: the upper half's mean excess over the next lower draw, as if the tail were
    exponential. A start that leads all draws by L makes that chance exp(L / sigma) times smaller.
    The best of m such draws then gains sigma * sum((1 - (1 - p)^j) / j for j = 1 ... m).

    Parameters
    ----------
    starts
        Values of trials that the sampler did not draw: the champion's parameters, an earlier
        study's, the defaults. Higher is better.
    draws
        Values of the sampler's trials, in any order. None: pruned, known to be worse than the best.
    left
        Trials that may still be run, >= 0.
    earlier
        The `gaps` of earlier studies of the same model and space. They serve as further draws,
        measured from the best start, until a draw of this study beats every start: then the
        optimum has moved, and they are left out.

    Returns
    -------
    Prospect
        Not evaluable with fewer than 6 draws (3 where earlier ones serve), or 3 values among them.

    Raises
    ------
    DataError
        A value is not finite, there is none at all, or ``left`` is negative.

    References
    ----------
    Renyi (1953), On the theory of order statistics, Acta Math. Acad. Sci. Hung. 4.

    Examples
    --------
    >>> draws = [0.71, 0.72, 0.73, 0.74, 0.75, 0.76]
    >>> prospect(starts=[0.70], draws=draws, left=1).reason
    '6 draws have a mean excess of 0.02: 1 more may gain 0.00286'
    >>> prospect(starts=[0.80], draws=draws, left=1).reason
    '6 draws, 0.04 below the best start, have a mean excess of 0.02: 1 more may gain 0.000387'
    """
    _require_finite(starts=starts, draws=draws, earlier=earlier)
    if not left >= 0:
        raise DataError(
            f"prospect: left must be >= 0, got {left!r}; pass the trials that may still be run"
        )
    best = _best(starts, draws)
    if best is None:
        raise DataError(
            "prospect: starts and draws must hold one value or more, got none; ask after the first "
            "complete trial"
        )
    if left == 0:
        return Prospect(best, 0.0, len(draws), "no trial is left")
    gain, reason = _gain(best, draws, _serving(starts, draws, earlier), left)
    return Prospect(best, gain, len(draws), reason)


def is_worth_it(prospect: Prospect, min_improvement: float) -> bool:
    """Tell whether a study should go on.

    Parameters
    ----------
    prospect
        Of its trials left.
    min_improvement
        The least gain to go on for, a share of the absolute best value, >= 0; 0: always go on.

    Returns
    -------
    bool
        True where the prospect is not evaluable.

    Raises
    ------
    DataError
        ``min_improvement`` is negative or not finite.

    Examples
    --------
    >>> is_worth_it(Prospect(best=-62.6, gain=0.05, draws=9, reason=""), 0.001)
    False
    """
    if not 0 <= min_improvement < math.inf:
        raise DataError(
            f"is_worth_it: min_improvement must be finite and >= 0, got {min_improvement!r}; use "
            "for example 0.002"
        )
    if min_improvement == 0 or prospect.gain is None:
        return True
    return prospect.gain > min_improvement * abs(prospect.best)


def gaps(*, starts: Sequence[float], draws: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return what a finished study hands on to the next: each draw minus the study's best value.

    The next study starts from that best, so from there its draws are measured.

    Parameters
    ----------
    starts, draws
        As of `prospect`.

    Returns
    -------
    tuple of float
        All <= 0; None of a pruned draw. Empty if no trial has a value.

    Raises
    ------
    DataError
        A value is not finite.

    Examples
    --------
    >>> gaps(starts=[0.75], draws=[0.5, None])
    (-0.25, None)
    """
    _require_finite(starts=starts, draws=draws)
    best = _best(starts, draws)
    if best is None:
        return ()
    return tuple(None if value is None else value - best for value in draws)


def _serving(
    starts: Sequence[float], draws: Sequence[float | None], earlier: Sequence[float | None]
) -> list[float | None]:
    if not starts or any(value is not None and value > max(starts) for value in draws):
        return []
    return [None if gap is None else max(starts) + gap for gap in earlier]


def _gain(
    best: float, draws: Sequence[float | None], known: Sequence[float | None], left: int
) -> tuple[float | None, str]:
    pool = [*draws, *known]
    values = sorted((value for value in pool if value is not None), reverse=True)
    these = f"{len(draws)} draws" + (f" and {len(known)} earlier ones" if known else "")
    needed = MIN_DRAWS_WITH_EARLIER if known else MIN_DRAWS
    if len(draws) < needed:
        return None, f"{these}: {needed} draws are needed"
    if len(values) < MIN_VALUES:
        return None, f"{these}, {len(values)} of them complete: {MIN_VALUES} are needed"
    sigma, lead = _spread(values, len(pool)), max(best - values[0], 0.0)
    if not math.isfinite(sigma):
        return None, f"{these} have a mean excess of {sigma:g}"
    chance = math.exp(-lead / sigma) / (len(pool) + 1) if sigma > 0 else 0.0
    gain = sigma * _expected_excess(chance, left)
    if lead:
        these += f", {lead:.3g} below the best start,"
    return gain, f"{these} have a mean excess of {sigma:.3g}: {left} more may gain {gain:.3g}"


def _spread(values: Sequence[float], draws: int) -> float:
    upper = min(max(math.ceil(draws / 2), MIN_VALUES), len(values) - 1)
    return sum(value - values[upper] for value in values[:upper]) / upper


def _expected_excess(chance: float, draws: int) -> float:
    """Return the expected maximum of as many unit exponentials as draws come up by chance."""
    total, none_yet = 0.0, 1.0
    for j in range(1, draws + 1):
        none_yet *= 1.0 - chance
        total += (1.0 - none_yet) / j
    return total


def _best(starts: Sequence[float], draws: Sequence[float | None]) -> float | None:
    return max((value for value in (*starts, *draws) if value is not None), default=None)


def _require_finite(**families: Sequence[float | None]) -> None:
    for name, values in families.items():
        for value in values:
            if value is not None and not math.isfinite(value):
                raise DataError(
                    f"prospect: {name} must be finite, got {value!r}; pass a trial without a score "
                    "as pruned (None)"
                )
