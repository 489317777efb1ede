"""The classifier two-sample test: how well a model tells old rows from new."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ctml_assets.core.estimators import get_estimator
from ctml_assets.core.records.values import as_numbers, as_text
from ctml_assets.core.spec import FeatureKind

_ROWS: Final = 5_000
_LEAST_ROWS: Final = 30
_FOLDS: Final = 5
_PERMUTED_ROWS: Final = 1_000
_GIVEAWAYS: Final = 5
# What counts as a giveaway: the AUC lost without it, absolutely and as a share of what is known.
_LEAST_LOSS, _LEAST_SHARE = 0.01, 0.1
# An AUC that is not so many standard deviations of chance above 0.5 has no giveaways.
_SURE: Final = 3.0
_PARAMETERS: Final = {
    "learning_rate": 0.1,
    "max_iter": 40,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
}

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Separation:
    """How well a model tells old rows from new.

    Attributes
    ----------
    roc_auc
        0.5 if it cannot, 1 if it always can; by chance also a little below 0.5.
    giveaways
        The columns that it tells them by, most telling first; at most five.
    """

    roc_auc: float
    giveaways: tuple[str, ...]


def tell_apart(
    old: pd.DataFrame,
    new: pd.DataFrame,
    kinds: Mapping[str, FeatureKind],
    *,
    old_days: NDArray[Any],
    new_days: NDArray[Any],
    seed: int,
    threads: int,
) -> Separation | None:
    """Cross-validate a small booster that is asked which side a row is of.

    It sees all columns at once, so also a change that no column shows by itself. As many rows of
    either side, at most 5,000, are drawn. A fold holds out whole days: rows of one day share its
    weather, and a model that knows a day's weather would tell the rest of that day from all others
    without any change. With a single day on a side rows are held out one by one, and it may.

    Parameters
    ----------
    old, new : DataFrame of shape (rows, columns)
        Rows then and now, each with the columns; not changed.
    kinds
        The columns that the model sees.
    old_days, new_days : ndarray, shape (rows,)
        The day of each row.
    seed
        Of draws, folds and the booster.
    threads
        Threads of a fit.

    Returns
    -------
    Separation or None
        The mean ROC AUC of the folds, each weighed by the pairs of rows that it compares. A
        giveaway is a column that it cannot do without: the AUC falls if its values change places
        (permutation importance). Of two columns that say the same each may seem dispensable. None
        with fewer than 30 rows on a side, or without columns.

    Notes
    -----
    Source: Lopez-Paz, D. and Oquab, M. (2017), Revisiting classifier two-sample tests, ICLR,
    arXiv:1610.06545.
    """
    rows = min(len(old), len(new), _ROWS)
    if rows < _LEAST_ROWS or not kinds:
        return None
    rng = np.random.default_rng(seed)
    chosen = [rng.permutation(len(side))[:rows] for side in (old, new)]
    frame = pd.concat(
        [_as_declared(side.iloc[at], kinds) for side, at in zip((old, new), chosen, strict=True)],
        ignore_index=True,
    )
    fold = np.concatenate(
        _folds([old_days[chosen[0]], new_days[chosen[1]]], rng),
    )
    is_new = np.repeat([0, 1], rows)
    return _cross_validated(frame, is_new, fold, kinds, rng, seed, threads)


def _as_declared(frame: pd.DataFrame, kinds: Mapping[str, FeatureKind]) -> pd.DataFrame:
    columns = {
        name: as_numbers(frame[name])
        if kind == "numeric"
        else as_text(frame[name]).set_axis(frame.index)
        for name, kind in kinds.items()
    }
    return pd.DataFrame(columns, index=frame.index)


def _folds(days: list[NDArray[Any]], rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Give each row a fold, whole days together; as many folds as either side has days for."""
    groups = [np.unique(side, return_inverse=True)[1] for side in days]
    least = min(int(side.max()) + 1 for side in groups)
    if least == 1:
        groups, least = [np.arange(len(side)) for side in groups], _FOLDS
    folds = min(_FOLDS, least)
    return [rng.permutation(int(side.max()) + 1)[side] % folds for side in groups]


def _cross_validated(
    frame: pd.DataFrame,
    is_new: NDArray[np.int64],
    fold: NDArray[np.int64],
    kinds: Mapping[str, FeatureKind],
    rng: np.random.Generator,
    seed: int,
    threads: int,
) -> Separation:
    from sklearn.metrics import roc_auc_score

    numeric = [name for name, kind in kinds.items() if kind == "numeric"]
    categorical = [name for name, kind in kinds.items() if kind == "categorical"]
    preset = get_estimator("hist_gradient_boosting")
    encoded = np.asarray(preset.encoder(numeric, categorical).fit_transform(frame), np.float64)
    # made before threads are limited: only libraries that are loaded by then obey
    model: Any = preset.model(
        "binary_classification",
        _PARAMETERS,
        numeric=len(numeric),
        categorical=len(categorical),
        seed=seed,
    )
    aucs, losses, pairs = [], [], []
    for number in range(int(fold.max()) + 1):
        held = fold == number
        # histograms fail on a column without any value, and nothing can be learned from it
        empty = np.isnan(encoded[~held]).all(axis=0)
        tested, side = np.where(empty, 0.0, encoded[held]), is_new[held]
        with threadpool_limits(threads):
            model.fit(np.where(empty, 0.0, encoded[~held]), is_new[~held])
            aucs.append(roc_auc_score(side, model.predict_proba(tested)[:, 1]))
            losses.append(_permutation_losses(model, tested, side, rng))
        pairs.append(side.sum() * (len(side) - side.sum()))
    auc = float(np.average(aucs, weights=pairs))
    loss = np.average(losses, axis=0, weights=pairs)
    # of n rows on either side, Mann and Whitney's statistic varies by 1 / sqrt(6 n)
    chance = _SURE / np.sqrt(3 * len(frame))
    telling = _telling([*numeric, *categorical], loss, auc) if auc - 0.5 > chance else ()
    return Separation(auc, telling)


def _permutation_losses(
    model: Any, tested: Matrix, side: NDArray[np.int64], rng: np.random.Generator
) -> list[float]:
    """Return how far the AUC of some rows falls when a column's values change places."""
    from sklearn.metrics import roc_auc_score

    rows = _some_of_either(side, rng)
    tested, side = tested[rows], side[rows]
    whole = roc_auc_score(side, model.predict_proba(tested)[:, 1])
    losses = []
    for column in range(tested.shape[1]):
        shuffled = tested.copy()
        shuffled[:, column] = rng.permutation(shuffled[:, column])
        losses.append(whole - roc_auc_score(side, model.predict_proba(shuffled)[:, 1]))
    return losses


def _some_of_either(side: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    mixed = rng.permutation(len(side))
    chosen = [mixed[side[mixed] == which][: _PERMUTED_ROWS // 2] for which in (0, 1)]
    return np.concatenate(chosen)


def _telling(names: list[str], loss: NDArray[np.float64], auc: float) -> tuple[str, ...]:
    least = max(_LEAST_LOSS, _LEAST_SHARE * (auc - 0.5))
    ranked = sorted(zip(-loss, names, strict=True))
    return tuple(name for lost, name in ranked[:_GIVEAWAYS] if -lost >= least)
