"""Counting in the same bins: worked by hand."""

import numpy as np
import pandas as pd

from ctml_assets.core.changes.bins import count_categories, count_numbers
from ctml_assets_tests.core.changes.pairs import texts


def counted(old, new):
    return [side.tolist() for side in count_numbers(np.array(old, float), np.array(new, float))]


def test_deciles_of_the_old_values_are_the_bins():
    old, new = counted(range(100), [9, 10, 10, 99, -5, 1000])
    assert old == [10] * 10 + [0]
    # below the first bound 10: 9 and -5; from the last bound 90 on: 99 and 1000
    assert new == [2, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0]


def test_missing_values_are_a_bin_of_their_own():
    old, new = counted([1, 1, np.nan], [np.nan, np.nan, np.nan])
    assert old == [0, 2, 0, 1]
    assert new == [0, 0, 0, 3]


def test_a_frequent_number_does_not_swallow_its_neighbours():
    zeros_and_others = [0.0] * 80 + [1.0 + i / 20 for i in range(20)]
    old, new = counted(zeros_and_others, [-1.0, 0.0, 1e-9])
    assert sum(old) == 100
    assert old[1] == 80
    assert new[:3] == [1, 1, 1]


def test_a_column_that_was_constant_is_seen_to_move():
    assert counted([3.0] * 9, [3.0, 2.0, 4.0, 4.0]) == [[0, 9, 0, 0], [1, 1, 2, 0]]


def test_a_column_without_old_numbers_has_one_bin_and_the_missing_one():
    assert counted([np.nan, np.nan], [5.0, np.nan]) == [[0, 2], [1, 1]]


def test_empty_sides_are_counted_as_nothing():
    assert counted([], []) == [[0, 0], [0, 0]]


def test_unseen_rare_and_missing_categories_are_counted():
    old = texts(["a"] * 60 + ["b"] * 39 + ["rare"])
    new = pd.Series(["b", "unseen", "rare", None, None], dtype="str")
    before, after = count_categories(old, new)
    assert before.tolist() == [60, 39, 1, 0]
    assert after.tolist() == [0, 1, 2, 2]


def test_at_most_twenty_categories_stand_by_themselves_equal_ones_by_name():
    names = [f"c{i:02d}" for i in range(25)]
    before, after = count_categories(texts(names[::-1]), texts(names))
    assert before.tolist() == after.tolist() == [1] * 20 + [5, 0]
    _, one = count_categories(texts(names[::-1]), texts(["c00", "c19", "c20"]))
    assert np.flatnonzero(one).tolist() == [0, 19, 20]


def test_categories_are_alike_whatever_their_type():
    before, after = count_categories(pd.Series([1.0, 2.0]), texts(["1", "2"]))
    assert before.tolist() == after.tolist() == [1, 1, 0, 0]
