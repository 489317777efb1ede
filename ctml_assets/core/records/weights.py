"""How much each record counts."""

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.metrics.outcomes import HEAVIEST, LIGHTEST
from ctml_assets.core.records.columns import stored_column
from ctml_assets.core.records.values import as_numbers
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError

ACCEPTED_WEIGHT: Final = f"must be 0, or from {LIGHTEST:g} to {HEAVIEST:g}"


def acceptable_weights(values: "pd.Series[float]") -> "pd.Series[bool]":
    """Tell which numbers may be weights; NaN and infinity may not."""
    return (values == 0) | values.between(LIGHTEST, HEAVIEST)


def weights(frame: pd.DataFrame, spec: ModelSpec) -> NDArray[np.float64] | None:
    """Return the declared sample weights of records.

    Parameters
    ----------
    frame
        Records, shape (n, columns).
    spec
        The declaration.

    Returns
    -------
    ndarray of float64, shape (n,), or None
        Each 0, or from 1e-100 to 1e100; None where ``sample_weight`` is not declared.

    Raises
    ------
    DataError
        If the column is absent, or a weight is missing, infinite, negative or of extreme size.

    Examples
    --------
    >>> spec = ModelSpec(name="delays", source="a.csv", target="late", sample_weight="seats",
    ...                  event_time="ts", start_date="2013-01-01")
    >>> weights(pd.DataFrame({"seats": [189, 0]}), spec).tolist()
    [189.0, 0.0]
    """
    if spec.sample_weight is None:
        return None
    column: pd.Series[Any] = stored_column(frame, spec.sample_weight, "sample weight", spec.name)
    values = as_numbers(column)
    odd = len(values) - int(acceptable_weights(pd.Series(values)).sum())
    if odd:
        raise DataError(
            f"{spec.name}: the sample weight {spec.sample_weight} {ACCEPTED_WEIGHT}, got others in "
            f"{odd} of {len(values)} rows; materialize the records again"
        )
    return values
