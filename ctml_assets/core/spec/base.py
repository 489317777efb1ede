"""What all parts of a declaration share: frozen, strict, no unknown fields, finite numbers."""

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

DISAGREEMENT = "declaration"


class Spec(BaseModel):
    """Base of every part of a declaration."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def disagreement(*at: str | int, problem: str, remedy: str) -> PydanticCustomError:
    """Make the error for a rule that no single field's type can state.

    Parameters
    ----------
    *at
        Path of the field to blame, relative to the part that raises; none: the part itself.
    problem
        What must hold and what came: ``must be <accepted set>, got <value>``.
    remedy
        What to do, as a short imperative sentence.

    Returns
    -------
    PydanticCustomError
        For the validator to raise. Its context holds `at`, `problem` and `remedy`.
    """
    context = {"at": at, "problem": problem, "remedy": remedy}
    return PydanticCustomError(DISAGREEMENT, "{problem}; {remedy}", context)
