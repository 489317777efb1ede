"""Features: the columns a model learns from, and the contract each of them must keep."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ctml_assets.core.spec.base import Spec

FeatureKind = Literal["numeric", "categorical"]
TimeFeature = Literal["hour", "day_of_week", "month"]


class FeatureSpec(Spec):
    """One input column of the model and the bounds that its values keep."""

    name: Annotated[str, Field(min_length=1, description="the column's name")]
    kind: Annotated[FeatureKind, Field(description="numeric or categorical")]
    min: Annotated[
        float | None, Field(description="smallest allowed value (numeric only)", examples=[0])
    ] = None
    max: Annotated[
        float | None, Field(description="largest allowed value (numeric only)", examples=[100])
    ] = None
    values: Annotated[
        tuple[str, ...] | None,
        Field(
            description="allowed values (categorical only); left out: any value, also one that "
            "training never saw",
            strict=False,
            examples=[["EWR", "JFK"]],
        ),
    ] = None
    nullable: Annotated[bool, Field(description="may a value be missing")] = True

    @model_validator(mode="after")
    def _bounds_fit_the_kind(self) -> "FeatureSpec":
        if self.kind == "categorical" and (self.min is not None or self.max is not None):
            raise ValueError("min and max belong to numeric features; declare values instead")
        if self.kind == "numeric" and self.values is not None:
            raise ValueError("values belong to categorical features; declare min and max instead")
        if self.values is not None and not self.values:
            raise ValueError("values must name at least one value; leave it out to allow any")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min must be <= max, got {self.min} > {self.max}; swap them")
        return self
