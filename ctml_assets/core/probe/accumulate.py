"""Gains that add up: what no single probe shows, several do."""

from collections.abc import Sequence


def accumulated(gains: Sequence[float]) -> tuple[float, ...]:
    """Return the sum of the gains after each of them, never below 0.

    A champion that is better than a probe starts at 0 again: it gets no credit that a later loss
    would have to use up first. That is Page's cumulative sum, C = max(0, C + gain).

    Parameters
    ----------
    gains
        Of the probes since the last training, oldest first.

    References
    ----------
    Page (1954), Continuous inspection schemes, Biometrika 41, doi:10.1093/biomet/41.1-2.100.

    Examples
    --------
    >>> accumulated([0.25, -0.5, 0.125, 0.25])
    (0.25, 0.0, 0.125, 0.375)
    """
    sums: list[float] = []
    for gain in gains:
        sums.append(max(0.0, (sums[-1] if sums else 0.0) + gain))
    return tuple(sums)
