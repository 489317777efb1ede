"""What scikit-learn says, slice by slice; NaN where it warns or refuses."""

import warnings

import numpy as np
from sklearn import metrics as sk


def _decided(p):
    return p.argmax(axis=1) if p.ndim == 2 else (p >= 0.5).astype(float)


def _labels(p):
    return np.arange(p.shape[1] if p.ndim == 2 else 2, dtype=float)


def _roc_auc(y, p, w, _):
    if p.ndim == 1:
        return sk.roc_auc_score(y, p, sample_weight=w)
    return sk.roc_auc_score(y, p, sample_weight=w, multi_class="ovr", labels=_labels(p))


def _balanced_accuracy(y, p, w, _):
    counts = np.ones(len(y), dtype=bool) if w is None else w > 0
    if len(np.unique(y[counts])) < 2:
        return np.nan
    with warnings.catch_warnings():
        # a class that is decided for but does not occur has no recall: the mean leaves it out
        warnings.simplefilter("ignore")
        weight = None if w is None else w[counts]
        return sk.balanced_accuracy_score(y[counts], _decided(p[counts]), sample_weight=weight)


def _map(y, p, w, query):
    precisions = [
        _quiet(sk.average_precision_score, y[rows], p[rows], None if w is None else w[rows])
        for rows in (np.flatnonzero(query == q) for q in np.unique(query))
    ]
    return np.mean([ap for ap in precisions if not np.isnan(ap)] or [np.nan])


def _r2(y, p, w, _):
    counts = np.ones(len(y), dtype=bool) if w is None else w > 0
    if len(np.unique(y[counts])) < 2 or np.square(y[counts] - y[counts].mean()).sum() < 1e-200:
        return np.nan
    return sk.r2_score(y, p, sample_weight=w)


def _decision(score):
    return lambda y, p, w, _: score(y, _decided(p), sample_weight=w)


def _number(score, sign):
    return lambda y, p, w, _: sign * score(y, p, sample_weight=w)


_ORACLES = {
    "roc_auc": _roc_auc,
    "average_precision": _number(sk.average_precision_score, 1),
    "map": _map,
    "accuracy": _decision(sk.accuracy_score),
    "balanced_accuracy": _balanced_accuracy,
    "precision": _decision(sk.precision_score),
    "recall": _decision(sk.recall_score),
    "f1": _decision(sk.f1_score),
    "neg_log_loss": lambda y, p, w, _: -sk.log_loss(y, p, sample_weight=w, labels=_labels(p)),
    "neg_brier_score": lambda y, p, w, _: (
        -sk.brier_score_loss(y, p, sample_weight=w, pos_label=1, labels=[0.0, 1.0])
    ),
    "r2": _r2,
    "neg_root_mean_squared_error": _number(sk.root_mean_squared_error, -1),
    "neg_mean_absolute_error": _number(sk.mean_absolute_error, -1),
    "neg_mean_absolute_percentage_error": _number(sk.mean_absolute_percentage_error, -1),
    "neg_mean_pinball_loss": _number(sk.mean_pinball_loss, -1),
}


def _quiet(score, y, p, w):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return float(score(y, p, sample_weight=w))
        except (ValueError, ZeroDivisionError, Warning):
            return np.nan


def score(name, outcomes, codes, slices):
    """Return scikit-learn's score of each slice."""
    scores = []
    for slice_ in range(slices):
        rows = codes == slice_
        columns = (outcomes.y, outcomes.prediction, outcomes.weight, outcomes.query)
        y, p, w, query = (None if column is None else column[rows] for column in columns)

        def scored(y, p, sample_weight, query=query):
            return _ORACLES[name](y, p, sample_weight, query)

        scores.append(_quiet(scored, y, p, w) if rows.any() else np.nan)
    return np.array(scores)
