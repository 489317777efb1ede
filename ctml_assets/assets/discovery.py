"""The worst slices that nobody declared, as a plain function."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.assets.monitoring import monitored_lines
from ctml_assets.assets.statistics_table import PREDICTED_BY
from ctml_assets.core.discovery import FoundSlice, discover_slices
from ctml_assets.core.metrics.probabilities import NegLogLoss
from ctml_assets.core.metrics.regression import NegMeanAbsoluteError
from ctml_assets.core.outcomes import finite_rows, outcomes_of, predictions_of
from ctml_assets.core.records import weights
from ctml_assets.core.slices import cut
from ctml_assets.core.spec import FeatureKind, ModelSpec, SliceDiscoverySpec
from ctml_assets.errors import DataError

# Below it the t-test of a skewed loss reports too much.
_MIN_SUPPORT = 50
COLUMNS = (
    "name",
    "support",
    "mean_inside",
    "mean_outside",
    "excess",
    "sure_excess",
    "standard_error",
    "p_value",
    "share",
    "where",
)


def slice_discovery(
    window: pd.DataFrame, *, spec: ModelSpec, settings: SliceDiscoverySpec
) -> pd.DataFrame:
    """Search a window for the slices with the largest significant loss.

    Parameters
    ----------
    window
        Drift datasets of the window's days, one below the other; rows that nothing predicted, or
        that weigh nothing, are left out.
    spec
        A complete declaration.
    settings
        How to search.

    Returns
    -------
    DataFrame
        One row per slice, the worst first, with the fields of
        `ctml_assets.core.discovery.FoundSlice`. The loss is the log loss of classes and the
        absolute error of numbers: every row has one, also where the metric is of whole slices.
        ``where`` is a predicate: as a line of ``slices`` it declares the slice. Values that are
        slices already are left out.
    """
    searched = rows_to_search(window, spec=spec)
    prediction = predictions_of(searched, spec)
    declared = {name for line in cut(searched, monitored_lines(spec)) for name in line.names}
    found = discover_slices(
        searched,
        row_losses(searched, prediction, spec),
        features=_features(spec),
        days=searched[spec.event_time].dt.normalize().to_numpy(),
        max_features=settings.max_features,
        min_support=max(_MIN_SUPPORT, spec.monitoring.min_support),
        top=settings.top,
        level=settings.level,
        bins=settings.bins,
    )
    return _table(tuple(part for part in found if part.name not in declared))


def rows_to_search(window: pd.DataFrame, *, spec: ModelSpec) -> pd.DataFrame:
    """Return the rows that the last champion predicted and that weigh anything.

    All count alike, whatever their weight. What an earlier champion was bad at may be mended.
    """
    counts = finite_rows(predictions_of(window, spec))
    if PREDICTED_BY in window and len(window):
        days = window[spec.event_time].to_numpy()
        champion = window[PREDICTED_BY].to_numpy(dtype=object)[days.argmax()]
        counts = counts & (window[PREDICTED_BY] == champion).to_numpy(dtype=np.bool_)
    weight = weights(window, spec)
    if weight is not None:
        counts = counts & (weight > 0)
    return window.iloc[np.flatnonzero(counts)].reset_index(drop=True)


def row_losses(
    rows: pd.DataFrame, prediction: NDArray[np.float64], spec: ModelSpec
) -> NDArray[np.float64]:
    """Return each labelled row's loss, shape (rows,); higher is worse."""
    metric = NegMeanAbsoluteError() if spec.task == "regression" else NegLogLoss()
    return -metric.row_scores(outcomes_of(rows, prediction, spec=spec))


def _features(spec: ModelSpec) -> list[tuple[str, FeatureKind]]:
    if spec.features is None:
        raise DataError(f"{spec.name}: features are neither declared nor inferred yet")
    made: list[tuple[str, FeatureKind]] = [(name, "numeric") for name in spec.time_feature_names]
    return [*((feature.name, feature.kind) for feature in spec.features), *made]


def _table(found: tuple[FoundSlice, ...]) -> pd.DataFrame:
    table = pd.DataFrame([vars(part) for part in found], columns=list(COLUMNS))
    kinds = dict.fromkeys(COLUMNS, "float64") | {"name": "str", "where": "str", "support": "int64"}
    return table.astype(kinds)
