import numpy as np
import pytest

from ctml_assets.core.metrics.ranking import AveragePrecision, RocAuc


@pytest.mark.parametrize("label", [0.0, 1.0])
def test_one_class_has_no_auc(label):
    why = RocAuc().undefined(np.full(120, label))
    assert why == f"all 120 labels are {label:g}, roc_auc needs both classes"


def test_equal_predictions_are_chance():
    assert RocAuc().value(np.array([0.0, 1.0, 1.0]), np.full(3, 0.3)) == 0.5


def test_auc_counts_pairs():
    # pairs: .7 beats .2 and .5, .5 beats .2 and ties with .5: (3 + 1/2) / 4
    y = np.array([1.0, 1.0, 0.0, 0.0])
    assert RocAuc().value(y, np.array([0.7, 0.5, 0.5, 0.2])) == 0.875


def test_no_positive_has_no_average_precision():
    why = AveragePrecision().undefined(np.zeros(60))
    assert why == "none of 60 labels is positive, average_precision needs one"


def test_average_precision_of_ties_does_not_depend_on_their_order():
    # one threshold finds everything: precision 1/3
    for y in ([1.0, 0.0, 0.0], [0.0, 0.0, 1.0]):
        assert AveragePrecision().value(np.array(y), np.full(3, 0.5)) == pytest.approx(1 / 3)
