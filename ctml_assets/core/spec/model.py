"""The whole declaration of one monitored model."""

import datetime as dt
import re
from pathlib import PurePath
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from ctml_assets.core.spec.base import Spec
from ctml_assets.core.spec.features import FeatureSpec, TimeFeature
from ctml_assets.core.spec.source import SourceSpec
from ctml_assets.core.spec.stages import (
    MonitoringSpec,
    PromotionSpec,
    RetrainingSpec,
    TriggerSpec,
)

Task = Literal["binary_classification", "regression"]
NAME_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"


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
            description="left out: binary classification if the target is 0/1 or positive is set"
        ),
    ] = None
    source: Annotated[
        SourceSpec, Field(description="where records come from; a plain string is a path")
    ]
    target: Annotated[str, Field(min_length=1, description="column of the outcome")]
    positive: Annotated[
        str | None,
        Field(
            description="predicate over the target that makes the positive class; left out: the "
            "target is 0/1 or true/false already",
            examples=["arr_delay > 15"],
        ),
    ] = None
    event_time: Annotated[
        str, Field(min_length=1, description="column of the time that decides the partition, UTC")
    ]
    entity_id: Annotated[
        str | None, Field(description="column that, with the event time, identifies a record")
    ] = None
    start_date: Annotated[dt.date, Field(description="first day (UTC) with records", strict=False)]
    end_date: Annotated[
        dt.date | None, Field(description="last day (UTC) with records", strict=False)
    ] = None
    features: Annotated[
        tuple[FeatureSpec, ...] | None,
        Field(description="left out: every other column", strict=False, min_length=1),
    ] = None
    ignore: Annotated[
        tuple[str, ...],
        Field(
            description="columns that are no features when features are inferred, such as those "
            "known only after the event",
            strict=False,
        ),
    ] = ()
    time_features: Annotated[
        tuple[TimeFeature, ...],
        Field(
            description="features made of the event time: event_hour, event_day_of_week (Monday "
            "is 0), event_month",
            strict=False,
        ),
    ] = ("hour", "day_of_week")
    label_delay_days: Annotated[
        int, Field(ge=0, le=3650, description="days after a day's end until its labels are in")
    ] = 0
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

    @field_validator("source", mode="before")
    @classmethod
    def _a_string_is_a_path(cls, value: object) -> object:
        if isinstance(value, str | PurePath):
            return {"path": str(value)}
        return value

    @field_validator("max_bad_rows")
    @classmethod
    def _count_or_share(cls, value: int | str) -> int | str:
        accepted = "a count >= 0 or a share such as 5%"
        if isinstance(value, str):
            if not re.fullmatch(r"\d+(\.\d+)?\s*%", value) or float(value.rstrip("% ")) > 100:
                raise ValueError(f"must be {accepted}, got {value!r}")
        elif value < 0:
            raise ValueError(f"must be {accepted}, got {value!r}")
        return value

    @model_validator(mode="after")
    def _fields_agree(self) -> "ModelSpec":
        if self.end_date is not None and self.end_date < self.start_date:
            raise ValueError(
                f"end_date must be on or after start_date, got {self.end_date} before "
                f"{self.start_date}; swap them"
            )
        if self.positive is not None and self.task == "regression":
            raise ValueError("positive makes classes; remove it or set task: binary_classification")
        held_out = self.retraining.validation_days + self.retraining.test_days
        window = self.retraining.window_days
        if window is not None and window <= held_out:
            raise ValueError(
                f"retraining.window_days must be > validation_days + test_days ({held_out}), got "
                f"{window}; nothing would be left to learn from"
            )
        if self.retraining.min_history_days <= held_out:
            raise ValueError(
                "retraining.min_history_days must be > validation_days + test_days "
                f"({held_out}), got {self.retraining.min_history_days}"
            )
        self._roles_are_distinct()
        return self

    def _roles_are_distinct(self) -> None:
        roles = [self.target, self.event_time, *([self.entity_id] if self.entity_id else [])]
        names = [*roles, *(feature.name for feature in self.features or ())]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"a column has one role, got {', '.join(twice)} more than once; the target and "
                "the event time are never features, and a feature is named once"
            )

    @property
    def time_feature_names(self) -> tuple[str, ...]:
        """Columns made of the event time, in declared order."""
        return tuple(f"event_{name}" for name in self.time_features)

    @property
    def is_complete(self) -> bool:
        """Nothing is left to infer."""
        return None not in (
            self.task,
            self.features,
            self.monitoring.metric,
            self.monitoring.slices,
        )
