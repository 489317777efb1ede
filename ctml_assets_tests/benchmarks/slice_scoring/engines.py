"""Ways to score every slice by four metrics, from the same frame; higher is better."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import sklearn.metrics as sk
from fairlearn.metrics import MetricFrame
from numpy.typing import NDArray

from ctml_assets.core.drift import SliceScore, drift_score, line_weights, score_metrics
from ctml_assets.core.metrics import METRICS
from ctml_assets_tests.benchmarks.slice_scoring.data import LINES, outcomes_of

NAMES = ("accuracy", "neg_log_loss", "neg_brier_score", "roc_auc")
OURS = "ours, with intervals"
TOLERANCE = 1e-9
_EPS = float(np.finfo(np.float64).eps)

Engine = Callable[[pd.DataFrame], pd.DataFrame]


def ours_with_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    """Score, and give each metric's weighted mean its 95 % interval by days."""
    scored = _scored(frame, frame["day"])
    for scores in scored:
        drift = drift_score(scores, None, weights=line_weights(LINES), max_drop=0.05)
        if drift.score_interval is None:
            raise RuntimeError("no interval")
    return _table(scored)


def ours_values(frame: pd.DataFrame) -> pd.DataFrame:
    """Score, and no more, as the peers do."""
    return _table(_scored(frame, None))


def metric_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Call each scikit-learn metric on each slice through fairlearn."""
    frames = MetricFrame(
        metrics=dict(_SKLEARN),
        y_true=frame["y"].to_numpy(),
        y_pred=frame["p"].to_numpy(),
        sensitive_features=frame["group"],
    )
    return frames.by_group[list(NAMES)]


def pandas_sklearn(frame: pd.DataFrame) -> pd.DataFrame:
    """Call each scikit-learn metric on each group of a pandas groupby."""
    found = {}
    for name, part in frame.groupby("group")[["y", "p"]]:
        y, p = part["y"].to_numpy(), part["p"].to_numpy()
        found[name] = [metric(y, p) for metric in _SKLEARN.values()]
    return pd.DataFrame.from_dict(found, orient="index", columns=list(NAMES))


def polars_expressions(frame: pd.DataFrame) -> pd.DataFrame:
    """Aggregate expressions; AUC from the sum of the positives' mean ranks (Mann and Whitney)."""
    y, p = pl.col("y"), pl.col("p")
    given = pl.when(y == 1).then(p).otherwise(1 - p).clip(_EPS, 1 - _EPS)
    positives = (y == 1).sum().cast(pl.Float64)
    rank_sum = p.rank("average").filter(y == 1).sum()
    auc = (rank_sum - positives * (positives + 1) / 2) / (positives * (pl.len() - positives))
    made = (
        pl.from_pandas(frame[["group", "y", "p"]])
        .group_by("group")
        .agg(
            ((p >= 0.5) == (y == 1)).mean().alias("accuracy"),
            given.log().mean().alias("neg_log_loss"),
            (-((p - y) ** 2)).mean().alias("neg_brier_score"),
            auc.alias("roc_auc"),
        )
    )
    columns = {name: made[name].to_numpy() for name in NAMES}
    return pd.DataFrame(columns, index=made["group"].to_list())


def duckdb_sql(frame: pd.DataFrame) -> pd.DataFrame:
    """Aggregate in SQL; mean ranks by two window functions."""
    with duckdb.connect() as connection:
        connection.register("rows", frame[["group", "y", "p"]])
        made = connection.sql(_SQL).df()
    return made.set_index("group")[list(NAMES)]


def require_equal(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Refuse a comparison of engines that do not compute the same numbers."""
    if sorted(found.index) != sorted(expected.index):
        raise RuntimeError(f"slices must be {len(expected)} of the same, got {len(found)}")
    aligned = found.loc[expected.index, list(NAMES)].to_numpy(dtype=np.float64)
    difference = float(np.abs(aligned - expected.to_numpy()).max())
    if not difference <= TOLERANCE:
        raise RuntimeError(f"values must agree to {TOLERANCE:g}, got {difference:g}")


def _scored(frame: pd.DataFrame, clusters: Any) -> tuple[tuple[SliceScore, ...], ...]:
    return score_metrics(
        frame,
        outcomes_of(frame),
        lines=LINES,
        metrics=[METRICS[name] for name in NAMES],
        min_support=1,
        clusters=clusters,
    )


def _table(scored: tuple[tuple[SliceScore, ...], ...]) -> pd.DataFrame:
    columns = {
        name: [part.score for part in scores] for name, scores in zip(NAMES, scored, strict=True)
    }
    return pd.DataFrame(columns, index=[part.name.removeprefix("group=") for part in scored[0]])


def _accuracy(y: NDArray[np.float64], p: NDArray[np.float64]) -> float:
    return float(sk.accuracy_score(y, p >= 0.5))


def _neg_log_loss(y: NDArray[np.float64], p: NDArray[np.float64]) -> float:
    return -float(sk.log_loss(y, p, labels=[0, 1]))


def _neg_brier_score(y: NDArray[np.float64], p: NDArray[np.float64]) -> float:
    return -float(sk.brier_score_loss(y, p))


def _roc_auc(y: NDArray[np.float64], p: NDArray[np.float64]) -> float:
    return float(sk.roc_auc_score(y, p))


_SKLEARN: Mapping[str, Callable[..., float]] = MappingProxyType(
    dict(zip(NAMES, (_accuracy, _neg_log_loss, _neg_brier_score, _roc_auc), strict=True))
)

_SQL = f"""
with ranked as (
    select "group", y, p,
        rank() over (partition by "group" order by p)
        + (count(*) over (partition by "group", p) - 1) / 2.0 as place
    from rows
), summed as (
    select "group",
        avg(((p >= 0.5) = (y = 1))::double) as accuracy,
        avg(ln(least(greatest(case when y = 1 then p else 1 - p end, {_EPS!r}), 1 - {_EPS!r})))
            as neg_log_loss,
        -avg((p - y) * (p - y)) as neg_brier_score,
        sum(y) as positives, count(*) as total, sum(place) filter (y = 1) as places
    from ranked group by "group"
)
select "group", accuracy, neg_log_loss, neg_brier_score,
    (places - positives * (positives + 1) / 2) / (positives * (total - positives)) as roc_auc
from summed
"""  # noqa: S608 (no outside text)

ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        OURS: ours_with_intervals,
        "ours, values only": ours_values,
        "polars": polars_expressions,
        "duckdb": duckdb_sql,
        "pandas + scikit-learn": pandas_sklearn,
        "fairlearn MetricFrame": metric_frame,
    }
)
