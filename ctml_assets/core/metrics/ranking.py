"""How well a classifier ranks: the area under the ROC curve, the average precision."""

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.protocol import BINARY, CheckedMetric


class RocAuc(CheckedMetric):
    """Probability that a random positive is ranked above a random negative; ties count half.

    AUC = (R - P (P + 1) / 2) / (P N), R the sum of the positives' mean ranks, P and N the numbers
    of positives and negatives. 0.5 is chance, 1 is best.

    References
    ----------
    Hanley and McNeil (1982), Radiology 143, doi:10.1148/radiology.143.1.7063747.

    Examples
    --------
    >>> RocAuc().value(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """

    name = "roc_auc"
    tasks = BINARY

    def undefined(self, y: NDArray[np.float64]) -> str | None:
        """One class alone has no AUC."""
        if len(y) and (y == y[0]).all():
            return f"all {len(y)} labels are {y[0]:g}, roc_auc needs both classes"
        return super().undefined(y)

    def _score(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        _, place, counts = np.unique(prediction, return_inverse=True, return_counts=True)
        mean_ranks = np.cumsum(counts) - (counts - 1) / 2
        positives = int(np.count_nonzero(y))
        negatives = len(y) - positives
        rank_sum = float(mean_ranks[place[y == 1]].sum())
        return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


class AveragePrecision(CheckedMetric):
    """Precision, averaged over the thresholds with the recall each adds as weight; 1 is best.

    AP = sum over distinct predictions, from the highest, of (R_k - R_(k-1)) P_k. Chance level is
    the share of positives.

    References
    ----------
    Manning, Raghavan and Schuetze (2008), Introduction to Information Retrieval, section 8.4.

    Examples
    --------
    >>> y = np.array([0.0, 0.0, 1.0, 1.0])
    >>> round(AveragePrecision().value(y, np.array([0.1, 0.4, 0.35, 0.8])), 4)
    0.8333
    """

    name = "average_precision"
    tasks = BINARY

    def undefined(self, y: NDArray[np.float64]) -> str | None:
        """No positives, no recall."""
        if len(y) and not y.any():
            return f"none of {len(y)} labels is positive, average_precision needs one"
        return super().undefined(y)

    def _score(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        order = np.argsort(prediction)[::-1]
        ranked = prediction[order]
        last_of_ties = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
        found = np.cumsum(y[order])[last_of_ties]
        precision = found / (last_of_ties + 1)
        return float((np.diff(found, prepend=0.0) * precision).sum() / found[-1])
