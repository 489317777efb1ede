"""Slices as plain pandas masks, and their scores by scikit-learn."""

import warnings

import numpy as np
import pandas as pd
from sklearn import metrics


def masks(frame):
    """Return the rows of each slice of ``samples.LINES`` that occurs, in the order of `cut`."""
    origin = frame["origin"].where(frame["origin"].notna(), "<missing>")
    hour, peak = frame["hour"], frame["peak"]
    rows = pd.Series(data=True, index=frame.index)
    named = {("overall", "overall"): rows}
    for name in ("EWR", "JFK", "<missing>"):
        named["origin", f"origin={name}"] = origin == name
    for name in ("JFK", "EWR"):
        named["home", f"home={name}"] = origin == name
    named["hour", "hour=[0, 6)"] = (hour >= 0) & (hour < 6)
    named["hour", "hour=[6, 24]"] = (hour >= 6) & (hour <= 24)
    named["hour", "hour=<missing>"] = hour.isna()
    for name in ("EWR", "JFK", "<missing>"):
        for flag in (False, True):
            named["origin, peak", f"origin={name}, peak={str(flag).lower()}"] = (origin == name) & (
                peak == flag
            )
    named["late_jfk", "late_jfk"] = (origin == "JFK") & (hour >= 6)
    occurring = ("origin", "origin, peak")
    return {
        (group, name): mask.to_numpy(dtype=bool)
        for (group, name), mask in named.items()
        if mask.any() or (group not in occurring and name != "hour=<missing>")
    }


def value(name, outcomes, inside, weight=None):
    """Return the score of the rows inside by scikit-learn, or None where it is undefined."""
    y, p = outcomes.y[inside], outcomes.prediction[inside]
    w = np.ones(len(y)) if weight is None else weight[inside]
    if not _defined(name, y, p):
        return None
    if name == "map":
        return _map(y, p, outcomes.query[inside], w)
    with warnings.catch_warnings():
        # a class that does not occur, in a slice or of a row of one
        warnings.simplefilter("ignore")
        return float(_ORACLES[name](y, p, w))


def _defined(name, y, p):
    if not len(y):
        return False
    if name == "roc_auc":
        return set(y) == set(range(p.shape[1] if p.ndim == 2 else 2))
    if name == "balanced_accuracy":
        return len(set(y)) > 1
    if name == "r2":
        return len(set(y)) > 1
    positive = {
        "average_precision": y.any(),
        "map": y.any(),
        "recall": y.any(),
        "precision": (p >= 0.5).any(),
        "f1": y.any() or (p >= 0.5).any(),
    }
    return bool(positive.get(name, True))


def _map(y, p, query, w):
    parts = pd.DataFrame({"y": y, "p": p, "w": w}).groupby(query)
    found = [
        (metrics.average_precision_score(part["y"], part["p"]), part["w"].iloc[0])
        for _, part in parts
        if part["y"].any()
    ]
    scores, weights = zip(*found, strict=True)
    return float(np.average(scores, weights=weights))


def _decided(p):
    return p.argmax(axis=1) if p.ndim == 2 else (p >= 0.5).astype(int)


def _classes(p):
    return range(p.shape[1] if p.ndim == 2 else 2)


def _roc_auc(y, p, w):
    if p.ndim == 1:
        return metrics.roc_auc_score(y, p, sample_weight=w)
    # scikit-learn's own one-vs-rest takes no rows that miss 1 by rounding
    parts = [metrics.roc_auc_score(y == k, p[:, k], sample_weight=w) for k in _classes(p)]
    return np.mean(parts)


_ORACLES = {
    "roc_auc": _roc_auc,
    "average_precision": lambda y, p, w: metrics.average_precision_score(y, p, sample_weight=w),
    "accuracy": lambda y, p, w: metrics.accuracy_score(y, _decided(p), sample_weight=w),
    "balanced_accuracy": lambda y, p, w: metrics.balanced_accuracy_score(
        y, _decided(p), sample_weight=w
    ),
    "precision": lambda y, p, w: metrics.precision_score(y, _decided(p), sample_weight=w),
    "recall": lambda y, p, w: metrics.recall_score(y, _decided(p), sample_weight=w),
    "f1": lambda y, p, w: metrics.f1_score(y, _decided(p), sample_weight=w),
    "neg_log_loss": lambda y, p, w: (
        -metrics.log_loss(y, p, labels=list(_classes(p)), sample_weight=w)
    ),
    "neg_brier_score": lambda y, p, w: (
        -metrics.brier_score_loss(y, p, sample_weight=w, pos_label=1)
    ),
    "r2": lambda y, p, w: metrics.r2_score(y, p, sample_weight=w),
    "neg_root_mean_squared_error": lambda y, p, w: (
        -metrics.root_mean_squared_error(y, p, sample_weight=w)
    ),
    "neg_mean_absolute_error": lambda y, p, w: -metrics.mean_absolute_error(y, p, sample_weight=w),
    "neg_mean_absolute_percentage_error": lambda y, p, w: (
        -metrics.mean_absolute_percentage_error(y, p, sample_weight=w)
    ),
    "neg_mean_pinball_loss": lambda y, p, w: -metrics.mean_pinball_loss(y, p, sample_weight=w),
}
