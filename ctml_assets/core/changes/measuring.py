"""All measures on all columns."""

from collections.abc import Mapping

import pandas as pd

from ctml_assets.core.changes.column import pair_columns
from ctml_assets.core.changes.jensen_shannon import JensenShannon
from ctml_assets.core.changes.ks import KolmogorovSmirnov
from ctml_assets.core.changes.protocol import Measure
from ctml_assets.core.changes.psi import PopulationStabilityIndex
from ctml_assets.core.changes.wasserstein import Wasserstein
from ctml_assets.core.spec import FeatureKind

MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        PopulationStabilityIndex(),
        JensenShannon(),
        Wasserstein(),
        KolmogorovSmirnov(),
    )
}


def measure_columns(
    old: pd.DataFrame,
    new: pd.DataFrame,
    kinds: Mapping[str, FeatureKind],
    *,
    min_values: int,
) -> dict[str, dict[str, float]]:
    """Return how far each column has moved.

    Parameters
    ----------
    old, new : DataFrame of shape (rows, columns)
        Rows then and now, each with the columns; not changed.
    kinds
        The columns to look at.
    min_values
        See `ctml_assets.core.changes.column.pair_columns`.

    Returns
    -------
    dict of str to dict of str to float
        By measure, then by column: the effect, >= 0, larger is more changed. A column that a
        measure has no effect for is left out of it.

    Examples
    --------
    >>> old, new = pd.DataFrame({"x": [1.0, 3.0]}), pd.DataFrame({"x": [2.0, 4.0]})
    >>> measure_columns(old, new, {"x": "numeric"}, min_values=2)["wasserstein"]
    {'x': 1.0}
    """
    effects: dict[str, dict[str, float]] = {name: {} for name in MEASURES}
    for column, kind in kinds.items():
        pair = pair_columns(old[column], new[column], kind, min_values=min_values)
        for name, measure in MEASURES.items():
            effect = measure.effect(pair)
            if effect is not None:
                effects[name][column] = effect
    return effects
