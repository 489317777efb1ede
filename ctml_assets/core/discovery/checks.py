"""What the search accepts, checked before it begins."""

from collections.abc import Sequence
from typing import Any, Final, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ctml_assets.core.spec.features import FeatureKind
from ctml_assets.errors import DataError, DeclarationError

MAX_BINS: Final = 50
MAX_DAYS: Final = 1000


def require_settings(
    *, max_features: int, min_support: int, top: int, level: float, bins: int
) -> None:
    """Refuse settings out of their range (DeclarationError)."""
    for name, value, lowest, highest in (
        ("max_features", max_features, 1, 2),
        ("min_support", min_support, 2, None),
        ("top", top, 1, None),
        ("bins", bins, 2, MAX_BINS),
    ):
        is_whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not is_whole or value < lowest or (highest is not None and value > highest):
            limit = "" if highest is None else f" and <= {highest}"
            raise DeclarationError(
                f"discover_slices: {name} must be a whole number >= {lowest}{limit}, "
                f"got {value!r}; leave it out for the default"
            )
    if not 0 < level < 1:
        raise DeclarationError(
            f"discover_slices: level must be > 0 and < 1, got {level!r}; use for example 0.05"
        )


def require_features(features: Sequence[tuple[str, FeatureKind]]) -> None:
    """Refuse a feature of unknown kind, or one that is named twice (DeclarationError)."""
    kinds = get_args(FeatureKind)
    seen = set()
    for name, kind in features:
        if kind not in kinds:
            raise DeclarationError(
                f"discover_slices: the kind of feature {name!r} must be {' or '.join(kinds)}, "
                f"got {kind!r}; correct it"
            )
        if repr(name) in seen:
            raise DeclarationError(
                f"discover_slices: features must differ, got {name!r} twice; name it once"
            )
        seen.add(repr(name))


def checked_loss(loss: ArrayLike, rows: int) -> NDArray[np.float64]:
    """Return the loss as floats; DataError unless it is one finite number a row."""
    array: NDArray[Any] = np.asarray(loss)
    if array.shape != (rows,) or array.dtype.kind not in "fiub":
        raise DataError(
            f"discover_slices: loss must be one number for each of the {rows} rows, got "
            f"shape {array.shape} of {array.dtype}; compute it from the same rows"
        )
    values = array.astype(np.float64)
    unfit = int(np.count_nonzero(~np.isfinite(values)))
    if unfit:
        raise DataError(
            f"discover_slices: loss must be finite in every row, got {unfit} of {rows} rows "
            "with NaN or infinity; leave out rows without a label and correct the predictions"
        )
    return values


def numbered_days(days: Any, rows: int) -> tuple[NDArray[np.intp], int]:
    """Give every day label a number from 0; DataError unless there is one label a row."""
    try:
        series = pd.Series(days).reset_index(drop=True)
        codes, labels = pd.factorize(series)
    except (TypeError, ValueError, NotImplementedError) as error:
        raise DataError(
            f"discover_slices: days must be one label a row, got {type(days).__name__}; "
            "give dates or numbers"
        ) from error
    if len(codes) != rows:
        raise DataError(
            f"discover_slices: days must be one label for each of the {rows} rows, "
            f"got {len(codes)}; take them from the same rows"
        )
    missing = int(np.count_nonzero(codes < 0))
    if missing:
        raise DataError(
            f"discover_slices: days must be known for every row, got {missing} of {rows} rows "
            "without; leave these rows out"
        )
    if len(labels) > MAX_DAYS:
        raise DataError(
            f"discover_slices: days must have at most {MAX_DAYS} labels, got {len(labels)}; "
            "give dates instead of times, or weeks"
        )
    return codes, len(labels)
