import numpy as np

from ctml_assets.core.metrics.decisions import F1, Accuracy


def test_half_is_a_yes():
    y = np.array([1.0, 0.0])
    assert Accuracy().value(y, np.array([0.5, np.nextafter(0.5, 0)])) == 1.0


def test_no_positive_has_no_f1():
    assert F1().undefined(np.zeros(60)) == "none of 60 labels is positive, f1 needs one"


def test_positives_that_nobody_finds_score_zero():
    assert F1().value(np.array([1.0, 0.0]), np.array([0.1, 0.1])) == 0.0
