"""The whole declaration of one monitored model."""

import datetime as dt
import re
from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from ctml_assets.core.spec.base import Spec, disagreement
from ctml_assets.core.spec.features import FeatureSpec, TimeFeature
from ctml_assets.core.spec.promotion import PromotionSpec
from ctml_assets.core.spec.source import SourceSpec
from ctml_assets.core.spec.stages import MonitoringSpec, RetrainingSpec
from ctml_assets.core.spec.triggers import TriggerSpec

Task = Literal["binary_classification", "multiclass_classification", "regression"]
NAME_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"
# Days beyond these overflow what partitions are computed with.
FIRST_DAY, LAST_DAY = dt.date(1970, 1, 1), dt.date(2200, 12, 31)


class ModelSpec(Spec):
    """One monitored model, as its ``defs.yaml`` declares it.

    Five fields suffice: name, source, target, event_time, start_date. What is left out of task,
    features, metric and slices is inferred from the first day that is read (``core.inference``).
    """

    name: Annotated[
        str,
        Field(
            pattern=NAME_PATTERN,
            description="the asset keys' prefix: a lower-case letter, then lower-case letters, "
            "digits and _, 63 characters at most",
            examples=["flight_delays"],
        ),
    ]
    description: Annotated[str, Field(description="what the model predicts, for whom")] = ""
    owners: Annotated[
        tuple[str, ...],
        Field(
            description="e-mail addresses, or teams as team:name",
            strict=False,
            examples=[["team:data"]],
        ),
    ] = ()
    task: Annotated[
        Task | None,
        Field(
            description="left out: binary classification if the target is 0/1 or positive is set, "
            "multiclass classification if classes are, else regression",
            examples=["regression"],
        ),
    ] = None
    source: Annotated[
        SourceSpec,
        Field(
            description="where records come from; a plain string is a path",
            examples=["data/{partition}.parquet"],
        ),
    ]
    target: Annotated[
        str, Field(min_length=1, description="column of the outcome", examples=["arr_delay"])
    ]
    positive: Annotated[
        str | None,
        Field(
            description="predicate over the target that makes the positive class; left out: the "
            "target is 0/1 or true/false already",
            examples=["arr_delay > 15"],
        ),
    ] = None
    classes: Annotated[
        tuple[str, ...] | None,
        Field(
            description="values of the target that are its classes, of a multiclass "
            "classification only; numbers as text, without .0; left out: those of the first day",
            strict=False,
            min_length=2,
            examples=[["on_time", "late", "cancelled"]],
        ),
    ] = None
    event_time: Annotated[
        str,
        Field(
            min_length=1,
            description="column of the time that decides the partition, UTC",
            examples=["sched_ts"],
        ),
    ]
    entity_id: Annotated[
        str | None,
        Field(
            min_length=1,
            description="column that, with the event time, identifies a record",
            examples=["flight_id"],
        ),
    ] = None
    query_id: Annotated[
        str | None,
        Field(
            min_length=1,
            description="column that says which query a record answers; the metric map ranks "
            "the records of each query",
            examples=["search_id"],
        ),
    ] = None
    sample_weight: Annotated[
        str | None,
        Field(
            min_length=1,
            description="column of how much a record counts, >= 0, in every metric and in the fit",
            examples=["passengers"],
        ),
    ] = None
    start_date: Annotated[
        dt.date,
        Field(
            description="first day (UTC) with records, from 1970-01-01 on",
            strict=False,
            examples=[dt.date(2013, 1, 1)],
        ),
    ]
    end_date: Annotated[
        dt.date | None,
        Field(
            description="last day (UTC) with records, to 2200-12-31",
            strict=False,
            examples=[dt.date(2013, 12, 31)],
        ),
    ] = None
    features: Annotated[
        tuple[FeatureSpec, ...] | None,
        Field(
            description="left out: every other column; []: the time features alone",
            strict=False,
            examples=[[{"name": "distance", "kind": "numeric"}]],
        ),
    ] = None
    ignore: Annotated[
        tuple[str, ...],
        Field(
            description="columns that are no features when features are inferred, such as those "
            "known only after the event",
            strict=False,
            examples=[["dep_delay"]],
        ),
    ] = ()
    time_features: Annotated[
        tuple[TimeFeature, ...],
        Field(
            description="features made of the event time: event_hour, event_day_of_week (Monday "
            "is 0), event_month",
            strict=False,
            examples=[["hour", "day_of_week"]],
        ),
    ] = ("hour", "day_of_week")
    label_time: Annotated[
        str | None,
        Field(
            min_length=1,
            description="column of the time from which a record's label was known, UTC; a label "
            "counts on a day only if it was known by then. Left out: every label that is there "
            "counts",
            examples=["arrived_at"],
        ),
    ] = None
    label_delay_days: Annotated[
        int, Field(ge=0, le=3650, description="days after a day's end until its labels are in")
    ] = 0
    inference_source: Annotated[
        SourceSpec | None,
        Field(
            description="where the records to predict come from, unlabelled or not: adds the "
            "asset predictions; a plain string is a path. Left out: nothing is predicted but to "
            "monitor",
            examples=["bookings/{partition}.parquet"],
        ),
    ] = None
    inference_cron: Annotated[
        str,
        Field(description="when predictions are made, UTC; five fields", examples=["0 1 * * *"]),
    ] = "0 1 * * *"
    inference_day: Annotated[
        Literal["yesterday", "today", "tomorrow"],
        Field(description="the day that is predicted, seen from that of inference_cron"),
    ] = "yesterday"
    max_bad_rows: Annotated[
        int | str,
        Field(
            description="more bad rows than this fail the day: a count, or a share such as 5%",
            examples=["5%"],
        ),
    ] = "5%"
    monitoring: Annotated[MonitoringSpec, Field(description="the monitoring pipeline")] = (
        MonitoringSpec()
    )
    triggers: Annotated[TriggerSpec, Field(description="when a training is asked for")] = (
        TriggerSpec()
    )
    retraining: Annotated[RetrainingSpec, Field(description="how a candidate is trained")] = (
        RetrainingSpec()
    )
    promotion: Annotated[
        PromotionSpec, Field(description="when a candidate replaces the champion")
    ] = PromotionSpec()

    @field_validator("source", "inference_source", mode="before")
    @classmethod
    def _a_string_is_a_path(cls, value: object) -> object:
        if isinstance(value, str | PurePath):
            return {"path": str(value)}
        return value

    @field_validator("start_date", "end_date", mode="before")
    @classmethod
    def _a_date_and_no_number(cls, value: object) -> object:
        # pydantic would take a number for seconds since 1970
        if value is None or isinstance(value, dt.date):
            return value
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return value
        raise disagreement(
            problem=f"must be a date, got {value!r}", remedy="use for example 2013-01-31"
        )

    @field_validator("start_date", "end_date")
    @classmethod
    def _a_day_that_can_be_a_partition(cls, value: dt.date | None) -> dt.date | None:
        if value is not None and not FIRST_DAY <= value <= LAST_DAY:
            raise disagreement(
                problem=f"must be a date from {FIRST_DAY} to {LAST_DAY}, got {value}",
                remedy="use for example 2013-01-31",
            )
        return value

    @field_validator("max_bad_rows", mode="before")
    @classmethod
    def _count_or_share(cls, value: object) -> object:
        if isinstance(value, str):
            share = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", value, re.ASCII)
            fits = share is not None and float(share[1]) <= 100
        else:
            fits = type(value) is int and value >= 0
        if not fits:
            raise disagreement(
                problem=f"must be a count >= 0, or a share of 0% to 100%, got {value!r}",
                remedy="use for example 5%",
            )
        return value

    @model_validator(mode="after")
    def _fields_agree(self) -> "ModelSpec":
        if self.end_date is not None and self.end_date < self.start_date:
            raise disagreement(
                "end_date",
                problem=f"must be on or after start_date ({self.start_date}), got {self.end_date}",
                remedy="swap the two",
            )
        self._classes_fit_the_task()
        self._something_is_left_to_learn_from()
        self._columns_have_one_role()
        self._predictions_can_be_compared()
        return self

    def _predictions_can_be_compared(self) -> None:
        if self.inference_source is not None and self.entity_id is None:
            raise disagreement(
                "entity_id",
                problem="must be given with inference_source: with the event time it says which "
                "record a prediction is of, got none",
                remedy="name the column of the id",
            )
        mode = self.promotion.rollout.mode
        if mode != "immediate" and self.inference_source is None:
            raise disagreement(
                "inference_source",
                problem=f"must be given with rollout: {mode}, which compares logged predictions, "
                "got none",
                remedy="say where the records to predict come from, or set rollout: immediate",
            )

    def _classes_fit_the_task(self) -> None:
        task = self.implied_task
        if self.positive is not None and task != "binary_classification":
            makes = "classes" if task == "regression" else "two classes of all others"
            raise disagreement(
                "positive",
                problem=f"must be left out of a {task}, since it makes {makes}, got "
                f"{self.positive!r}",
                remedy="remove it, or set task: binary_classification",
            )
        if self.classes is None:
            return
        if task != "multiclass_classification":
            raise disagreement(
                "classes",
                problem=f"must be left out of a {task}, got {list(self.classes)}",
                remedy="remove it, or set task: multiclass_classification",
            )
        for position, name in enumerate(self.classes):
            if name in self.classes[:position]:
                raise disagreement(
                    "classes",
                    position,
                    problem=f"must differ from class to class, got {name!r} again",
                    remedy="remove it",
                )

    def _something_is_left_to_learn_from(self) -> None:
        if self.features == () and not self.time_features:
            raise disagreement(
                "features",
                problem="must have at least one column, got none, nor any of time_features",
                remedy="add a feature or a time feature",
            )
        retraining = self.retraining
        held_out = retraining.folds * retraining.validation_days + retraining.test_days
        validating = "validation_days"
        if retraining.folds > 1:
            validating = f"folds * {validating}"
        for name in ("window_days", "min_history_days"):
            days = getattr(retraining, name)
            if days is not None and days <= held_out:
                raise disagreement(
                    "retraining",
                    name,
                    problem=f"must be > {validating} + test_days ({held_out}), got {days}",
                    remedy=f"use for example {2 * held_out}, or hold fewer days out",
                )

    def _columns_have_one_role(self) -> None:
        roles = dict.fromkeys(self.time_feature_names, "a feature made of the event time")
        roles |= self.added_columns
        named: list[tuple[tuple[str | int, ...], str | None, str]] = [
            (("target",), self.target, "the target"),
            (("event_time",), self.event_time, "the event time"),
            (("entity_id",), self.entity_id, "the entity id"),
            (("query_id",), self.query_id, "the query id"),
            (("sample_weight",), self.sample_weight, "the sample weight"),
            (("label_time",), self.label_time, "the label time"),
        ]
        for position, feature in enumerate(self.features or ()):
            named.append((("features", position, "name"), feature.name, "a feature"))
        for at, column, role in named:
            if column in roles:
                raise disagreement(
                    *at,
                    problem=f"must be a column without another role, got {column!r}, which is "
                    f"{roles[column]} already",
                    remedy="name another column, or rename this one in the source",
                )
            if column is not None:
                roles[column] = role

    @property
    def time_feature_names(self) -> tuple[str, ...]:
        """Columns made of the event time, in declared order."""
        return tuple(f"event_{name}" for name in self.time_features)

    @property
    def implied_task(self) -> Task | None:
        """The task as far as the declaration tells: declared, or implied by classes or positive."""
        if self.task is None and self.classes is not None:
            return "multiclass_classification"
        if self.task is None and self.positive is not None:
            return "binary_classification"
        return self.task

    @property
    def prediction_columns(self) -> tuple[str, ...]:
        """Columns of the drift dataset that hold the predictions: one, or one a class."""
        if self.implied_task == "multiclass_classification":
            return tuple(f"prediction[{name}]" for name in self.classes or ())
        return ("prediction",)

    @property
    def added_columns(self) -> dict[str, str]:
        """What the pipelines add to records, by column: no column of the source has such a name."""
        return {
            **dict.fromkeys(self.prediction_columns, "the champion's prediction"),
            "predicted_by": "the version that predicted",
            "of_records": "the digest of the records",
            "part": "the part of the training set",
        }

    @property
    def is_complete(self) -> bool:
        """Nothing is left to infer."""
        if self.task == "multiclass_classification" and self.classes is None:
            return False
        return None not in (
            self.task,
            self.features,
            self.monitoring.metric,
            self.monitoring.slices,
        )
