"""What a probe gains over the champion on the same rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ctml_assets.core.drift import Interval, LineWeight, SliceScore, drift_score


@dataclass(frozen=True)
class Gain:
    """Probe against champion.

    Attributes
    ----------
    share : float or None
        (probe - champion) / abs(champion), of the weighted slice scores; positive: the probe is
        better. None if it could not be had.
    interval : Interval or None
        Of the share, paired and clustered by day; None if the days do not tell.
    probe_score, champion_score : float or None
        Over the slices that both are scored on; higher is better.
    reason : str
        Why there is no share; empty if there is one.
    """

    share: float | None
    interval: Interval | None
    probe_score: float | None
    champion_score: float | None
    reason: str = ""


def gain_over(
    champion: Sequence[SliceScore],
    probe: Sequence[SliceScore],
    *,
    weights: Mapping[str, LineWeight],
) -> Gain:
    """Compare a probe with the champion, both scored on the same rows by the same days.

    What makes a day hard is hard for both, so it cancels: the interval is of the difference, and
    is far narrower than that of either score.

    Parameters
    ----------
    champion, probe : sequence of SliceScore
        Slice scores of the same rows, each with its influence by day (`core.drift.score_rows`).
    weights : mapping of str to LineWeight
        Weight by line of slices.

    Examples
    --------
    >>> champion = [SliceScore("overall", "overall", 900, 0.70, "")]
    >>> probe = [SliceScore("overall", "overall", 900, 0.77, "")]
    >>> round(gain_over(champion, probe, weights={"overall": LineWeight(1.0)}).share, 12)
    0.1
    """
    # A drift score with the champion as its reference: one set of shares, the same slices.
    compared = drift_score(probe, champion, weights=weights, max_drop=1.0)
    if compared.relative_drop is None:
        return Gain(None, None, compared.score, compared.reference, compared.reason)
    drop = compared.drop_interval
    return Gain(
        # from 0.0, so that no gain is not minus 0
        0.0 - compared.relative_drop,
        None
        if drop is None
        else Interval(
            drop.standard_error, drop.degrees_of_freedom, 0.0 - drop.high, 0.0 - drop.low
        ),
        compared.score,
        compared.reference,
    )
