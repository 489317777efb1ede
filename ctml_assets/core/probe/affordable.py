"""How many rows a probe may learn from, by the time that a pilot took."""

import math


def affordable_rows(
    rows: int, *, pilot_rows: int, pilot_seconds: float, seconds_left: float
) -> int:
    """Return how many of the rows can be learned from in the time that is left.

    Time is taken to grow with the rows in proportion. What a fit takes whatever its rows are is in
    the pilot too, so that the bound errs on the safe side.

    Parameters
    ----------
    rows
        Rows that there are.
    pilot_rows
        Rows that the pilot learned from, >= 1; what it could afford is never refused.
    pilot_seconds
        What it took, >= 0.
    seconds_left
        What there is left; nothing is if it is <= 0.

    Examples
    --------
    >>> affordable_rows(20_000, pilot_rows=1000, pilot_seconds=0.2, seconds_left=3.0)
    15000
    >>> affordable_rows(20_000, pilot_rows=1000, pilot_seconds=2.0, seconds_left=1.0)
    1000
    """
    if not pilot_seconds > 0:
        return rows
    share = min(max(seconds_left, 0.0) / pilot_seconds * pilot_rows, float(rows))
    # rounded first, so that 3.0 / 0.2 of 1000 is 15000 and not the number below it
    return min(rows, max(pilot_rows, math.floor(round(share, 6))))
