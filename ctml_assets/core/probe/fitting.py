"""The probe: a small model of the champion's kind."""

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

from ctml_assets.core.estimators import estimator_of
from ctml_assets.core.records import labels
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import fit


def fit_probe(frame: pd.DataFrame, *, spec: ModelSpec, iterations: int) -> "Pipeline":
    """Fit the declared estimator with cheap parameters: nothing is tuned.

    Parameters
    ----------
    frame : DataFrame of shape (n, columns)
        Labelled records, in any order.
    spec : ModelSpec
        A complete declaration; its seed and its threads hold.
    iterations : int
        Of an estimator that boosts; others take no heed.

    Raises
    ------
    DataError
        If there is nothing to learn: no row of weight > 0, or one class only.
    """
    parameters = estimator_of(spec.retraining.estimator).probe_parameters(iterations)
    return fit(frame, labels(frame, spec), spec=spec, parameters=parameters)
