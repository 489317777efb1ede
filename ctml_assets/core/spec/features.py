"""Features: the columns a model learns from, and the contract each of them must keep."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ctml_assets.core.spec.base import Spec, disagreement

FeatureKind = Literal["numeric", "categorical"]
TimeFeature = Literal["hour", "day_of_week", "month"]


class FeatureSpec(Spec):
    """One input column of the model and the bounds that its values keep."""

    name: Annotated[
        str, Field(min_length=1, description="the column's name", examples=["distance"])
    ]
    kind: Annotated[FeatureKind, Field(description="numeric or categorical", examples=["numeric"])]
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
            min_length=1,
            examples=[["EWR", "JFK"]],
        ),
    ] = None
    nullable: Annotated[bool, Field(description="may a value be missing")] = True

    @model_validator(mode="after")
    def _bounds_fit_the_kind(self) -> "FeatureSpec":
        for bound in ("min", "max"):
            limit = getattr(self, bound)
            if self.kind == "categorical" and limit is not None:
                raise disagreement(
                    bound,
                    problem=f"must be left out of a categorical feature, got {limit}",
                    remedy="declare values instead",
                )
        if self.kind == "numeric" and self.values is not None:
            raise disagreement(
                "values",
                problem=f"must be left out of a numeric feature, got {list(self.values)}",
                remedy="declare min and max instead",
            )
        if self.min is not None and self.max is not None and self.min > self.max:
            raise disagreement(
                "min",
                problem=f"must be <= max ({self.max}), got {self.min}",
                remedy="swap min and max",
            )
        return self
