"""Which slices the monitor scores, and what each weighs."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ctml_assets.core.spec.base import Spec, disagreement


class SliceSpec(Spec):
    """One line of the declaration: one slice, or one slice per value or bin of a column.

    ``weight`` belongs to the line: the slices it makes that can be compared share it equally.
    """

    overall: Annotated[
        Literal[True] | None, Field(description="true: all rows are one slice", examples=[True])
    ] = None
    column: Annotated[
        str | None,
        Field(
            min_length=1,
            description="one slice per value of this column, or per bin of it",
            examples=["origin"],
        ),
    ] = None
    values: Annotated[
        tuple[str, ...] | None,
        Field(
            description="only these values of the column",
            strict=False,
            min_length=1,
            examples=[["EWR", "JFK"]],
        ),
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
        str | None,
        Field(
            min_length=1,
            description="name of the line; default: overall or the column",
            examples=["evening_jfk"],
        ),
    ] = None
    weight: Annotated[
        float, Field(ge=0, description="the line's share of the drift score", examples=[1.0])
    ] = 1.0

    @model_validator(mode="after")
    def _one_kind(self) -> "SliceSpec":
        given = [name for name in ("overall", "column", "where") if getattr(self, name) is not None]
        if len(given) != 1:
            came = " and ".join(given) or "none of them"
            raise disagreement(
                problem=f"must have exactly one of overall, column and where, got {came}",
                remedy="keep or add one, for example column: origin",
            )
        for part in ("values", "bins"):
            if self.column is None and getattr(self, part) is not None:
                raise disagreement(
                    part,
                    problem=f"must be left out of a line without column, got {given[0]}",
                    remedy="remove it, or make it a line with column",
                )
        if self.values is not None and self.bins is not None:
            raise disagreement(
                "bins",
                problem="must be left out of a line with values, got both",
                remedy="remove one of the two",
            )
        if self.where is not None and self.name is None:
            raise disagreement(
                "name",
                problem="must be given to a line with where, got none",
                remedy="add for example name: evening_jfk",
            )
        if self.bins is not None and list(self.bins) != sorted(set(self.bins)):
            raise disagreement(
                "bins",
                problem=f"must ascend without repetition, got {list(self.bins)}",
                remedy=f"use for example {sorted(set(self.bins))}",
            )
        return self

    @property
    def group(self) -> str:
        """The line's name: ``overall``, the column, or the declared name."""
        return self.name or self.column or "overall"
