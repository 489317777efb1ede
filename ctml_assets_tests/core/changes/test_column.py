import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.changes import pair_columns
from ctml_assets_tests.core.changes.pairs import numbers, texts


def test_missing_numbers_are_counted_and_left_out_of_the_values():
    pair = pair_columns(numbers(1, np.nan, 3), numbers(np.nan, 2), "numeric")
    assert (pair.old.tolist(), pair.new.tolist()) == ([1.0, 3.0], [2.0])
    assert (pair.old_counts[-1], pair.new_counts[-1]) == (1, 1)
    assert (pair.old_counts.sum(), pair.new_counts.sum()) == (3, 2)


def test_an_infinite_value_counts_as_missing():
    pair = pair_columns(numbers(1, np.inf), numbers(-np.inf, 2), "numeric")
    assert (pair.old.tolist(), pair.new.tolist()) == ([1.0], [2.0])


@pytest.mark.parametrize(
    ("present", "min_values", "compared"),
    [(2, 3, False), (3, 3, True), (5, 100, True), (4, 100, False)],
)
def test_few_numbers_among_many_rows_have_no_distance(present, min_values, compared):
    new = numbers(*[1.0] * present, *[np.nan] * (5 - present))
    pair = pair_columns(numbers(*range(200)), new, "numeric", min_values=min_values)
    assert (len(pair.old), len(pair.new)) == ((200, present) if compared else (0, 0))
    assert pair.new_counts.sum() == 5


def test_a_categorical_column_has_no_numbers():
    pair = pair_columns(texts("aab"), texts("b"), "categorical")
    assert len(pair.old) == len(pair.new) == 0


def test_numbers_may_come_as_integers_or_text():
    pair = pair_columns(pd.Series([1, 2]), texts(["1", "2"]), "numeric")
    assert pair.old.tolist() == pair.new.tolist() == [1.0, 2.0]
