"""How good decisions are: accuracy, balanced accuracy, precision, recall, F1."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.moments import MeanMetric, MomentMetric, weighted
from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.metrics.protocol import (
    BINARY,
    CLASSES,
    Floats,
    require_classes,
    require_two_classes,
)


class Accuracy(MeanMetric):
    """Share of right decisions; 1 is best.

    A decision is "probability >= 0.5", or the most probable of several classes.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.2, 0.5, 0.9, 0.1]))
    >>> metric, all_rows = Accuracy(), np.zeros(4, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [0.75]
    """

    name = "accuracy"
    tasks = CLASSES

    def _check(self, outcomes: Outcomes) -> None:
        require_classes(self.name, outcomes)

    def _row_score(self, outcomes: Outcomes) -> Floats:
        return np.asarray(outcomes.decided == outcomes.y, dtype=np.float64)


class BalancedAccuracy(MomentMetric):
    """Mean of the classes' recalls, over the classes that occur; 1 is best.

    Moments: the weight of each class, then the weight of its rows that were decided rightly.
    Undefined unless at least two classes occur.

    References
    ----------
    Brodersen, Ong, Stephan, Buhmann (2010), The balanced accuracy and its posterior distribution.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.2, 0.6, 0.9, 0.1]))
    >>> metric, all_rows = BalancedAccuracy(), np.zeros(4, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).round(4).tolist()
    [0.8333]
    """

    name = "balanced_accuracy"
    tasks = CLASSES

    def _check(self, outcomes: Outcomes) -> None:
        require_classes(self.name, outcomes)

    def _row_moments(self, outcomes: Outcomes) -> Sequence[Floats]:
        belongs = [outcomes.y == label for label in range(outcomes.classes)]
        right = outcomes.decided == outcomes.y
        parts = [*belongs, *(member & right for member in belongs)]
        return [weighted(outcomes, part) for part in parts]

    def _weight(self, moments: Floats) -> Floats:
        return np.asarray(_halves(moments)[0].sum(axis=1), dtype=np.float64)

    def _defined(self, moments: Floats) -> NDArray[np.bool_]:
        return np.asarray((_halves(moments)[0] > 0).sum(axis=1) >= 2, dtype=np.bool_)

    def _why(self, moments: Floats) -> str:
        label = int(_halves(moments)[0][0].argmax())
        return f"all labels are class {label}, {self.name} needs two classes"

    def _value(self, moments: Floats) -> Floats:
        weight, right = _halves(moments)
        recall = np.where(weight > 0, right / weight, 0.0)
        return np.asarray(recall.sum(axis=1) / (weight > 0).sum(axis=1), dtype=np.float64)

    def _gradient(self, moments: Floats) -> Floats:
        weight, right = _halves(moments)
        occurs = weight > 0
        share = np.where(occurs, 1 / weight, 0.0) / occurs.sum(axis=1, keepdims=True)
        recall = np.where(occurs, right / weight, 0.0)
        return np.concatenate([-recall * share, share], axis=1)


class _OfPositives(MomentMetric):
    """Base: moments are weight, true positives, rows decided positive, rows that are positive."""

    tasks = BINARY

    def _check(self, outcomes: Outcomes) -> None:
        require_two_classes(self.name, outcomes)

    def _row_moments(self, outcomes: Outcomes) -> Sequence[Floats]:
        decided, positive = outcomes.decided == 1, outcomes.y == 1
        weight = np.ones(len(outcomes)) if outcomes.weight is None else outcomes.weight
        parts = (decided & positive, decided, positive)
        return [weight, *(weighted(outcomes, part) for part in parts)]


class Precision(_OfPositives):
    """Share of the rows decided positive that are; 1 is best. Undefined if none is decided so.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.7, 0.6, 0.9, 0.8]))
    >>> metric, all_rows = Precision(), np.zeros(4, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [0.75]
    """

    name = "precision"

    def _defined(self, moments: Floats) -> NDArray[np.bool_]:
        return moments[:, 2] > 0

    def _why(self, moments: Floats) -> str:
        return f"no row of weight {moments[0, 0]:g} is decided positive, {self.name} needs one"

    def _value(self, moments: Floats) -> Floats:
        return moments[:, 1] / moments[:, 2]

    def _gradient(self, moments: Floats) -> Floats:
        _, right, decided, _ = moments.T
        nothing = np.zeros(len(moments))
        return np.stack([nothing, 1 / decided, -right / decided**2, nothing], axis=1)


class Recall(_OfPositives):
    """Share of the positive rows that are decided so; 1 is best. Undefined if none is positive.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([1.0, 1.0, 1.0, 1.0]), np.array([0.1, 0.6, 0.9, 0.8]))
    >>> metric, all_rows = Recall(), np.zeros(4, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [0.75]
    """

    name = "recall"

    def _defined(self, moments: Floats) -> NDArray[np.bool_]:
        return moments[:, 3] > 0

    def _why(self, moments: Floats) -> str:
        return f"no label of weight {moments[0, 0]:g} is positive, {self.name} needs one"

    def _value(self, moments: Floats) -> Floats:
        return moments[:, 1] / moments[:, 3]

    def _gradient(self, moments: Floats) -> Floats:
        _, right, _, positive = moments.T
        nothing = np.zeros(len(moments))
        return np.stack([nothing, 1 / positive, nothing, -right / positive**2], axis=1)


class F1(_OfPositives):
    """Harmonic mean of precision and recall of the positive class; 1 is best.

    F1 = 2 TP / (2 TP + FP + FN); undefined if no row is positive or decided so.

    References
    ----------
    van Rijsbergen (1979), Information Retrieval, chapter 7.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.2, 0.5, 0.1, 0.9]))
    >>> metric, all_rows = F1(), np.zeros(4, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [0.5]
    """

    name = "f1"

    def _defined(self, moments: Floats) -> NDArray[np.bool_]:
        return moments[:, 2] + moments[:, 3] > 0

    def _why(self, moments: Floats) -> str:
        return (
            f"no row of weight {moments[0, 0]:g} is positive or decided so, {self.name} needs one"
        )

    def _value(self, moments: Floats) -> Floats:
        # decided + positive = 2 TP + FP + FN
        return 2 * moments[:, 1] / (moments[:, 2] + moments[:, 3])

    def _gradient(self, moments: Floats) -> Floats:
        _, right, decided, positive = moments.T
        both = decided + positive
        slope = -2 * right / both**2
        return np.stack([np.zeros(len(moments)), 2 / both, slope, slope], axis=1)


def _halves(moments: Floats) -> tuple[Floats, Floats]:
    classes = moments.shape[1] // 2
    return moments[:, :classes], moments[:, classes:]
