"""Which reasons start a training, and what holds them back."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from ctml_assets.core.spec.base import Spec, disagreement

DaysBetweenFalseAlarms = Annotated[
    float,
    Field(
        ge=2,
        le=100_000,
        description="at one look a day, chance alone fires once in so many days",
        examples=[365],
    ),
]


class PerformanceSpec(Spec):
    """The drift score, or one slice's score, has dropped: by enough, and not by chance."""

    max_drop: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="relative drop below the champion's reference that counts",
            examples=[0.05],
        ),
    ] = 0.05
    days_between_false_alarms: DaysBetweenFalseAlarms = 365
    consecutive: Annotated[
        int, Field(ge=1, le=31, description="looks in a row, a day apart, that must show it")
    ] = 1
    slice: Annotated[
        str | None,
        Field(
            min_length=1,
            description="name of a slice, as slice_scores shows it; left out: the drift score",
            examples=["origin=EWR"],
        ),
    ] = None


class StalenessSpec(Spec):
    """A cheap fresh model, the probe, beats the champion on the same recent rows."""

    min_gain: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="gain of one probe that counts if it is significant, as a share of the "
            "champion's score",
        ),
    ] = 0.1
    days_between_false_alarms: DaysBetweenFalseAlarms = 365
    accumulated_gain: Annotated[
        float | None,
        Field(
            gt=0,
            description="sum of the gains since the last training that counts, whatever each of "
            "them is; null: never",
        ),
    ] = 0.15
    probe_every_days: Annotated[int, Field(ge=1, le=366, description="days between probes")] = 7
    compare_days: Annotated[
        int,
        Field(ge=2, le=366, description="last days, held out from the probe, to compare on"),
    ] = 7
    rows: Annotated[int, Field(ge=100, description="rows that a probe learns from, at most")] = (
        15_000
    )
    iterations: Annotated[
        int, Field(ge=1, le=1000, description="iterations of a probe that boosts or grows trees")
    ] = 50
    max_probe_seconds: Annotated[
        float,
        Field(
            gt=0,
            description="what a probe may take; it learns from fewer rows where it would take "
            "longer, and is not repeatable then",
        ),
    ] = 60.0


class MaxAgeSpec(Spec):
    """The backstop: no training for so long, and the day can be scored."""

    days: Annotated[int, Field(ge=1, description="days since the last training")] = 120


class ReferenceFloorSpec(Spec):
    """The champion's reference is too low to show a drop."""

    share: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="the reference must not be worse than the best so far by more than "
            "1 - share of it",
        ),
    ] = 0.95


class ChangePointSpec(Spec):
    """The daily scores erode slowly: no single day shows it, their sum does."""

    method: Annotated[
        Literal["cusum", "page_hinkley"],
        Field(
            description="cusum: against the champion's reference; page_hinkley: against the mean "
            "of the days before"
        ),
    ] = "cusum"
    allowance: Annotated[
        float,
        Field(
            gt=0,
            le=2,
            description="drop of a day, in standard deviations of a day, that is let pass",
        ),
    ] = 0.5
    days_between_false_alarms: DaysBetweenFalseAlarms = 365


# Between which an effect says anything: a ROC AUC of 0.5 is that of a coin.
_EFFECTS: Mapping[str, tuple[float, float]] = {
    "psi": (0, math.inf),
    "jensen_shannon": (0, 1),
    "wasserstein": (0, math.inf),
    "ks": (0, 1),
    "classifier": (0.5, 1),
}


class DataChangeSpec(Spec):
    """Features or predictions are not distributed as the champion's training sample was."""

    measure: Annotated[
        Literal["psi", "jensen_shannon", "wasserstein", "ks", "classifier"],
        Field(
            description="population stability index, Jensen-Shannon distance, Wasserstein "
            "distance in standard deviations, Kolmogorov-Smirnov distance, or the ROC AUC of a "
            "model that tells old rows from new"
        ),
    ] = "jensen_shannon"
    at_least: Annotated[
        float | None,
        Field(
            gt=0,
            description="effect that counts; left out: psi 0.25, jensen_shannon 0.2, wasserstein "
            "0.5, ks 0.2, classifier 0.75",
            examples=[0.25],
        ),
    ] = None
    share_of_features: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="share of the columns looked at that must have changed so; of no meaning "
            "to the classifier, which sees all at once",
        ),
    ] = 0.2
    features: Annotated[
        tuple[str, ...] | None,
        Field(
            description="columns to look at; left out: all features and the prediction. The "
            "classifier looks at all",
            strict=False,
            min_length=1,
            examples=[["distance", "prediction"]],
        ),
    ] = None
    min_rows: Annotated[
        int, Field(ge=30, description="rows on either side without which nothing is concluded")
    ] = 500

    @model_validator(mode="after")
    def _the_effect_can_be_had(self) -> "DataChangeSpec":
        low, high = _EFFECTS[self.measure]
        if self.at_least is not None and not low < self.at_least <= high:
            limits = f"> {low:g}" + (f" and <= {high:g}" if high < math.inf else "")
            raise disagreement(
                "at_least",
                problem=f"must be {limits} for {self.measure}, got {self.at_least}",
                remedy="leave it out to take the default",
            )
        if self.features is not None and self.measure == "classifier":
            raise disagreement(
                "features",
                problem="must be left out for classifier, which looks at all columns at once, got "
                f"{list(self.features)}",
                remedy="remove it, or set another measure",
            )
        return self


class LabelFreeSpec(Spec):
    """The score that calibrated probabilities promise for days without labels has dropped."""

    max_drop: Annotated[
        float,
        Field(gt=0, le=1, description="relative drop of the estimated score that counts"),
    ] = 0.05
    days_between_false_alarms: DaysBetweenFalseAlarms = 365


class IntervalSpec(Spec):
    """The clock: so many days since the last training, whatever its outcome or the score."""

    days: Annotated[int, Field(ge=1, description="days since the last training", examples=[30])]


class VolumeSpec(Spec):
    """So many labelled rows have come since the last training."""

    rows: Annotated[int, Field(ge=1, description="labelled rows", examples=[100_000])]


@dataclass(frozen=True)
class DeclaredTrigger:
    """One trigger in a condition.

    Attributes
    ----------
    path
        Where it stands, as in ``("any", 0)``; empty for the condition itself.
    name
        The trigger's.
    settings
        Its own part of the declaration.
    """

    path: tuple[str | int, ...]
    name: str
    settings: Any


class ConditionSpec(Spec):
    """One trigger with its settings, or several joined by ``any`` or ``all``.

    A trigger's name alone stands for its defaults.
    """

    performance: Annotated[PerformanceSpec | None, Field(description="the score has dropped")] = (
        None
    )
    staleness: Annotated[
        StalenessSpec | None, Field(description="a retrain would gain; once in a declaration")
    ] = None
    max_age: Annotated[MaxAgeSpec | None, Field(description="the backstop")] = None
    reference_floor: Annotated[
        ReferenceFloorSpec | None, Field(description="the reference is too low")
    ] = None
    change_point: Annotated[ChangePointSpec | None, Field(description="the daily scores erode")] = (
        None
    )
    data_change: Annotated[DataChangeSpec | None, Field(description="the data have changed")] = None
    label_free: Annotated[
        LabelFreeSpec | None, Field(description="the estimated score has dropped")
    ] = None
    interval: Annotated[
        IntervalSpec | None, Field(description="the clock", examples=[{"days": 30}])
    ] = None
    volume: Annotated[
        VolumeSpec | None, Field(description="enough new rows", examples=[{"rows": 100_000}])
    ] = None
    any: Annotated[
        "tuple[ConditionSpec, ...] | None",
        Field(
            description="at least one of these",
            strict=False,
            min_length=1,
            examples=[[{"max_age": {"days": 120}}]],
        ),
    ] = None
    all: Annotated[
        "tuple[ConditionSpec, ...] | None",
        Field(
            description="every one of these",
            strict=False,
            min_length=1,
            examples=[[{"data_change": {}}, {"performance": {"max_drop": 0.02}}]],
        ),
    ] = None

    @model_validator(mode="before")
    @classmethod
    def _a_name_stands_for_its_defaults(cls, value: object) -> object:
        if isinstance(value, str):
            return {value: {}}
        if isinstance(value, dict):
            return {name: {} if inner is None else inner for name, inner in value.items()}
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> "ConditionSpec":
        names = type(self).model_fields
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            came = " and ".join(given) or "none of them"
            raise disagreement(
                problem=f"must have exactly one of {', '.join(names)}, got {came}",
                remedy="make each an item of its own, for example - max_age",
            )
        return self

    @model_serializer(mode="wrap")
    def _as_declared(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # what is not given is not the same as nothing: a name with nothing takes its defaults
        return {name: value for name, value in handler(self).items() if value is not None}

    @property
    def kind(self) -> str:
        """The one name that is given."""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)

    def leaves(self) -> Iterator[DeclaredTrigger]:
        """Yield each trigger in it, however deep."""
        inner = self.any or self.all
        if inner is None:
            yield DeclaredTrigger((), self.kind, getattr(self, self.kind))
        for position, condition in enumerate(inner or ()):
            for leaf in condition.leaves():
                yield replace(leaf, path=(self.kind, position, *leaf.path))


class TriggerSpec(Spec):
    """When a training is asked for, and what holds it back.

    Whatever stands in ``when``, the first champion is trained as soon as there is enough data.
    """

    when: Annotated[
        tuple[ConditionSpec, ...],
        Field(
            description="a training is asked for if any of these fires; a trigger's name alone "
            "stands for its defaults",
            strict=False,
            min_length=1,
            examples=[[{"performance": {"max_drop": 0.05}}, {"max_age": {"days": 120}}]],
        ),
    ] = (
        ConditionSpec(performance=PerformanceSpec(consecutive=3)),
        ConditionSpec(staleness=StalenessSpec()),
        ConditionSpec(max_age=MaxAgeSpec()),
    )
    cooldown_days: Annotated[
        int,
        Field(
            ge=0,
            description="days after a training in which none is asked for; doubled by each "
            "candidate in a row that was rejected, to 16 times",
        ),
    ] = 7
    max_per_30_days: Annotated[
        int | None,
        Field(ge=1, description="trainings in any 30 days, at most; null: as many as asked for"),
    ] = 4
    paused: Annotated[
        bool, Field(description="true: monitor and decide as ever, but start no training")
    ] = False

    @model_validator(mode="after")
    def _one_probe(self) -> "TriggerSpec":
        probing = [leaf.path for leaf in self.leaves() if leaf.name == "staleness"]
        if len(probing) > 1:
            raise disagreement(
                *probing[1],
                problem="must hold staleness once, for there is one probe, got it again",
                remedy="remove it",
            )
        return self

    def leaves(self) -> Iterator[DeclaredTrigger]:
        """Yield every declared trigger, wherever it stands; paths begin at ``when``."""
        for position, condition in enumerate(self.when):
            for leaf in condition.leaves():
                yield replace(leaf, path=("when", position, *leaf.path))

    def declared(self, name: str) -> tuple[Any, ...]:
        """Return the settings of every trigger of this name, wherever it stands."""
        return tuple(leaf.settings for leaf in self.leaves() if leaf.name == name)

    @property
    def drop_that_counts(self) -> PerformanceSpec:
        """What the drift score's verdict goes by: the most sensitive performance trigger of it."""
        whole = [it for it in self.declared("performance") if it.slice is None]
        return min(whole, key=lambda it: it.max_drop, default=PerformanceSpec())
