"""When a candidate becomes champion: the gates, who approves, how it is rolled out and guarded."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from ctml_assets.core.spec.base import Spec, disagreement

Approval = Literal["automatic", "manual"]
RolloutMode = Literal["immediate", "shadow", "ab", "staged"]


class RolloutSpec(Spec):
    """How a candidate that passed the gates comes to serve; a mode's name alone stands for it."""

    mode: Annotated[
        RolloutMode,
        Field(
            description="immediate: it serves at once; shadow: it scores every record beside the "
            "champion and nobody acts on it; ab: it serves a share of the entities; staged: it "
            "serves one cohort after the other",
            examples=["shadow"],
        ),
    ] = "immediate"
    share: Annotated[
        float | None,
        Field(
            gt=0,
            lt=1,
            description="of ab: share of the entities that the challenger serves; left out: 0.5",
            examples=[0.2],
        ),
    ] = None
    cohorts: Annotated[
        tuple[str, ...] | None,
        Field(
            description="of staged: names of slices as slice_scores shows them, lowest risk first; "
            "what is in none of them follows after the last",
            strict=False,
            min_length=1,
            examples=[["origin=LGA", "origin=JFK", "origin=EWR"]],
        ),
    ] = None
    min_days: Annotated[
        int,
        Field(
            ge=2,
            le=366,
            description="labelled days of predictions before anything is concluded, of staged: of "
            "each stage",
        ),
    ] = 7
    max_days: Annotated[
        int,
        Field(
            ge=2,
            le=366,
            description="days of predictions after which at_max_days decides, of staged: of each "
            "stage",
        ),
    ] = 28
    at_max_days: Annotated[
        Literal["reject", "promote"],
        Field(description="what becomes of a challenger of which nothing was concluded by then"),
    ] = "reject"
    margin: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="the challenger passes once it is surely not worse than the champion by "
            "more than this share of its score; 0: once it is surely better",
        ),
    ] = 0.0
    level: Annotated[
        float,
        Field(
            gt=0,
            le=0.5,
            description="probability that a look at any day of a rollout concludes what is not so",
        ),
    ] = 0.05

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_a_mode(cls, value: object) -> object:
        return {"mode": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fields_fit_the_mode(self) -> "RolloutSpec":
        for name, mode in (("share", "ab"), ("cohorts", "staged")):
            if getattr(self, name) is not None and self.mode != mode:
                raise disagreement(
                    name,
                    problem=f"must be left out of {self.mode}, got {getattr(self, name)!r}",
                    remedy=f"remove it, or set mode: {mode}",
                )
        if self.mode == "staged" and self.cohorts is None:
            raise disagreement(
                "cohorts",
                problem="must be given with mode: staged, got none",
                remedy="list the slices, lowest risk first",
            )
        for position, name in enumerate(self.cohorts or ()):
            if name in (self.cohorts or ())[:position]:
                raise disagreement(
                    "cohorts",
                    position,
                    problem=f"must differ from cohort to cohort, got {name!r} again",
                    remedy="remove it",
                )
        if self.max_days < self.min_days:
            raise disagreement(
                "max_days",
                problem=f"must be >= min_days ({self.min_days}), got {self.max_days}",
                remedy=f"use for example {4 * self.min_days}",
            )
        return self


class GuardSpec(Spec):
    """The watch over a new champion: its predecessor goes on in shadow, and comes back if better.

    It needs logged predictions, and so an ``inference_source``.
    """

    days: Annotated[
        int,
        Field(ge=2, le=366, description="first days of a champion on which it is guarded"),
    ] = 14
    min_days: Annotated[
        int, Field(ge=2, le=366, description="labelled days before it can be rolled back")
    ] = 3
    level: Annotated[
        float,
        Field(
            gt=0,
            le=0.5,
            description="probability that a champion that is as good as its predecessor is "
            "rolled back",
        ),
    ] = 0.05

    @model_validator(mode="after")
    def _some_days_are_left(self) -> "GuardSpec":
        if self.min_days > self.days:
            raise disagreement(
                "min_days",
                problem=f"must be <= days ({self.days}), got {self.min_days}",
                remedy="lower it",
            )
        return self


class PromotionSpec(Spec):
    """When a candidate replaces the champion."""

    min_improvement: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="share by which the candidate's weighted score must exceed the "
            "champion's on the same test rows",
            examples=[0.0],
        ),
    ] = 0.0
    margin: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="share of the champion's score by which the candidate must surely not be "
            "worse: the lower end of the gain's 95 % interval is above its negative",
            examples=[0.05],
        ),
    ] = 0.05
    max_slice_regression: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="share of the champion's score that a slice with weight > 0 may lose; a "
            "loss that chance explains is none",
            examples=[0.05],
        ),
    ] = 0.05
    min_score: Annotated[
        float | None,
        Field(
            description="the candidate's weighted score on its test rows must be at least this; "
            "null: no floor",
            examples=[0.6],
        ),
    ] = None
    max_calibration_error: Annotated[
        float | None,
        Field(
            gt=0,
            le=1,
            description="of a classifier: mean distance between predicted probabilities and "
            "observed frequencies on the test rows; null: not asked",
        ),
    ] = 0.1
    max_memory_mb: Annotated[
        float,
        Field(gt=0, description="memory of a fresh process that has loaded the model and scored"),
    ] = 4096.0
    max_latency_ms: Annotated[
        float,
        Field(gt=0, description="time that a fresh process takes to score 1,000 records"),
    ] = 1000.0
    approval: Annotated[
        Approval,
        Field(
            description="automatic: what passed the gates goes on; manual: it waits until somebody "
            "materializes promoted_model, or calls ctml promote"
        ),
    ] = "automatic"
    rollout: Annotated[
        RolloutSpec,
        Field(description="how it comes to serve; a mode's name, or more about it"),
    ] = RolloutSpec()
    guard: Annotated[
        GuardSpec | None,
        Field(description="the watch over a new champion's first days; null: none"),
    ] = GuardSpec()

    @field_validator("guard", mode="before")
    @classmethod
    def _false_is_none(cls, value: object) -> object:
        return None if value is False else value
