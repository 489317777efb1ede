import numpy as np
import pytest

from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.metrics.decisions import F1, Accuracy, BalancedAccuracy, Precision, Recall


def total(metric, y, p, weight=None):
    outcomes = Outcomes(np.array(y), np.array(p), weight)
    return metric.accumulate(outcomes, np.zeros(len(outcomes), dtype=np.int32), 1)


def value(metric, *columns):
    return metric.value(total(metric, *columns))[0]


def why(metric, *columns):
    return metric.undefined(total(metric, *columns))


def test_half_is_a_yes():
    assert value(Accuracy(), [1.0, 0.0], [0.5, np.nextafter(0.5, 0)]) == 1.0


def test_counts_by_hand():
    # decided 1: 3 rows, 2 rightly; positive: 4 rows, 2 found
    y, p = [1.0, 1, 0, 1, 1, 0], [0.9, 0.8, 0.7, 0.1, 0.2, 0.3]
    assert value(Accuracy(), y, p) == pytest.approx(3 / 6)
    assert value(BalancedAccuracy(), y, p) == pytest.approx((2 / 4 + 1 / 2) / 2)
    assert value(Precision(), y, p) == pytest.approx(2 / 3)
    assert value(Recall(), y, p) == pytest.approx(2 / 4)
    assert value(F1(), y, p) == pytest.approx(2 * 2 / (3 + 4))


def test_balanced_accuracy_leaves_out_classes_that_do_not_occur():
    p = np.eye(4)[[0, 0, 2, 3]]
    assert value(BalancedAccuracy(), [0.0, 1.0, 2.0, 2.0], p) == pytest.approx((1 + 0 + 0.5) / 3)


def test_one_class_has_no_balanced_accuracy():
    reason = {0: "all labels are class 2, balanced_accuracy needs two classes"}
    assert why(BalancedAccuracy(), [2.0, 2.0], np.eye(3)[[2, 1]]) == reason
    heavy = np.array([1.0, 0.0])
    assert why(BalancedAccuracy(), [2.0, 1.0], np.eye(3)[[2, 1]], heavy) == reason


def test_positives_that_nobody_finds_score_zero_but_have_no_precision():
    y, p = [1.0, 0.0], [0.1, 0.1]
    assert value(F1(), y, p) == value(Recall(), y, p) == 0.0
    reason = "no row of weight 2 is decided positive, precision needs one"
    assert why(Precision(), y, p) == {0: reason}


def test_no_positive_has_no_recall_and_f1_only_where_one_is_decided():
    y, p = np.zeros(60), np.full(60, 0.1)
    assert why(Recall(), y, p) == {0: "no label of weight 60 is positive, recall needs one"}
    reason = "no row of weight 60 is positive or decided so, f1 needs one"
    assert why(F1(), y, p) == {0: reason}
    assert value(F1(), y, np.ones(60)) == 0.0
