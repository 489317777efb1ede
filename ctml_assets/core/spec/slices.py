"""Which slices the monitor scores, and what each weighs."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ctml_assets.core.spec.base import Spec


class SliceSpec(Spec):
    """One line of the declaration: one slice, or one slice per value or bin of a column.

    ``weight`` belongs to the line: the slices it makes that can be compared share it equally.
    """

    overall: Annotated[Literal[True] | None, Field(description="true: all rows are one slice")] = (
        None
    )
    column: Annotated[
        str | None, Field(description="one slice per value of this column, or per bin of it")
    ] = None
    values: Annotated[
        tuple[str, ...] | None,
        Field(description="only these values of the column", strict=False, min_length=1),
    ] = None
    bins: Annotated[
        tuple[float, ...] | None,
        Field(
            description="edges of numeric bins, ascending; a bin holds its left edge, the last "
            "bin both",
            strict=False,
            min_length=2,
            examples=[[0, 6, 12, 18, 24]],
        ),
    ] = None
    where: Annotated[
        str | None,
        Field(
            description="a predicate over columns, needs a name",
            examples=["origin == 'JFK' and event_hour >= 17"],
        ),
    ] = None
    name: Annotated[
        str | None, Field(description="name of the line; default: overall or the column")
    ] = None
    weight: Annotated[
        float, Field(ge=0, description="the line's share of the drift score", examples=[1.0])
    ] = 1.0

    @model_validator(mode="after")
    def _one_kind(self) -> "SliceSpec":
        given = [name for name in ("overall", "column", "where") if getattr(self, name) is not None]
        if len(given) != 1:
            came = " and ".join(given) or "none of them"
            raise ValueError(f"declare exactly one of overall, column and where, got {came}")
        if self.column is None and (self.values is not None or self.bins is not None):
            raise ValueError("values and bins go with column; add column or remove them")
        if self.values is not None and self.bins is not None:
            raise ValueError("declare values or bins, not both")
        if self.where is not None and not self.name:
            raise ValueError("a predicate needs a name; add for example name: evening_jfk")
        if self.bins is not None and list(self.bins) != sorted(set(self.bins)):
            raise ValueError(f"bins must ascend without repetition, got {list(self.bins)}")
        return self

    @property
    def group(self) -> str:
        """The line's name: ``overall``, the column, or the declared name."""
        return self.name or self.column or "overall"
