"""What an estimator preset offers: a pipeline in two halves, its search space, and its trials."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.space import Space
from ctml_assets.core.spec import Task

Parameters = Mapping[str, Any]

Watch = Callable[[int, NDArray[Any]], bool]
"""Told at each rung: the resource spent so far, and what is predicted of the validation rows.

The prediction is what ``predict_proba`` returns, of a regression what ``predict`` returns. The
answer says whether the fit goes on.
"""


@dataclass(frozen=True, eq=False)
class Fold:
    """The rows of one fold of a study, encoded once for all its trials.

    Attributes
    ----------
    x : ndarray of shape (n, columns)
        Encoded training rows, numeric columns first.
    y : ndarray of shape (n,)
        Labels as scikit-learn wants them: integers are classes, floats are values.
    weight : ndarray of float64, shape (n,), optional
        How much each row counts.
    x_validation : ndarray of shape (m, columns)
        Encoded validation rows.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    weight: NDArray[Any] | None
    x_validation: NDArray[Any]


@dataclass(frozen=True)
class Setting:
    """What is the same for all trials of a study.

    Attributes
    ----------
    task
        What is learned.
    numeric, categorical
        How many columns of each kind the encoder was given, numeric ones first.
    seed
        Of the estimator.
    threads
        Threads of one fit.
    """

    task: Task
    numeric: int
    categorical: int
    seed: int
    threads: int = 1


class Learner(Protocol):
    """One fold, ready for trials: whatever does not depend on the parameters is done already.

    It can be pickled, with arrays that may be mapped from a file and read-only when it comes back:
    so several processes share them.
    """

    def fit(self, parameters: Parameters, watch: Watch, *, rungs: Sequence[int]) -> None:
        """Fit on the fold's rows, and tell ``watch`` at each rung until it says to stop.

        Parameters
        ----------
        parameters
            Of the preset's learner; the one named by ``Preset.iterations`` is left out or ignored.
        watch
            Told at each rung.
        rungs
            Ascending resources at which to tell: iterations, or rows where the preset has no
            iterations; the last one is the whole. As ``Preset.rungs`` returned them, or with
            further iterations between them.

        Raises
        ------
        Exception
            Whatever the estimator raises on parameters that it cannot take.
        """
        ...


class Preset(Protocol):
    """An estimator with its preprocessing and its search space, in one place.

    The encoder does not depend on the parameters, so a study encodes the features once. Missing
    values and categories that training never saw must not fail at predict time. A numeric column
    without any value never comes to training (``core.training.as_inputs`` fills it).
    """

    @property
    def name(self) -> str:
        """The name used in declarations."""
        ...

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that it can learn."""
        ...

    @property
    def space(self) -> Space:
        """What may be tried of each parameter."""
        ...

    @property
    def iterations(self) -> str | None:
        """The parameter that a study reads off the rungs of a trial, not part of the space.

        A fit with so many iterations is a model of its own, so the best rung of a trial tells how
        many to take. None: the rungs are growing samples of the rows, and only the last counts.
        """
        ...

    @property
    def comparable_from(self) -> int:
        """The resource from which on trials may be pruned by comparison with others.

        A booster with a low learning rate is behind at first and ahead at last, so that an early
        comparison would always prune it.
        """
        ...

    def rungs(self, rows: int) -> tuple[int, ...]:
        """Return the resources at which a trial of so many training rows is looked at."""
        ...

    def encoder(self, numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
        """Return the unfitted preprocessing of a frame with these columns."""
        ...

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """Return the unfitted learner for so many encoded columns, numeric ones first."""
        ...

    def learner(self, fold: Fold, setting: Setting) -> Learner:
        """Return what fits trials on a fold; equal, at its last rung, to fitting `model` on it."""
        ...

    def default_parameters(self) -> dict[str, Any]:
        """Return parameters that are sound without tuning, the iterations among them."""
        ...

    def probe_parameters(self, iterations: int) -> dict[str, Any]:
        """Return parameters of a cheap fit; the iterations matter to what boosts alone."""
        ...
