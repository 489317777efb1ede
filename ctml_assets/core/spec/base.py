"""What all parts of a declaration share: frozen, strict, no unknown fields, finite numbers."""

from pydantic import BaseModel, ConfigDict


class Spec(BaseModel):
    """Base of every part of a declaration."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
