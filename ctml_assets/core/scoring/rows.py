"""A batch's predictions by all arms, as rows to log."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from ctml_assets.core.outcomes import finite_rows
from ctml_assets.core.records.values import shown
from ctml_assets.core.rollout.arms import Arm, ArmPlan, assign, cohort_numbers
from ctml_assets.core.scoring.batch import Batch
from ctml_assets.core.scoring.logged import (
    ARM,
    EVENT_TIME,
    PREDICTED_AT,
    PREDICTION,
    RECORD_ID,
    SERVED,
    VERSION,
    as_logged,
    probability_columns,
)
from ctml_assets.core.scoring.scorer import Scorer
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError

_TIME = pa.timestamp("us")


class ArmError(DataError):
    """An arm other than the champion failed: the day can be predicted without it.

    Attributes
    ----------
    arm : Arm
        The arm.
    """

    def __init__(self, arm: Arm, message: str) -> None:
        super().__init__(message)
        self.arm = arm


@dataclass(frozen=True, eq=False)
class Scored:
    """What an arm said of some of a batch's rows.

    Attributes
    ----------
    arm : Arm
        The arm.
    outputs : ndarray of float64, shape (n,) or (n, classes)
        As ``core.training.predict``.
    table : pyarrow.RecordBatch
        Rows to log, of `log_schema`.
    """

    arm: Arm
    outputs: NDArray[np.float64]
    table: pa.RecordBatch


def log_schema(spec: ModelSpec) -> pa.Schema:
    """Return the types of logged predictions, in the order of ``logged_columns``."""
    kinds = {
        "binary_classification": pa.int64(),
        "multiclass_classification": pa.string(),
        "regression": pa.float64(),
    }
    return pa.schema(
        [
            (RECORD_ID, pa.string()),
            (EVENT_TIME, _TIME),
            (PREDICTION, kinds[str(spec.task)]),
            *((name, pa.float64()) for name in probability_columns(spec)),
            (VERSION, pa.string()),
            (ARM, pa.string()),
            (SERVED, pa.bool_()),
            (PREDICTED_AT, _TIME),
        ]
    )


# Stored as dictionaries; ids and probabilities hardly repeat.
REPETITIVE_COLUMNS = (PREDICTION, VERSION, ARM, SERVED, PREDICTED_AT)


def score(
    batch: Batch,
    plan: ArmPlan,
    scorers: Mapping[Arm, Scorer],
    *,
    spec: ModelSpec,
    predicted_at: dt.datetime,
) -> list[Scored]:
    """Score a batch's rows with the arms that shall.

    Parameters
    ----------
    batch
        Rows that keep the contract.
    plan
        Who scores which record, and who serves it.
    scorers
        One for each arm that the plan has.
    spec
        A complete declaration.
    predicted_at
        When, naive UTC.

    Returns
    -------
    list of Scored
        One an arm that scores any row, in the order of `Arm`. What the champion cannot predict
        (its answer is not finite) where the challenger serves is left out of it.

    Raises
    ------
    ArmError
        If a challenger or a former champion fails, or any answer of it is not finite.
    DataError
        If an answer of the champion that would be acted upon is not finite.
    """
    cohorts = None
    if plan.cohorts:
        lines = spec.monitoring.slices or ()
        cohorts = cohort_numbers(batch.frame(spec), lines, plan.cohorts)
    assigned = assign(plan, batch.record_id, cohorts)
    serves = {
        Arm.CHAMPION: ~assigned.challenger_serves,
        Arm.CHALLENGER: assigned.challenger_serves,
        Arm.FORMER: np.zeros(len(batch), dtype=np.bool_),
    }
    found = []
    for arm in Arm:
        rows = assigned.scored.get(arm)
        if rows is None or not rows.any():
            continue
        chosen, served = batch.where(rows), serves[arm][rows]
        if arm is Arm.CHAMPION:
            found.append(_said(chosen, served, arm, scorers[arm], spec, predicted_at))
            continue
        try:
            found.append(_said(chosen, served, arm, scorers[arm], spec, predicted_at))
        except DataError as error:
            raise ArmError(arm, str(error)) from error
        except Exception as error:
            # a fitted model may fail in any way
            raise ArmError(
                arm,
                f"{spec.name}: {scorers[arm].version} must predict {len(chosen)} records, got "
                f"{type(error).__name__}: {shown(error)}; train a new version",
            ) from error
    return found


def _said(
    batch: Batch,
    served: NDArray[np.bool_],
    arm: Arm,
    scorer: Scorer,
    spec: ModelSpec,
    predicted_at: dt.datetime,
) -> Scored:
    outputs = scorer.outputs(batch, spec)
    finite = finite_rows(outputs)
    if not finite.all():
        # a comparison of the rows that an arm can predict would be one of a part
        _require_finite(finite[served] if arm is Arm.CHAMPION else finite, scorer, spec)
        batch, served, outputs = batch.where(finite), served[finite], outputs[finite]
    said = {
        VERSION: scorer.version,
        ARM: arm.value,
        SERVED: served,
        PREDICTED_AT: predicted_at,
    }
    return Scored(arm, outputs, _rows(batch, as_logged(outputs, spec) | said, spec))


def _require_finite(finite: NDArray[np.bool_], scorer: Scorer, spec: ModelSpec) -> None:
    if not finite.all():
        raise DataError(
            f"{spec.name}: predictions of {scorer.version} must be finite, got NaN or infinity for "
            f"{int((~finite).sum())} records; use a version that predicts them"
        )


def _rows(batch: Batch, columns: Mapping[str, object], spec: ModelSpec) -> pa.RecordBatch:
    schema = log_schema(spec)
    columns = {RECORD_ID: batch.record_id, EVENT_TIME: batch.event_time, **columns}
    return pa.RecordBatch.from_arrays(
        [_array(columns[field.name], field.type, len(batch)) for field in schema], schema=schema
    )


def _array(values: object, kind: pa.DataType, rows: int) -> pa.Array:
    if not isinstance(values, np.ndarray | pd.Series):
        return pa.repeat(pa.scalar(values, kind), rows)
    array = pa.array(values, type=kind)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
