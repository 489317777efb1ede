import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.metrics import Outcomes
from ctml_assets.errors import DataError

Y, P = np.array([0.0, 1.0, 1.0, 0.0, 1.0]), np.array([0.1, 0.5, 0.9, 0.4, 0.2])


def spoiled(values, bad, count=2):
    changed = values.astype(float)
    changed[:count] = bad
    return changed


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_counted_by_column(bad):
    tail = r" must be finite in every row, got 2 NaN or infinite of 5; repair"
    with pytest.raises(DataError, match="outcomes: label" + tail):
        Outcomes(spoiled(Y, bad), P)
    with pytest.raises(DataError, match="outcomes: prediction" + tail):
        Outcomes(Y, spoiled(P, bad))
    with pytest.raises(DataError, match="outcomes: weight" + tail):
        Outcomes(Y, P, spoiled(P, bad))
    with pytest.raises(DataError, match="outcomes: prediction of class 1" + tail):
        Outcomes(Y, np.stack([P, spoiled(P, bad), P], axis=1))


def test_negative_weights_are_counted():
    with pytest.raises(DataError, match=r"weight must be >= 0 in every row, got 2 negative of 5"):
        Outcomes(Y, P, spoiled(P, -1e-9))


@pytest.mark.parametrize("size", [1e-101, 5e-324, 1e101, 1e308])
def test_weights_whose_products_would_overflow_are_refused(size):
    with pytest.raises(DataError, match=r"0 or from 1e-100 to 1e\+100 .* got 2 others of 5"):
        Outcomes(Y, P, spoiled(P, size))


@pytest.mark.parametrize(
    "columns",
    [
        (Y, P[1:]),
        (Y, P, P[1:]),
        (Y, P, None, np.arange(4, dtype=np.uint64)),
        (Y, P.reshape(5, 1, 1)),
        (Y.reshape(5, 1), P),
        (Y, P, np.ones((5, 1))),
        (Y, P, None, np.zeros((5, 1), dtype=np.uint64)),
        (np.float64(1.0), P),
        (Y, np.float64(0.5)),
    ],
)
def test_shapes_that_do_not_fit_are_refused(columns):
    with pytest.raises(DataError, match="all columns must have one entry a row, got labels"):
        Outcomes(*columns)


def test_a_series_is_taken_row_by_row_whatever_its_index():
    outcomes = Outcomes(pd.Series(Y, index=[4, 3, 2, 1, 0]), pd.Series(P))
    assert outcomes.y.tolist() == Y.tolist()
    assert outcomes.prediction.dtype == np.float64


def test_half_is_a_yes_and_the_first_of_equal_classes_wins():
    p = np.array([0.5, np.nextafter(0.5, 0), 1.0])
    assert Outcomes(Y[:3], p).decided.tolist() == [1, 0, 1]
    several = np.array([[0.4, 0.4, 0.2], [0.2, 0.4, 0.4]])
    assert Outcomes(Y[:2], several).decided.tolist() == [0, 1]
    assert Outcomes(Y[:2], several).classes == 3


def test_a_part_has_its_rows_in_their_order():
    outcomes = Outcomes(Y, P, P + 1, np.arange(5, dtype=np.uint64))
    assert outcomes.decided.tolist() == [0, 1, 1, 0, 0]
    part = outcomes.part(np.array([4, 1]))
    assert len(part) == 2
    assert part.prediction.tolist() == [0.2, 0.5]
    assert part.weight.tolist() == [1.2, 1.5]
    assert part.query.tolist() == [4, 1]
    assert part.decided.tolist() == [0, 1]
    assert Outcomes(Y, P).part(slice(1, 3)).weight is None


def test_the_order_is_ascending():
    assert P[Outcomes(Y, P).order].tolist() == sorted(P)
