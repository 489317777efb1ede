import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.discovery.bins import bin_edges

SEEDED = settings(derandomize=True, deadline=None)
NUMBERS = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=6, unique=True),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=6, unique=True),
)


@SEEDED
@given(NUMBERS, st.integers(2, 5), st.data())
def test_every_edge_parts_two_neighbours(numbers, bins, data):
    distinct = np.unique(np.array(numbers))
    if len(distinct) <= bins:
        return
    counts = np.array(data.draw(st.lists(st.integers(1, 99), min_size=len(distinct))))
    edges = bin_edges(distinct, counts[: len(distinct)], bins)
    assert 1 <= len(edges) < bins
    codes = np.searchsorted(np.array(edges, dtype=distinct.dtype), distinct, side="right")
    assert codes.max() == len(edges)
    assert set(codes.tolist()) == set(range(len(edges) + 1))


def test_bins_of_distinct_values_are_of_equal_size():
    values = np.sort(np.random.default_rng(0).normal(size=1000))
    edges = bin_edges(values, np.ones(1000, dtype=np.int64), 5)
    assert np.bincount(np.searchsorted(edges, values, side="right")).tolist() == [200] * 5


def test_a_value_with_most_rows_is_a_bin_of_its_own():
    assert bin_edges(np.array([0.0, 0.5, 0.6, 0.7]), np.array([97, 1, 1, 1]), 3) == [0.5]


def test_edges_are_as_round_as_can_be():
    values = np.array([18.4, 39.919998, 45.2, 61.7])
    assert bin_edges(values, np.ones(4, dtype=np.int64), 4) == [30, 40, 60]


def test_long_whole_numbers_stay_exact():
    values = 2**60 + np.arange(8)
    assert bin_edges(values, np.ones(8, dtype=np.int64), 2) == [2**60 + 4]
