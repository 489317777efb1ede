"""Neutral values for what is wrong with an estimator, so that the rest of it is judged too."""

from typing import Any, Final

ESTIMATOR: Final = ("retraining", "estimator")
DIMENSION: Final = (*ESTIMATOR, "space", "*")
CHOICE: Final = (*DIMENSION, "choices", "*")
_NAMED: Final = frozenset({"space", "parameters"})


def pattern_in_estimator(pattern: tuple[str, ...]) -> tuple[str, ...]:
    """Put ``*`` in the place of a parameter's name, which is any text."""
    if len(pattern) > len(ESTIMATOR) + 1 and pattern[:2] == ESTIMATOR and pattern[2] in _NAMED:
        return (*pattern[:3], "*", *pattern[4:])
    return pattern


def mended_estimator(written: Any, preset: str) -> dict[str, Any]:
    """Give an estimator of one kind that keeps parameters and space to be judged.

    Parameters
    ----------
    written
        As it was declared.
    preset
        Stands for the preset or class that cannot be told.
    """
    kept = written if isinstance(written, dict) else {}
    return {"preset": preset} | {name: kept[name] for name in _NAMED if name in kept}


def mend_dimension(estimator: dict[str, Any], name: str, choice: str) -> None:
    """Make one dimension sound: its choices if it has some, else one that stands for it.

    One that stands under parameters too leaves the space.

    Parameters
    ----------
    estimator
        With a space; changed in place.
    name
        The parameter's.
    choice
        Stands for the range.
    """
    space, given = estimator["space"], estimator.get("parameters")
    written = space.pop(name, None)
    if not (isinstance(given, dict) and name in given):
        choices = written.get("choices") if isinstance(written, dict) else None
        space[name] = {"choices": choices or [choice]}
