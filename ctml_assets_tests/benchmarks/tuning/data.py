"""The problems: late flights as of several months, and a generated stream with a mild drift."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from sklearn.datasets import make_classification

from ctml_assets.assets.training import rows_of, training_dataset
from ctml_assets.core.records import labels
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.tuning import FoldRows, Start
from ctml_assets_tests.benchmarks.policies import data as real
from ctml_assets_tests.benchmarks.policies.data import Records, records_of

FLIGHTS, GENERATED = "flights", "generated"
THREADS: Final = 2
# A study before the measured one leaves what a warm start begins with.
EARLIER: Final = dt.timedelta(days=28)
# Seeds take the months in this order.
AS_OF: Final = tuple(dt.date(2013, month, day) for month, day in ((6, 30), (8, 31), (10, 31)))
ROLLING: Final = tuple(
    dt.date(2013, month, day)
    for month, day in ((5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31), (11, 30))
)
ROWS_A_DAY: Final = 600
_START, _DAYS = dt.date(2024, 1, 1), 128
_FEATURES, _LEVELS = 20, (4, 12, 40, 120)
_TURN = np.deg2rad(20)


@dataclass(frozen=True)
class Left:
    """What a study leaves to the next one.

    Attributes
    ----------
    starts : tuple of Start
        Parameters to begin with, the best first.
    gaps : tuple of float or None
        How far its draws fell short, see `ctml_assets.core.tuning.stopping.gaps`.
    """

    starts: tuple[Start, ...] = ()
    gaps: tuple[float | None, ...] = ()


@dataclass(frozen=True, eq=False)
class Problem:
    """What all methods search on.

    Attributes
    ----------
    data : str
        In the tables.
    seed : int
        Of the estimator and of the search.
    spec : ModelSpec
        The declaration.
    dataset : DataFrame
        Records, each marked train, validation or test.
    left : Left
        What a warm start has.
    """

    data: str
    seed: int
    spec: ModelSpec
    dataset: pd.DataFrame
    left: Left = Left()

    def fold(self) -> FoldRows:
        """Return the rows to learn from and those to validate on."""
        train = rows_of(self.dataset, "train")
        return FoldRows(train, labels(train, self.spec), rows_of(self.dataset, "validation"))


def problem_of(records: Records, as_of: dt.date, seed: int) -> Problem:
    """Split records in time, as a training as of a day does."""
    changes = {"threads": THREADS, "seed": seed}
    retraining = records.spec.retraining.model_copy(update=changes)
    spec = records.spec.model_copy(update={"retraining": retraining})
    dataset = training_dataset(records.frame, spec=spec, as_of=as_of)
    return Problem(records.name, seed, spec, dataset)


def flights(every: int = 1) -> Records:
    """Return the demo's records; every so-manieth."""
    return real.flights(every)


def generated(seed: int, *, rows_a_day: int = ROWS_A_DAY) -> Records:
    """Return a stream of 16 numbers and 4 categories with clusters of two classes.

    Pairs of features turn by 20 degrees over the whole time, so that old rows tell a little less.
    """
    rows = _DAYS * rows_a_day
    x, y = make_classification(
        rows,
        n_features=_FEATURES,
        n_informative=10,
        n_redundant=4,
        n_clusters_per_class=4,
        flip_y=0.1,
        class_sep=0.8,
        random_state=seed,
    )
    day = np.repeat(np.arange(_DAYS), rows_a_day)
    frame = pd.DataFrame(_turned(x, _TURN * day / (_DAYS - 1)), columns=_names())
    frame["ts"] = pd.Timestamp(_START) + pd.to_timedelta(day, unit="D")
    frame["y"] = y.astype(float)
    rng = np.random.default_rng(seed)
    for name, levels in zip(_names()[-len(_LEVELS) :], _LEVELS, strict=True):
        edges = frame[name].quantile(np.linspace(0, 1, levels + 1)[1:-1])
        shuffled = rng.permutation(levels)[np.searchsorted(edges, frame[name])]
        frame[name] = pd.Series(shuffled).map("v{}".format).astype("str")
    return records_of(GENERATED, frame, _declaration())


def last_day(records: Records) -> dt.date:
    """Return the day of the newest record."""
    return records.date(records.days - 1)


def _names() -> list[str]:
    numbers = _FEATURES - len(_LEVELS)
    return [f"x{i}" for i in range(numbers)] + [f"c{levels}" for levels in _LEVELS]


def _turned(x: np.ndarray, angle: np.ndarray) -> np.ndarray:
    one, two = x[:, ::2], x[:, 1::2]
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    turned = np.empty_like(x)
    turned[:, ::2], turned[:, 1::2] = cos * one - sin * two, sin * one + cos * two
    return turned


def _declaration() -> ModelSpec:
    numbers = _FEATURES - len(_LEVELS)
    kinds = ["numeric"] * numbers + ["categorical"] * len(_LEVELS)
    return ModelSpec(
        name=GENERATED,
        task="binary_classification",
        source="generated.parquet",
        target="y",
        event_time="ts",
        start_date=_START,
        features=[{"name": name, "kind": kind} for name, kind in zip(_names(), kinds, strict=True)],
        time_features=(),
        monitoring={
            "metric": "roc_auc",
            "slices": [{"overall": True}, {"column": f"c{_LEVELS[0]}"}],
        },
    )
