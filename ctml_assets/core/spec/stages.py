"""How a model is monitored and retrained."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from ctml_assets.core.spec.base import Spec, disagreement
from ctml_assets.core.spec.estimator import DEFAULT_PRESET, EstimatorSpec
from ctml_assets.core.spec.slices import SliceSpec


class SliceDiscoverySpec(Spec):
    """The search for the worst slices that nobody declared; ``true`` takes all defaults."""

    window_days: Annotated[
        int,
        Field(
            ge=3,
            le=366,
            description="days to search; bad days look like bad slices, so few days show nothing",
        ),
    ] = 28
    max_features: Annotated[
        int, Field(ge=1, le=2, description="features that a found slice may combine")
    ] = 2
    top: Annotated[int, Field(ge=1, le=100, description="slices to show at most")] = 10
    level: Annotated[
        float,
        Field(gt=0, lt=1, description="probability that a look shows any slice by chance alone"),
    ] = 0.05
    bins: Annotated[
        int, Field(ge=2, le=50, description="quantile bins of a numeric feature of many values")
    ] = 5


class MonitoringSpec(Spec):
    """The monitoring pipeline."""

    cron: Annotated[
        str, Field(description="when the monitor runs, UTC; five fields", examples=["0 6 * * *"])
    ] = "0 6 * * *"
    window_days: Annotated[
        int, Field(ge=1, le=366, description="days of records that one drift score looks at")
    ] = 7
    metric: Annotated[
        str | None,
        Field(
            description="a metric's name; left out: roc_auc for binary classification, "
            "neg_log_loss for multiclass classification, neg_mean_absolute_error for regression",
            examples=["roc_auc"],
        ),
    ] = None
    min_support: Annotated[
        int, Field(ge=1, description="a slice with fewer labelled rows is not scored")
    ] = 50
    min_label_coverage: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="share of a day's records whose label must be in for the day to be scored "
            "and trained on; labels that come early are not like the others",
        ),
    ] = 0.95
    max_missing_increase: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="a day on which the share of missing values of any feature has grown by "
            "more, against the days before it, is neither scored nor trained on",
        ),
    ] = 0.75
    slices: Annotated[
        tuple[SliceSpec, ...] | None,
        Field(
            description="left out: overall, and each categorical feature of 2 to 10 values",
            strict=False,
            min_length=1,
            examples=[[{"overall": True}, {"column": "origin"}]],
        ),
    ] = None

    slice_discovery: Annotated[
        SliceDiscoverySpec | None,
        Field(
            description="search the window for the slices with the largest significant loss, and "
            "show them; they never enter the score. Left out: no search",
            examples=[True],
        ),
    ] = None

    @field_validator("slice_discovery", mode="before")
    @classmethod
    def _true_takes_the_defaults(cls, value: object) -> object:
        return {} if value is True else value

    @model_validator(mode="after")
    def _lines_are_distinct_and_weigh_something(self) -> "MonitoringSpec":
        groups = [line.group for line in self.slices or ()]
        for position, group in enumerate(groups):
            if group in groups[:position]:
                raise disagreement(
                    "slices",
                    position,
                    "name",
                    problem=f"must differ from line to line, got {group!r} again",
                    remedy=f"add for example name: {group}_{position}",
                )
        if self.slices and not sum(line.weight for line in self.slices) > 0:
            raise disagreement(
                "slices",
                problem="must have at least one line with a weight > 0, got none",
                remedy="remove weight: 0 from one of them",
            )
        return self


class RetrainingSpec(Spec):
    """How a candidate is trained."""

    window_days: Annotated[
        int | None,
        Field(ge=1, description="days of records to learn from; null: all since start_date"),
    ] = None
    validation_days: Annotated[
        int, Field(ge=1, description="days before the test days on which trials are compared")
    ] = 14
    test_days: Annotated[
        int,
        Field(ge=1, description="last days, held out: champion and candidate are compared on them"),
    ] = 14
    min_history_days: Annotated[
        int, Field(ge=3, description="days of records before the first champion is trained")
    ] = 56
    min_rows: Annotated[
        int, Field(ge=10, description="labelled rows before the first champion is trained")
    ] = 1000
    folds: Annotated[
        int,
        Field(
            ge=1,
            le=20,
            description="validation windows of validation_days each, one before the other; a "
            "trial learns from the days before each window, and is worth the mean",
        ),
    ] = 1
    estimator: Annotated[
        EstimatorSpec,
        Field(
            description="a preset's name, or more about it, or a class",
            examples=["hist_gradient_boosting"],
        ),
    ] = EstimatorSpec(preset=DEFAULT_PRESET)
    trials: Annotated[
        int,
        Field(
            ge=1, le=10_000, description="Optuna trials a study may take, pruned ones among them"
        ),
    ] = 20
    timeout_seconds: Annotated[
        int | None,
        Field(
            ge=1,
            description="no new trial starts after this; null: no limit. A study cut off by the "
            "clock is not repeatable",
        ),
    ] = None
    min_improvement: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="the study stops once the trials left are expected to gain less, as a "
            "share of the best score; 0: never before trials or timeout_seconds are spent",
        ),
    ] = 0.002
    n_workers: Annotated[
        int,
        Field(
            ge=1,
            le=64,
            description="processes that share a study, each with its own threads; more than one "
            "makes a study unrepeatable",
        ),
    ] = 1
    threads: Annotated[
        int,
        Field(
            ge=1,
            le=1024,
            description="threads of one fit; on a busy machine more of them make it slower",
            examples=[1],
        ),
    ] = 1
    seed: Annotated[int, Field(ge=0, description="seed of the study and of the estimator")] = 0
