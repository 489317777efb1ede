"""How many bad rows a day may have before it is refused as a whole."""

from fractions import Fraction

from ctml_assets.core.spec import ModelSpec


def too_many_bad_rows(spec: ModelSpec, bad: int, total: int) -> bool:
    """Tell whether a day has more bad rows than the declaration's ``max_bad_rows`` allows.

    Parameters
    ----------
    spec
        The declaration; ``max_bad_rows`` is a count, or a share such as ``5%``.
    bad
        Bad rows of the day.
    total
        All rows of the day, bad ones included.

    Returns
    -------
    bool
        True if `bad` exceeds the limit; exactly the limit is allowed.
    """
    limit = spec.max_bad_rows
    if isinstance(limit, str):
        return bad * 100 > Fraction(limit.rstrip("% ")) * total
    return bad > limit
