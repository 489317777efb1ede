"""A fitted model that scores batches: by codes where it can, by frames where not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ctml_assets.core.scoring.batch import Batch
from ctml_assets.core.scoring.ordinals import OrdinalColumns, fits, ordinal_columns
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import feature_names, outputs, predict, refuse_other_classes
from ctml_assets.errors import DataError


@dataclass(frozen=True, eq=False)
class Scorer:
    """A version, ready to score.

    Attributes
    ----------
    version : str
        Its id.
    model : object
        The fitted pipeline.
    features : tuple of str
        Its inputs in its own order.
    columns : OrdinalColumns or None
        How its encoder is followed; None: it is given frames.
    learner : object
        The pipeline without its encoder; None where that is not followed.
    """

    version: str
    model: Any
    features: tuple[str, ...]
    columns: OrdinalColumns | None
    learner: Any

    def outputs(self, batch: Batch, spec: ModelSpec) -> NDArray[np.float64]:
        """Return what ``core.training.predict`` says of the batch's rows, bit by bit.

        Parameters
        ----------
        batch
            Rows that keep the contract.
        spec
            The declaration that the scorer was made for.

        Returns
        -------
        ndarray of float64, shape (n,) or (n, classes)
        """
        if self.columns is None or not len(batch):
            return predict(self.model, batch.frame(spec), spec=spec, features=self.features)
        with threadpool_limits(spec.retraining.threads):
            return outputs(self.learner, self.columns.matrix(batch), spec)


def scorer_of(
    model: Any, spec: ModelSpec, *, version: str, features: Sequence[str] | None = None
) -> Scorer:
    """Return a scorer of a fitted pipeline.

    Parameters
    ----------
    model
        A pipeline that ``core.training.fit`` returned.
    spec
        A complete declaration.
    version
        Its id.
    features
        Its inputs in its own order; None: those of the declaration.

    Raises
    ------
    DataError
        If it needs a column that is not declared, or has learned other classes.
    """
    names = tuple(features or feature_names(spec))
    strange = sorted({*names} - {*feature_names(spec)})
    if strange:
        raise DataError(
            f"{spec.name}: the inputs of {version} must be declared, got {', '.join(strange)} "
            "besides; train a new version, or declare them again"
        )
    refuse_other_classes(model, spec)
    columns = _columns(model, spec)
    if columns is None:
        return Scorer(version, model, names, None, None)
    learner = model[1:]
    if hasattr(model, "class_names_"):
        learner.class_names_ = model.class_names_
    return Scorer(version, model, names, columns, learner)


def _columns(model: Any, spec: ModelSpec) -> OrdinalColumns | None:
    from sklearn.pipeline import Pipeline

    if type(model) is not Pipeline or len(model.steps) != 2:
        return None
    kinds = dict.fromkeys(feature_names(spec, "numeric"), "numeric")
    kinds |= dict.fromkeys(feature_names(spec, "categorical"), "categorical")
    columns = ordinal_columns(model.steps[0][1])
    return columns if columns is not None and fits(columns, kinds) else None
