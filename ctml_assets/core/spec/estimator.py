"""Which estimator is tuned: a preset or any class of scikit-learn's interface, and its space."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from ctml_assets.core.spec.base import Spec, disagreement
from ctml_assets.core.spec.values import ParameterValue

DEFAULT_PRESET = "hist_gradient_boosting"
Encoding = Literal["one_hot", "ordinal"]

_LARGEST = 10**15


class DimensionSpec(Spec):
    """What may be tried of one parameter: a range, or some choices."""

    low: Annotated[
        int | float | None,
        Field(
            union_mode="left_to_right",
            description="lowest value; whole numbers are tried if low and high are whole numbers, "
            "so write 1.0 for real ones",
            examples=[0.01],
        ),
    ] = None
    high: Annotated[
        int | float | None,
        Field(union_mode="left_to_right", description="highest value", examples=[1.0]),
    ] = None
    log: Annotated[bool, Field(description="try evenly in the logarithm; low must be > 0")] = False
    choices: Annotated[
        tuple[ParameterValue, ...] | None,
        Field(
            strict=False,
            min_length=1,
            description="values to try, in no order, in place of low and high",
            examples=[["sqrt", "log2", None]],
        ),
    ] = None

    @model_validator(mode="after")
    def _a_range_or_choices(self) -> "DimensionSpec":
        given = [name for name in ("low", "high", "choices") if getattr(self, name) is not None]
        if given == ["choices"]:
            self._choices_differ()
        elif self.low is not None and self.high is not None and self.choices is None:
            self._is_a_range(self.low, self.high)
        elif not given:
            raise disagreement(
                problem="must have low and high, or choices, got none of them",
                remedy="use for example {low: 3, high: 12}",
            )
        elif "choices" in given:
            raise disagreement(
                problem=f"must have low and high, or choices, got {' and '.join(given)}",
                remedy="keep the range or the choices",
            )
        else:
            (one,) = given
            raise disagreement(
                "high" if one == "low" else "low",
                problem=f"must be given where {one} is, got {one} alone",
                remedy="add it, or use choices in place of the two",
            )
        return self

    def _choices_differ(self) -> None:
        if self.log:
            raise disagreement(
                "log", problem="must be left out of choices, got True", remedy="remove it"
            )
        choices = self.choices or ()
        for position, value in enumerate(choices):
            if value in choices[:position]:
                # 1, 1.0 and true are equal: a study would not tell them apart
                first = choices[choices.index(value)]
                again = "again" if type(first) is type(value) else f"besides {first!r}"
                raise disagreement(
                    "choices",
                    position,
                    problem=f"must differ from choice to choice, got {value!r} {again}",
                    remedy="remove it",
                )

    def _is_a_range(self, low: float, high: float) -> None:
        for name, value in (("low", low), ("high", high)):
            if not -_LARGEST <= value <= _LARGEST:
                raise disagreement(
                    name,
                    problem=f"must be from -1.0e+15 to 1.0e+15, got {Decimal(value):.3g}",
                    remedy="use a number within these",
                )
        if not low < high:
            raise disagreement(
                "low",
                problem=f"must be < high ({high}), got {low}",
                remedy="swap the two" if low > high else "give the value under parameters instead",
            )
        if self.log and not low > 0:
            raise disagreement(
                "low",
                problem=f"must be > 0 on a log scale, got {low}",
                remedy="raise it, or remove log",
            )


class EstimatorSpec(Spec):
    """Exactly one of a preset and a class; its name alone stands for a preset."""

    model_config = ConfigDict(populate_by_name=True)

    preset: Annotated[
        str | None,
        Field(description="name of an estimator preset", examples=["hist_gradient_boosting"]),
    ] = None
    class_path: Annotated[
        str | None,
        Field(
            alias="class",
            description="package.module.Class with scikit-learn's fit and predict (and "
            "predict_proba of a classifier); imported when the declaration is loaded",
            examples=["sklearn.ensemble.ExtraTreesClassifier"],
        ),
    ] = None
    parameters: Annotated[
        Mapping[str, ParameterValue],
        Field(
            description="parameters that are not searched but given; seed and threads have fields "
            "of their own",
            examples=[{"max_iter": 200}],
        ),
    ] = {}
    space: Annotated[
        Mapping[str, DimensionSpec],
        Field(
            description="what may be tried of each parameter. Of a preset: replaces or adds to its "
            "own; the number of its iterations is no part of it, for each trial finds its best. "
            "Of a class: the whole; without it there is nothing to search, and one trial decides",
            examples=[{"max_leaf_nodes": {"low": 7, "high": 31}}],
        ),
    ] = {}
    encoding: Annotated[
        Encoding | None,
        Field(
            description="of a class: one_hot (default; gaps filled, numbers scaled, a column a "
            "category) or ordinal (numbers as they are, gaps left, categories numbered)",
            examples=["ordinal"],
        ),
    ] = None
    trusted_types: Annotated[
        tuple[str, ...],
        Field(
            strict=False,
            description="further types in stored models that may be loaded; a declared class is "
            "trusted by being declared. Beside another estimator: the class of the champion, until "
            "its successor serves",
            examples=[["xgboost.core.Booster"]],
        ),
    ] = ()

    def __hash__(self) -> int:
        """Agree with equality; pydantic's own would try to hash the mappings."""
        mappings = (frozenset(self.parameters.items()), frozenset(self.space.items()))
        return hash((self.preset, self.class_path, mappings, self.encoding, self.trusted_types))

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_a_preset(cls, value: object) -> object:
        return {"preset": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_kind(self) -> "EstimatorSpec":
        if self.preset is None and self.class_path is None:
            raise disagreement(
                problem="must have exactly one of preset and class, got none of them",
                remedy=f"add for example preset: {DEFAULT_PRESET}",
            )
        if self.preset is not None and self.class_path is not None:
            raise disagreement(
                problem="must have exactly one of preset and class, got both",
                remedy="remove one of the two",
            )
        return self

    @model_validator(mode="after")
    def _fields_agree(self) -> "EstimatorSpec":
        if self.class_path is None and self.encoding is not None:
            raise disagreement(
                "encoding",
                problem="must be left out of a preset, which brings its own, got "
                f"{self.encoding!r}",
                remedy="remove it",
            )
        for name in self.space:
            if name in self.parameters:
                raise disagreement(
                    "space",
                    name,
                    problem="must be searched or given, got it in space and in parameters",
                    remedy="remove one of the two",
                )
        return self

    @property
    def name(self) -> str:
        """The preset's name, or the class's path."""
        return self.preset or self.class_path or ""

    @property
    def trusted(self) -> tuple[str, ...]:
        """The types that a stored model may hold besides those always trusted."""
        own = () if self.class_path is None else (self.class_path,)
        return (*own, *self.trusted_types)
