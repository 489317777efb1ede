"""What a declaration says of a preset's parameters and space, laid over the preset's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.protocol import (
    Fold,
    Learner,
    Parameters,
    Preset,
    Setting,
    Watch,
)
from ctml_assets.core.estimators.space import Choices, Dimension, FloatRange, IntRange, Space
from ctml_assets.core.spec import DimensionSpec, Task
from ctml_assets.errors import DeclarationError


def dimension_of(declared: DimensionSpec) -> Dimension:
    """Return the dimension that a declaration describes.

    Raises
    ------
    DeclarationError
        If it is neither a range nor choices, or low is not below high.
    """
    if declared.choices is not None:
        return Choices(tuple(declared.choices))
    low, high = declared.low, declared.high
    if low is None or high is None:
        raise DeclarationError(
            "space: a dimension must be low and high, or choices, got neither; add them"
        )
    if isinstance(low, int) and isinstance(high, int):
        return IntRange(low, high, declared.log)
    return FloatRange(float(low), float(high), declared.log)


def space_of(declared: Mapping[str, DimensionSpec]) -> dict[str, Dimension]:
    """Return the space that a declaration describes; errors as of `dimension_of`."""
    return {name: dimension_of(dimension) for name, dimension in declared.items()}


@dataclass(frozen=True)
class Overridden:
    """A preset with some parameters given and some dimensions declared.

    Attributes
    ----------
    preset
        What is laid over.
    fixed
        Parameters that are given, not searched.
    own
        Dimensions that replace or extend the preset's.
    """

    preset: Preset
    fixed: Mapping[str, Any]
    own: Space

    @property
    def name(self) -> str:
        """The preset's name."""
        return self.preset.name

    @property
    def tasks(self) -> frozenset[Task]:
        """The preset's tasks."""
        return self.preset.tasks

    @property
    def space(self) -> Space:
        """The preset's space without what is given, with what is declared."""
        kept = {name: it for name, it in self.preset.space.items() if name not in self.fixed}
        return kept | dict(self.own)

    @property
    def iterations(self) -> str | None:
        """The preset's, unless they are given."""
        name = self.preset.iterations
        return None if name in self.fixed else name

    @property
    def comparable_from(self) -> int:
        """The preset's."""
        return self.preset.comparable_from

    def rungs(self, rows: int) -> tuple[int, ...]:
        """Return the preset's rungs; given iterations are the last one."""
        rungs, name = self.preset.rungs(rows), self.preset.iterations
        if name is None or name not in self.fixed:
            return rungs
        last = int(self.fixed[name])
        return (*(rung for rung in rungs if rung < last), last)

    def encoder(self, numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
        """Return the preset's encoder."""
        return self.preset.encoder(numeric, categorical)

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """Return the preset's learner with the given parameters.

        Iterations that are asked for go before those that are given: a probe asks for few.
        """
        name = self.preset.iterations
        asked = {} if name is None or name not in parameters else {name: parameters[name]}
        return self.preset.model(
            task,
            {**parameters, **self.fixed, **asked},
            numeric=numeric,
            categorical=categorical,
            seed=seed,
        )

    def learner(self, fold: Fold, setting: Setting) -> Learner:
        """Return the preset's, told the given parameters."""
        return _Given(self.preset.learner(fold, setting), self.fixed)

    def default_parameters(self) -> dict[str, Any]:
        """Return the preset's, moved into the declared dimensions."""
        moved = {
            name: value
            for name, value in self.preset.default_parameters().items()
            if name in self.space or name == self.preset.iterations
        }
        for name, dimension in self.space.items():
            if name not in moved or not dimension.contains(moved[name]):
                moved[name] = dimension.middle()
        return moved | dict(self.fixed)

    def probe_parameters(self, iterations: int) -> dict[str, Any]:
        """Return the defaults with the preset's cheap iterations, at most those that are given."""
        cheap = self.preset.probe_parameters(iterations)
        name = self.preset.iterations
        if name is None:
            return self.default_parameters()
        few = min(cheap[name], self.fixed.get(name, cheap[name]))
        return self.default_parameters() | {name: few}


@dataclass(frozen=True)
class _Given:
    learner: Learner
    fixed: Mapping[str, Any]

    def fit(self, parameters: Parameters, watch: Watch, *, rungs: Sequence[int]) -> None:
        self.learner.fit({**parameters, **self.fixed}, watch, rungs=rungs)
