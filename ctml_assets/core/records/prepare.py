"""One day's raw rows: made into records, or set aside with the reasons."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from ctml_assets.core.records.columns import declared_columns, require_columns
from ctml_assets.core.records.contract import record_schema
from ctml_assets.core.records.reasons import Reasons
from ctml_assets.core.records.target import as_target, labels
from ctml_assets.core.records.times import as_event_times, on_day, time_features
from ctml_assets.core.records.values import as_numbers, as_text, shown, text_column
from ctml_assets.core.spec import ModelSpec


@dataclass(frozen=True)
class PreparedRecords:
    """One day's rows, each either good or bad.

    Attributes
    ----------
    good : DataFrame
        Records: event time (naive UTC, ``datetime64[us]``), entity id and query id if declared
        (``str``), target, label time if declared (as the event time, but it may be missing), sample
        weight if declared (float64), features (float64 or ``str``), time features (float64); sorted
        by event time, rows of one time in the order in which they came; RangeIndex.
    bad : DataFrame
        The other rows in the order in which they came: every raw column as text, and ``reason``
        (a raw column of that name becomes ``reason (raw)``). All of dtype ``str``.
    unexpected_columns : tuple of str
        Raw columns that the declaration names nowhere, sorted. They are not kept in `good`.
    labelled : int
        Good rows whose target is there, whenever it came.
    duplicates : int
        Rows of `bad` whose only fault is to repeat a good record's entity id and event time.
    """

    good: pd.DataFrame
    bad: pd.DataFrame
    unexpected_columns: tuple[str, ...]
    labelled: int
    duplicates: int


@dataclass(frozen=True, eq=False)
class JudgedRows:
    """Rows, typed and judged one by one.

    Attributes
    ----------
    raw : DataFrame
        The rows as they came, columns named by text; RangeIndex.
    frame : DataFrame
        The declared columns of all rows, typed; what could not be read is missing.
    reasons : Reasons
        What is against which row.
    """

    raw: pd.DataFrame
    frame: pd.DataFrame
    reasons: Reasons


def prepare(raw: pd.DataFrame, spec: ModelSpec, day: dt.date) -> PreparedRecords:
    """Judge and type the rows that a source returned for one day.

    Parameters
    ----------
    raw
        Rows as they came, in any dtypes. Not changed.
    spec
        The declaration; task, classes (of several) and features known.
    day
        The day (UTC) of the partition. A row of another day is bad.

    Returns
    -------
    PreparedRecords
        ``len(good) + len(bad) == len(raw)``: no row is lost.

    Raises
    ------
    DataError
        If a declared column is missing or a column occurs twice.
    DeclarationError
        If one of these is still to be inferred.
    """
    judged = judge(raw, spec, day)
    raw, frame, reasons = judged.raw, judged.frame, judged.reasons
    duplicates = _judge_duplicates(frame, spec, reasons)
    good = frame[~reasons.bad].sort_values(spec.event_time, kind="stable", ignore_index=True)
    good = good.assign(**time_features(good[spec.event_time], spec.time_features))
    expected = {*declared_columns(spec), *spec.ignore}
    return PreparedRecords(
        good=good,
        bad=bad_rows(raw[reasons.bad], reasons.texts()),
        unexpected_columns=tuple(sorted(set(raw.columns) - expected)),
        labelled=int(np.sum(~np.isnan(labels(good, spec)))),
        duplicates=duplicates,
    )


def judge(raw: pd.DataFrame, spec: ModelSpec, day: dt.date | None) -> JudgedRows:
    """Type rows and judge each by itself; who repeats whom is left to the caller.

    Parameters
    ----------
    raw, spec
        As of `prepare`.
    day
        The day that all rows must be of; None: any.

    Raises
    ------
    DataError, DeclarationError
        As of `prepare`.
    """
    require_columns(raw, declared_columns(spec), model=spec.name)
    raw = raw.set_axis([str(name) for name in raw.columns], axis="columns").reset_index(drop=True)
    reasons = Reasons(len(raw))
    frame = _typed(raw, spec, reasons)
    _judge_contract(frame, raw, spec, reasons)
    if day is not None:
        _judge_day(frame, spec, day, reasons)
    return JudgedRows(raw, frame, reasons)


def _typed(raw: pd.DataFrame, spec: ModelSpec, reasons: Reasons) -> pd.DataFrame:
    kinds = {feature.name: feature.kind for feature in spec.features or ()}
    typed: dict[str, pd.Series[Any]] = {}
    for name in declared_columns(spec):
        column = raw[name]
        if name in (spec.event_time, spec.label_time):
            typed[name] = as_event_times(column)
            accepted = "a time (a timestamp, or text in ISO 8601)"
        elif name == spec.target:
            typed[name] = as_target(column, spec)
            accepted = "a number"
        elif name == spec.sample_weight or kinds.get(name) == "numeric":
            typed[name] = pd.Series(as_numbers(column))
            accepted = "a number"
        else:
            typed[name] = as_text(column)
            continue
        unreadable = (column.notna() & typed[name].isna()).to_numpy(dtype=np.bool_)
        if unreadable.any():
            reasons.add_where(unreadable, name, accepted, column.tolist())
    return pd.DataFrame(typed)


def _judge_contract(
    frame: pd.DataFrame, raw: pd.DataFrame, spec: ModelSpec, reasons: Reasons
) -> None:
    from pandera.errors import SchemaErrors

    try:
        record_schema(spec).validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return
    for name, check, row in zip(cases["column"], cases["check"], cases["index"], strict=True):
        column, position = str(name), int(cast("int", row))
        if check == "not_nullable":
            if not reasons.against(position, column):
                reasons.add(position, column, "must not be missing")
        else:
            reasons.add(position, column, f"{check}, got {shown(raw[column].iloc[position])}")


def _judge_day(frame: pd.DataFrame, spec: ModelSpec, day: dt.date, reasons: Reasons) -> None:
    times = frame[spec.event_time]
    elsewhere = times.notna().to_numpy(dtype=np.bool_) & ~on_day(times, day)
    if elsewhere.any():
        reasons.add_where(elsewhere, spec.event_time, f"on {day} (UTC)", times.tolist())


def _judge_duplicates(frame: pd.DataFrame, spec: ModelSpec, reasons: Reasons) -> int:
    if spec.entity_id is None:
        return 0
    sound = frame.loc[~reasons.bad, [spec.entity_id, spec.event_time]]
    repeated = sound[sound.duplicated(keep="first")]
    for row, entity, time in repeated.itertuples(name=None):
        note_repeated(reasons, int(row), entity, time, spec)
    return len(repeated)


def note_repeated(
    reasons: Reasons, row: int, entity: object, time: object, spec: ModelSpec
) -> None:
    """Note against a row that an earlier one has its entity id and event time."""
    key = f"{spec.entity_id}, {spec.event_time}"
    reasons.add(row, key, f"must be unique together, got {shown(entity)} at {time} again")


def bad_rows(rows: pd.DataFrame, reasons: Sequence[str]) -> pd.DataFrame:
    """Return bad rows as they came, all as text, beside the reasons against each."""
    columns = {
        "reason (raw)" if name == "reason" else name: _as_it_came(rows[name]) for name in rows
    }
    return pd.DataFrame({**columns, "reason": text_column(list(reasons))})


def _as_it_came(column: "pd.Series[Any]") -> "pd.Series[str]":
    present = column.notna().tolist()
    values = column.astype(object).tolist()
    return text_column([str(v) if here else None for v, here in zip(values, present, strict=True)])
