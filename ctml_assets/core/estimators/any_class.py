"""Any class with scikit-learn's interface, with its search space in the declaration."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.declared import space_of
from ctml_assets.core.estimators.encoders import one_hot, ordinal
from ctml_assets.core.estimators.growing_rows import GrowingRows, row_rungs
from ctml_assets.core.estimators.making import maker
from ctml_assets.core.estimators.protocol import Fold, Learner, Parameters, Setting
from ctml_assets.core.estimators.space import Space
from ctml_assets.core.spec import EstimatorSpec, Task
from ctml_assets.core.spec.estimator import Encoding
from ctml_assets.errors import DeclarationError

_CLASSIFICATION: frozenset[Task] = frozenset({"binary_classification", "multiclass_classification"})
_REGRESSION: frozenset[Task] = frozenset({"regression"})
_ABSENT = object()


@dataclass(frozen=True)
class ClassEstimator:
    """A class as a preset.

    Its rungs are growing samples of the rows: of a class that nobody has looked at, nothing else
    is known to be cheaper than a fit.

    Attributes
    ----------
    name
        Path of the class, ``package.module.Class``.
    tasks
        Those of a classifier if it has ``predict_proba``, else regression.
    space
        As declared.
    fixed
        Parameters that are given, not searched.
    encoding
        ``one_hot`` (no gaps), or ``ordinal``: gaps stay NaN, so the class must take them.
    """

    name: str
    tasks: frozenset[Task]
    space: Space
    fixed: Mapping[str, Any] = field(default_factory=dict)
    encoding: Encoding = "one_hot"
    iterations: str | None = None
    comparable_from: int = 0

    @classmethod
    def of(cls, declared: EstimatorSpec) -> "ClassEstimator":
        """Return what a declaration describes; the class is imported.

        Raises
        ------
        DeclarationError
            If the class cannot be imported, or is no estimator; or as of `space_of`.
        """
        path = declared.class_path or ""
        return cls(
            name=path,
            tasks=_tasks_of(class_at(path), path),
            space=space_of(declared.space),
            fixed=dict(declared.parameters),
            encoding=declared.encoding or "one_hot",
        )

    def rungs(self, rows: int) -> tuple[int, ...]:
        """Return growing numbers of rows."""
        return row_rungs(rows)

    def encoder(self, numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
        """Return the declared encoder, unfitted."""
        encode = ordinal if self.encoding == "ordinal" else one_hot
        return encode(numeric, categorical)

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """Return the estimator, seeded if it takes a ``random_state`` that nobody has given."""
        del task, numeric, categorical
        made: Any = class_at(self.name)(**{**parameters, **self.fixed})
        if made.get_params(deep=False).get("random_state", _ABSENT) is None:
            made.set_params(random_state=seed)
        estimator: BaseEstimator = made
        return estimator

    def learner(self, fold: Fold, setting: Setting) -> Learner:
        """Return what fits on growing samples."""
        return GrowingRows(fold, setting, maker(self, setting))

    def default_parameters(self) -> dict[str, Any]:
        """Return the class's own where they may be tried, else the middle of what may."""
        own = class_at(self.name)(**self.fixed).get_params(deep=False)
        searched = {
            name: own[name] if dimension.contains(own.get(name)) else dimension.middle()
            for name, dimension in self.space.items()
        }
        return searched | dict(self.fixed)

    def probe_parameters(self, iterations: int) -> dict[str, Any]:
        """Return the defaults: what makes a fit of the class cheap is not known."""
        del iterations
        return self.default_parameters()


def class_at(path: str) -> type[Any]:
    """Return the class at ``package.module.Class``.

    Raises
    ------
    DeclarationError
        If it cannot be imported, or is no class.
    """
    module, _, name = path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception as error:
        # whatever the module does when it is imported
        raise DeclarationError(
            f"estimator: class must be the path of a class that can be imported, got {path!r} "
            f"({type(error).__name__}: {error}); write package.module.Class, and install it"
        ) from error
    if not isinstance(found, type):
        raise DeclarationError(
            f"estimator: class must be the path of a class, got {path!r}, which is "
            f"{type(found).__name__}; write package.module.Class"
        )
    return found


def _tasks_of(kind: type[Any], path: str) -> frozenset[Task]:
    from sklearn.base import ClassifierMixin

    lacking = [name for name in ("fit", "predict", "get_params") if not hasattr(kind, name)]
    if not hasattr(kind, "predict_proba"):
        if not lacking and not issubclass(kind, ClassifierMixin):
            return _REGRESSION
        lacking += ["predict_proba"] if issubclass(kind, ClassifierMixin) else []
    if lacking:
        raise DeclarationError(
            f"estimator: class must have scikit-learn's interface, got {path!r} without "
            f"{', '.join(lacking)}; choose another, or wrap it in a class that has them"
        )
    return _CLASSIFICATION
