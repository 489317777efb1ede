"""The ways to predict a file of rows, each to be run in a process of its own."""

import datetime as dt
import pickle
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
from threadpoolctl import threadpool_limits

from ctml_assets.assets.predictions import predictions
from ctml_assets.core.records import prepare
from ctml_assets.core.rollout import Arm, ArmPlan
from ctml_assets.core.scoring.judging import needed_columns
from ctml_assets.core.scoring.rows import REPETITIVE_COLUMNS, log_schema
from ctml_assets.core.scoring.scorer import Scorer, scorer_of
from ctml_assets.core.training import feature_names, predict
from ctml_assets.lake import LocalLake, open_table_file
from ctml_assets.sources import Wanted, file_batches
from ctml_assets_tests.benchmarks.inference.data import DAY, flights_spec

Work = Callable[[], int]
BARE, OURS, BY_FRAMES, WHOLE = (
    "predict_proba, frame in memory",
    "predictions, by dictionary codes",
    "predictions, by frames",
    "whole frame: read, prepare, predict",
)


def ready(path: str, model: Path, rows: Path) -> Work:
    """Return what is to be measured; whatever it needs beforehand is done."""
    spec = flights_spec()
    # our own bytes of a moment ago: the registry's loading is not what is measured
    fitted = pickle.loads(model.read_bytes())  # noqa: S301
    if path == BARE:
        # the file holds sound rows only, so nothing but the types and the order change
        frame = _whole(rows, spec).loc[:, list(feature_names(spec))]
        return lambda: _bare(fitted, frame)
    if path == WHOLE:
        return lambda: len(predict(fitted, _whole(rows, spec), spec=spec))
    scorer = scorer_of(fitted, spec, version="v1")
    if path == BY_FRAMES:
        scorer = replace(scorer, columns=None)
    return lambda: _streamed(scorer, spec, rows)


def _bare(fitted, frame) -> int:
    with threadpool_limits(1):
        return len(fitted.predict_proba(frame))


def _whole(rows: Path, spec) -> pd.DataFrame:
    raw = pd.read_parquet(rows)
    return prepare(raw.assign(**{spec.target: None}), spec, DAY.date()).good


def _streamed(scorer: Scorer, spec, rows: Path) -> int:
    text = tuple(it.name for it in spec.features if it.kind == "categorical")
    bad = []
    with (
        tempfile.TemporaryDirectory() as lake,
        open_table_file(log_schema(spec), REPETITIVE_COLUMNS) as table,
    ):
        counts = predictions(
            file_batches(str(rows), spec.event_time, Wanted(needed_columns(spec), text)),
            ArmPlan(champion=scorer.version),
            {Arm.CHAMPION: scorer},
            spec=spec,
            day=DAY.date(),
            predicted_at=DAY.to_pydatetime() + dt.timedelta(days=1),
            log=table.write,
            set_aside=bad.append,
        )
        table.store(LocalLake(Path(lake)), "tables/flights/predictions/2014-01-15.parquet")
    if bad:
        raise RuntimeError(f"no row may be bad, got {bad[0]['reason'].iloc[0]}")
    return counts.predicted
