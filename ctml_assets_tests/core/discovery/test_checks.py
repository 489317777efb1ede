import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.discovery.checks import MAX_DAYS
from ctml_assets.core.discovery.discover import discover_slices
from ctml_assets.errors import DataError, DeclarationError

FRAME = pd.DataFrame({"x": [1, 2, 3]})
LOSS = np.array([0.1, 0.2, 0.3])


def search(frame=FRAME, loss=LOSS, features=(("x", "numeric"),), **settings):
    return discover_slices(frame, loss, features=features, **settings)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("max_features", [0, 3, 1.5, True, None, np.nan]),
        ("min_support", [1, -5, 2.0, np.nan, "50"]),
        ("top", [0, np.inf]),
        ("level", [0, 1, np.nan, -0.1]),
        ("bins", [1, 51, np.nan]),
    ],
)
def test_settings_out_of_range_are_named(name, values):
    for value in values:
        with pytest.raises(DeclarationError, match=f"{name} must be"):
            search(**{name: value})


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_not_finite_is_named_and_counted(bad):
    with pytest.raises(DataError, match="loss must be finite in every row, got 2 of 3 rows"):
        search(loss=np.array([bad, 0.1, bad]))


@pytest.mark.parametrize(
    "loss", [np.zeros(2), np.zeros((3, 1)), np.array(["a", "b", "c"]), [None, 1, 2], [1j, 2, 3], 5]
)
def test_a_loss_that_is_not_one_number_a_row(loss):
    with pytest.raises(DataError, match="loss must be one number for each of the 3 rows"):
        search(loss=loss)


@pytest.mark.parametrize(
    ("days", "message"),
    [
        ([1, 2], "one label for each of the 3 rows, got 2"),
        ([1, None, 2], "known for every row, got 1 of 3"),
        (pd.to_datetime(["2013-01-01", None, None]), "known for every row, got 2 of 3"),
        ([[1], [2], [3]], "days must be one label a row"),
        (np.zeros((3, 2)), "days must be one label a row"),
    ],
)
def test_days_that_are_not_one_label_a_row(days, message):
    with pytest.raises(DataError, match=message):
        search(days=days)


def test_times_are_no_days():
    rows = MAX_DAYS + 1
    with pytest.raises(DataError, match=f"at most {MAX_DAYS} labels, got {rows}"):
        search(pd.DataFrame({"x": np.arange(rows)}), np.zeros(rows), days=np.arange(rows))


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ([("x", "numeric"), ("x", "categorical")], "'x' twice"),
        ([("x", "ordinal")], "must be numeric or categorical, got 'ordinal'"),
    ],
)
def test_features_that_are_wrong(features, message):
    with pytest.raises(DeclarationError, match=message):
        search(features=features)


def test_an_absent_column_is_named():
    with pytest.raises(DataError, match="got 'y'"):
        search(features=[("y", "numeric")])
