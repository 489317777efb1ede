"""One batch of raw rows as typed columns; text keeps the dictionary that it came with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ctml_assets.core.records.times import as_event_times, time_features
from ctml_assets.core.records.values import as_numbers, as_text
from ctml_assets.core.spec import ModelSpec

RawBatch: TypeAlias = pa.RecordBatch | pd.DataFrame
"""Rows as a source gave them: straight from parquet, or a frame."""


@dataclass(frozen=True, eq=False)
class Categories:
    """A text column by its distinct values.

    Attributes
    ----------
    values : Series of str, shape (k,)
        Distinct values, none missing; some may occur in no row.
    codes : ndarray of intp, shape (n,)
        The position of each row's value; -1: missing.
    """

    values: "pd.Series[str]"
    codes: NDArray[np.intp]

    def texts(self) -> "pd.Series[str]":
        """Return the column, one text a row."""
        with_a_gap = pd.concat([self.values, pd.Series([None], dtype="str")], ignore_index=True)
        return with_a_gap.take(self.codes % len(with_a_gap)).reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class Batch:
    """Typed rows.

    Attributes
    ----------
    event_time : Series of datetime64[us], shape (n,)
        Naive UTC; missing where it is or cannot be read.
    record_id : Series of str, shape (n,)
        The entity id; without one the row's number in its file.
    numeric : mapping of str to ndarray of float64, shape (n,)
        Numeric features, and those made of the event time.
    categorical : mapping of str to Categories
        Categorical features.
    """

    event_time: "pd.Series[pd.Timestamp]"
    record_id: "pd.Series[str]"
    numeric: Mapping[str, NDArray[np.float64]]
    categorical: Mapping[str, Categories]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.event_time)

    def where(self, mask: NDArray[np.bool_]) -> "Batch":
        """Return the rows of a mask, in their order; the batch itself if that is all of them."""
        if mask.all():
            return self
        return replace(
            self,
            event_time=self.event_time[mask].reset_index(drop=True),
            record_id=self.record_id[mask].reset_index(drop=True),
            numeric={name: values[mask] for name, values in self.numeric.items()},
            categorical={
                name: Categories(it.values, it.codes[mask]) for name, it in self.categorical.items()
            },
        )

    def frame(self, spec: ModelSpec) -> pd.DataFrame:
        """Return the rows as a frame of records: event time, entity id if declared, features."""
        columns: dict[str, Any] = {spec.event_time: self.event_time}
        if spec.entity_id is not None:
            columns[spec.entity_id] = self.record_id
        for feature in spec.features or ():
            name = feature.name
            columns[name] = (
                self.categorical[name].texts()
                if feature.kind == "categorical"
                else self.numeric[name]
            )
        made = {name: self.numeric[name] for name in spec.time_feature_names}
        return pd.DataFrame({**columns, **made})


def as_batch(raw: RawBatch, spec: ModelSpec, *, first_row: int = 0) -> Batch:
    """Type a batch as ``core.records.prepare`` types a day.

    Parameters
    ----------
    raw
        Rows as they came, with every column that is needed; not changed.
    spec
        A complete declaration.
    first_row
        The number of the first row in its file.
    """
    times = as_event_times(_column(raw, spec.event_time))
    numeric: dict[str, NDArray[np.float64]] = {
        it.name: _numbers(raw, it.name) for it in spec.features or () if it.kind == "numeric"
    }
    for name, values in time_features(times, spec.time_features).items():
        numeric[name] = np.asarray(values, dtype=np.float64)
    return Batch(
        event_time=times,
        record_id=_record_ids(raw, spec, first_row),
        numeric=numeric,
        categorical={
            it.name: _categories(raw, it.name)
            for it in spec.features or ()
            if it.kind == "categorical"
        },
    )


def rows_of(raw: RawBatch, rows: NDArray[np.intp]) -> pd.DataFrame:
    """Return some rows of a batch as a frame, as they came."""
    if isinstance(raw, pd.DataFrame):
        chosen: pd.DataFrame = raw.iloc[rows].reset_index(drop=True)
        return chosen
    frame: pd.DataFrame = raw.take(pa.array(rows)).to_pandas()
    return frame


def present(raw: RawBatch, name: str) -> NDArray[np.bool_]:
    """Tell in which rows a column is not missing."""
    return _column(raw, name).notna().to_numpy(dtype=np.bool_)


def _column(raw: RawBatch, name: str) -> "pd.Series[Any]":
    column: pd.Series[Any] = (
        raw[name] if isinstance(raw, pd.DataFrame) else raw.column(name).to_pandas()
    )
    return column.reset_index(drop=True)


def _record_ids(raw: RawBatch, spec: ModelSpec, first_row: int) -> "pd.Series[str]":
    if spec.entity_id is None:
        rows = len(raw) if isinstance(raw, pd.DataFrame) else raw.num_rows
        return pd.Series(np.arange(first_row, first_row + rows)).astype("str")
    if isinstance(raw, pa.RecordBatch):
        column = raw.column(spec.entity_id)
        if pa.types.is_integer(column.type):
            # a gap would turn them into floats, which cannot hold every id
            texts: pd.Series[str] = column.cast(pa.string()).to_pandas()
            return texts
    return as_text(_column(raw, spec.entity_id)).reset_index(drop=True)


def _numbers(raw: RawBatch, name: str) -> NDArray[np.float64]:
    if isinstance(raw, pa.RecordBatch):
        column = raw.column(name)
        kind = column.type
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            values: NDArray[np.float64] = column.to_numpy(zero_copy_only=False)
            return values.astype(np.float64, copy=False)
    return as_numbers(_column(raw, name))


def _categories(raw: RawBatch, name: str) -> Categories:
    if isinstance(raw, pa.RecordBatch):
        column = raw.column(name)
        if _is_text(column.type):
            column = column.dictionary_encode()
        if pa.types.is_dictionary(column.type) and _is_sound(column.dictionary):
            codes = column.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
            return Categories(column.dictionary.to_pandas(), codes.astype(np.intp, copy=False))
    codes, values = pd.factorize(as_text(_column(raw, name)))
    return Categories(pd.Series(values, dtype="str"), codes.astype(np.intp))


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_sound(dictionary: Any) -> bool:
    """Tell whether a dictionary is of text without gaps or repetitions."""
    if not _is_text(dictionary.type) or dictionary.null_count:
        return False
    return bool(len(dictionary.unique()) == len(dictionary))
