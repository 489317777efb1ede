"""A day's predictions as a plain function: batches of raw rows in, rows to log out."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import pandas as pd
import pyarrow as pa

from ctml_assets.core.rollout import Arm, ArmPlan
from ctml_assets.core.scoring.batch import RawBatch
from ctml_assets.core.scoring.counts import PredictionCounts
from ctml_assets.core.scoring.judging import judged
from ctml_assets.core.scoring.rows import Scored, score
from ctml_assets.core.scoring.scorer import Scorer
from ctml_assets.core.spec import ModelSpec

_MOST_EXAMPLES = 10


def predictions(
    batches: Iterable[RawBatch],
    plan: ArmPlan,
    scorers: Mapping[Arm, Scorer],
    *,
    spec: ModelSpec,
    day: dt.date | None,
    predicted_at: dt.datetime,
    log: Callable[[pa.RecordBatch], None],
    set_aside: Callable[[pd.DataFrame], None],
) -> PredictionCounts:
    """Judge and score rows batch by batch; no more than one batch is in memory.

    Parameters
    ----------
    batches
        Rows as a source gave them.
    plan
        Who scores which record, and who serves it.
    scorers
        One for each arm that the plan has.
    spec
        A complete declaration.
    day
        The day that all rows must be of; None: any.
    predicted_at
        When, naive UTC.
    log
        Takes rows of ``core.scoring.rows.log_schema``.
    set_aside
        Takes bad rows as they came, as text, each with its ``reason``.

    Returns
    -------
    PredictionCounts
        Every row was either logged, once for each arm that scores it, or set aside.

    Raises
    ------
    ArmError
        If a challenger or a former champion fails; what was logged is then to be thrown away.
    DataError
        If a column is missing, or an answer that would be acted upon is not finite.
    """
    rows = bad = duplicates = 0
    by_arm: Counter[str] = Counter()
    total, reasons = 0.0, dict[str, None]()
    for batch in judged(batches, spec, day):
        rows += len(batch.good) + len(batch.bad)
        bad += len(batch.bad)
        duplicates += batch.duplicates
        if len(batch.bad):
            set_aside(batch.bad)
            reasons.update(dict.fromkeys(batch.bad["reason"].head(_MOST_EXAMPLES)))
        for scored in score(batch.good, plan, scorers, spec=spec, predicted_at=predicted_at):
            log(scored.table)
            by_arm[scored.arm.value] += len(scored.outputs)
            total += _sum(scored)
    champions = by_arm[Arm.CHAMPION.value]
    known = spec.task != "multiclass_classification" and champions
    return PredictionCounts(
        rows=rows,
        bad=bad,
        duplicates=duplicates,
        by_arm=dict(by_arm),
        mean_prediction=total / champions if known else None,
        reasons=tuple(reasons)[:_MOST_EXAMPLES],
    )


def _sum(scored: Scored) -> float:
    of_one_number = scored.arm is Arm.CHAMPION and scored.outputs.ndim == 1
    return float(scored.outputs.sum()) if of_one_number else 0.0
