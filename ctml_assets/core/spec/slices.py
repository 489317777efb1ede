"""Which slices the monitor scores, and what each weighs."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ctml_assets.core.spec.base import Spec, disagreement


class SliceSpec(Spec):
    """One line of the declaration: one slice, or one per value, bin or combination of values.

    ``weight`` belongs to the line: the slices it makes that can be compared share it, equally or
    (``weight_by: support``) in proportion to their rows. Where two sides are compared, the rows
    of the side being scored now count for both, so that the drop still splits into the slices'
    contributions without a rest.
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
    columns: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...] | None,
        Field(
            description="one slice per combination of values of these 2 to 4 columns that occurs",
            strict=False,
            min_length=2,
            max_length=4,
            examples=[["origin", "carrier"]],
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
            description="name of the line; default: overall, the column, or the columns",
            examples=["evening_jfk"],
        ),
    ] = None
    weight: Annotated[
        float, Field(ge=0, description="the line's share of the drift score", examples=[1.0])
    ] = 1.0
    weight_by: Annotated[
        Literal["equal", "support"],
        Field(
            description="how the line's slices share its weight: equally, or in proportion to "
            "their support (labelled rows) on the side being scored now, for both sides alike",
            examples=["support"],
        ),
    ] = "equal"

    @model_validator(mode="after")
    def _one_kind(self) -> "SliceSpec":
        kinds = ("overall", "column", "columns", "where")
        given = [name for name in kinds if getattr(self, name) is not None]
        if len(given) != 1:
            came = " and ".join(given) or "none of them"
            raise disagreement(
                problem=f"must have exactly one of overall, column, columns and where, got {came}",
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
        for position, column in enumerate(self.columns or ()):
            if column in (self.columns or ())[:position]:
                raise disagreement(
                    "columns",
                    position,
                    problem=f"must differ from column to column, got {column!r} again",
                    remedy="name another column, or remove it",
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
        """The line's name: the declared one, the column, the columns, or ``overall``."""
        return self.name or self.column or ", ".join(self.columns or ()) or "overall"
