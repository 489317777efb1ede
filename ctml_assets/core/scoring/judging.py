"""A batch of raw rows: those that keep the contract, typed, and the others with their reasons."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctml_assets.core.records.columns import require_columns
from ctml_assets.core.records.prepare import bad_rows, judge, note_repeated
from ctml_assets.core.records.reasons import Reasons
from ctml_assets.core.scoring.batch import Batch, RawBatch, as_batch, rows_of
from ctml_assets.core.scoring.doubtful import doubtful
from ctml_assets.core.scoring.seen import SeenRecords, record_keys
from ctml_assets.core.spec import ModelSpec


@dataclass(frozen=True, eq=False)
class JudgedBatch:
    """A batch, each row either good or bad.

    Attributes
    ----------
    good : Batch
        Rows to predict, in the order in which they came.
    bad : DataFrame
        The others, as ``PreparedRecords.bad``; without the outcome.
    duplicates : int
        Rows of `bad` whose only fault is to repeat an earlier record's id and event time.
    """

    good: Batch
    bad: pd.DataFrame
    duplicates: int


def needed_columns(spec: ModelSpec) -> tuple[str, ...]:
    """Return the columns of a record that are needed to predict it: nothing known only later.

    Examples
    --------
    >>> spec = ModelSpec(name="stays", source="a.csv", target="left", event_time="ts",
    ...                  entity_id="id", start_date="2013-01-01",
    ...                  features=[{"name": "nights", "kind": "numeric"}])
    >>> needed_columns(spec)
    ('ts', 'id', 'nights')
    """
    entity = () if spec.entity_id is None else (spec.entity_id,)
    return (spec.event_time, *entity, *(feature.name for feature in spec.features or ()))


def judged(
    batches: Iterable[RawBatch], spec: ModelSpec, day: dt.date | None
) -> Iterator[JudgedBatch]:
    """Judge raw rows batch by batch, with the verdicts of ``core.records.prepare``.

    The outcome, its time, weights and queries play no part, whether they are there or not.

    Parameters
    ----------
    batches
        Rows as a source gave them.
    spec
        A complete declaration.
    day
        The day (UTC) that all rows must be of; None: any.

    Raises
    ------
    DataError
        If a column that is needed is missing, or occurs twice.
    """
    seen, first_row = SeenRecords(), 0
    for raw in batches:
        yield _judged(raw, spec, day, seen, first_row)
        first_row += len(raw)


def _judged(
    raw: RawBatch, spec: ModelSpec, day: dt.date | None, seen: SeenRecords, first_row: int
) -> JudgedBatch:
    if isinstance(raw, pd.DataFrame):
        raw = raw.set_axis([str(name) for name in raw.columns], axis="columns")
    names = list(raw.columns if isinstance(raw, pd.DataFrame) else raw.schema.names)
    require_columns(pd.DataFrame(columns=names), needed_columns(spec), model=spec.name)
    batch = as_batch(raw, spec, first_row=first_row)
    reasons = Reasons(len(batch))
    doubt = np.flatnonzero(doubtful(raw, batch, spec, day))
    if len(doubt):
        reasons.adopt(_reasons_against(rows_of(raw, doubt), spec, day), doubt)
    duplicates = _judge_repetitions(batch, seen, spec, reasons)
    bad = reasons.bad
    if not bad.any():
        return JudgedBatch(batch, pd.DataFrame(), 0)
    came = rows_of(raw, np.flatnonzero(bad)).loc[:, list(needed_columns(spec))]
    return JudgedBatch(batch.where(~bad), bad_rows(came, reasons.texts()), duplicates)


def _reasons_against(raw: pd.DataFrame, spec: ModelSpec, day: dt.date | None) -> Reasons:
    """Judge some rows as records are judged, without what is known only later."""
    known_later = {"label_time": None, "sample_weight": None, "query_id": None}
    raw = raw.assign(**{spec.target: pd.Series(None, raw.index, object)})
    return judge(raw, spec.model_copy(update=known_later), day).reasons


def _judge_repetitions(batch: Batch, seen: SeenRecords, spec: ModelSpec, reasons: Reasons) -> int:
    if spec.entity_id is None:
        return 0
    sound = np.flatnonzero(~reasons.bad)
    ids, times = batch.record_id.iloc[sound], batch.event_time.iloc[sound]
    again = np.flatnonzero(seen.repeated(record_keys(ids, times)))
    for row in again.tolist():
        note_repeated(reasons, int(sound[row]), ids.iloc[row], times.iloc[row], spec)
    return len(again)
