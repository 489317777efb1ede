"""The target column: which type it is kept in, and the labels made of it."""

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.records.values import as_numbers, as_text
from ctml_assets.core.slices import Predicate, parse_predicate
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError, DeclarationError

TargetKind = Literal["number", "text"]


def target_kind(spec: ModelSpec) -> TargetKind:
    """Tell in which type the target is kept; it depends on the declaration alone.

    Were it to depend on the data, a day without labels would have another type than its
    neighbours.

    Parameters
    ----------
    spec
        The declaration. The target of several classes is text. Else, without ``positive`` the
        target is a number; with it, the target is what the predicate compares it with.

    Returns
    -------
    ``number`` (float64; booleans are 1 and 0) or ``text`` (``str``)
    """
    if spec.implied_task == "multiclass_classification":
        return "text"
    if spec.positive is None:
        return "number"
    predicate = parse_predicate(spec.positive)
    return "text" if _takes_text(predicate, spec.target) else "number"


def _takes_text(predicate: Predicate, target: str) -> bool:
    try:
        predicate.mask(pd.DataFrame({target: pd.Series(["text"], dtype="str")}))
    except DataError:
        return False
    return True


def known_classes(spec: ModelSpec) -> tuple[str, ...]:
    """Return the classes of a multiclass classification, numbered by their position.

    Raises
    ------
    DeclarationError
        If they are still to be inferred.
    """
    if spec.classes is None:
        raise DeclarationError(
            f"{spec.name}: classes must be known, got a declaration that leaves them open; "
            "complete it from the first day's records"
        )
    return spec.classes


def as_target(column: "pd.Series[Any]", spec: ModelSpec) -> "pd.Series[float] | pd.Series[str]":
    """Read the raw target column in the type in which it is kept; RangeIndex."""
    if target_kind(spec) == "text":
        return as_text(column).reset_index(drop=True)
    return pd.Series(as_numbers(column))


def labels(frame: pd.DataFrame, spec: ModelSpec) -> NDArray[np.float64]:
    """Make the labels of records.

    Parameters
    ----------
    frame
        Records with the declared target column.
    spec
        The declaration.

    Returns
    -------
    ndarray of float64, one per row
        With ``positive`` or for binary classification: 1 (positive), 0 or NaN. Of several classes:
        the class's position in ``classes``, or NaN. For regression: the target, or NaN. NaN means
        that the row is not labelled: its target is missing.

    Raises
    ------
    DataError
        If the column is absent, or a label is neither 0 nor 1, or none of the classes.
    DeclarationError
        If several classes are still to be inferred.

    Examples
    --------
    >>> spec = ModelSpec(name="delays", source="a.csv", target="late", positive="late > 15",
    ...                  event_time="ts", start_date="2013-01-01")
    >>> labels(pd.DataFrame({"late": [20.0, 15.0, float("nan")]}), spec).tolist()
    [1.0, 0.0, nan]
    """
    if spec.target not in frame:
        raise DataError(
            f"{spec.name}: the target {spec.target} must be a column, got "
            f"{', '.join(map(str, frame.columns))}; mend the source or the declaration"
        )
    column = as_target(frame[spec.target], spec)
    if spec.implied_task == "multiclass_classification":
        return _class_numbers(column, spec)
    if spec.positive is None:
        return _plain_labels(column, spec)
    present = column.notna().to_numpy(dtype=np.bool_)
    y = np.full(len(column), np.nan)
    labelled = pd.DataFrame({spec.target: column[present].reset_index(drop=True)})
    y[present] = parse_predicate(spec.positive).mask(labelled)
    return y


def _plain_labels(
    column: "pd.Series[float] | pd.Series[str]", spec: ModelSpec
) -> NDArray[np.float64]:
    y: NDArray[np.float64] = np.array(column, dtype=np.float64)
    if spec.task == "binary_classification":
        odd = int(np.sum(~np.isnan(y) & (y != 0) & (y != 1)))
        if odd:
            raise DataError(
                f"{spec.name}: the target {spec.target} must be 0, 1 or missing, got other values "
                f"in {odd} of {len(y)} rows; declare positive, for example {spec.target} > 0"
            )
    return y


def _class_numbers(
    column: "pd.Series[float] | pd.Series[str]", spec: ModelSpec
) -> NDArray[np.float64]:
    classes = known_classes(spec)
    numbers = pd.Index(classes, dtype="str").get_indexer(pd.Index(column))
    y: NDArray[np.float64] = np.where(numbers < 0, np.nan, numbers)
    odd = int(np.sum((numbers < 0) & column.notna().to_numpy(dtype=np.bool_)))
    if odd:
        raise DataError(
            f"{spec.name}: the target {spec.target} must be one of the classes "
            f"{', '.join(classes)} or missing, got other values in {odd} of {len(y)} rows; declare "
            "all classes"
        )
    return y
