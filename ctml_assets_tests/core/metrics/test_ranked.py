import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.metrics.ranked import Ranked, rank, rankings
from ctml_assets_tests.core.metrics.cases import SEEDED

ROWS = st.lists(
    st.tuples(
        st.integers(-1, 2),
        st.integers(0, 2),
        st.sampled_from([-1.5, -0.0, 0.0, 5e-324, 0.25, 0.3, 1.0]),
        st.booleans(),
        st.sampled_from([0.0, 0.5, 1.0, 4.0]),
    ),
    max_size=30,
)


def arrays(rows):
    columns = list(zip(*rows, strict=True)) or [()] * 5
    kinds = (np.int32, np.uint64, np.float64, np.bool_, np.float64)
    return [np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]


def ranked(rows, bits=52):
    codes, key, score, positive, weight = arrays(rows)
    return rank(codes, 3, score=score, positive=positive, weight=weight, bits=bits, key=key)


def entries(statistic):
    names = ("slice", "key", "score", "positives", "negatives")
    return list(zip(*(getattr(statistic, name).tolist() for name in names), strict=True))


def by_hand(rows):
    found = {}
    for code, key, score, positive, weight in rows:
        if code >= 0:
            sides = found.setdefault((code, key, score + 0.0), [0.0, 0.0])
            sides[0 if positive else 1] += weight
    return [(*at, *sides) for at, sides in sorted(found.items())]


@SEEDED
@given(rows=ROWS)
def test_entries_are_sorted_and_ties_joined(rows):
    made = ranked(rows)
    assert entries(made.ranked) == by_hand(rows)
    codes, key, score, positive, _ = arrays(rows)
    assert sorted(made.rows.tolist()) == np.flatnonzero(codes >= 0).tolist()
    np.testing.assert_array_equal(made.ranked.slice[made.entries], codes[made.rows])
    np.testing.assert_array_equal(made.ranked.key[made.entries], key[made.rows])
    np.testing.assert_array_equal(made.ranked.score[made.entries], score[made.rows])
    np.testing.assert_array_equal(made.positive, positive[made.rows])


@SEEDED
@given(rows=ROWS, data=st.data())
def test_a_part_is_found_where_it_stands(rows, data):
    total = ranked(rows).ranked
    chosen = [row for row in rows if data.draw(st.booleans())]
    part = ranked(chosen).ranked
    stood = [entries(total)[at][:3] for at in total.find(part)]
    assert stood == [entry[:3] for entry in entries(part)]


@SEEDED
@given(rows=ROWS, scale=st.sampled_from([1.0, 0.1, 1e-30]))
def test_sums_are_those_of_a_loop_over_each_ranking(rows, scale):
    statistic = ranked(rows).ranked
    by = rankings(statistic)
    values = statistic.positives * scale
    apart = list(zip(statistic.slice.tolist(), statistic.key.tolist(), strict=True))
    for i, mine in enumerate(apart):
        before = sum(values[j] for j in range(i) if apart[j] == mine)
        beyond = sum(values[j] for j in range(i + 1, len(apart)) if apart[j] == mine)
        assert by.before(values)[i] == pytest.approx(before, rel=1e-12, abs=0)
        assert by.beyond(values)[i] == pytest.approx(beyond, rel=1e-12, abs=0)
        assert by.onward(values)[i] == pytest.approx(beyond + values[i], rel=1e-12, abs=0)
        total = by.sums(values)[by.of_entry[i]]
        assert total == pytest.approx(before + values[i] + beyond, rel=1e-12, abs=0)
    assert len(by.before(values)) == len(by.beyond(values)) == len(values)


@pytest.mark.parametrize("rankings_", [3, 4000])
def test_small_weights_keep_their_digits_beside_large_ones(rankings_):
    rng = np.random.default_rng(0)
    slice_ = np.sort(rng.integers(0, rankings_, 6000)).astype(np.int32)
    values = rng.random(6000) * 10.0 ** rng.integers(-40, 40, rankings_)[slice_]
    score = np.arange(6000.0)
    statistic = Ranked(rankings_, 52, slice_, np.zeros(6000, np.uint64), score, values, values)
    by = rankings(statistic)
    for slice_number in range(0, rankings_, 97):
        inside = slice_ == slice_number
        wanted = np.cumsum(values[inside]) - values[inside]
        np.testing.assert_allclose(by.before(values)[inside], wanted, rtol=1e-9, atol=1e-300)


@SEEDED
@given(rows=ROWS, bits=st.sampled_from([20, 3, 0]))
def test_coarser_is_what_ranking_coarse_scores_gives(rows, bits):
    assert entries(ranked(rows).ranked.coarser(bits)) == entries(ranked(rows, bits).ranked)
    assert ranked(rows).ranked.coarser(bits).bits == bits


def test_keys_are_stored_only_where_something_is_ranked_apart():
    rows = [(0, 0, 0.3, True, 1.0), (2, 0, 0.3, False, 1.0)]
    assert "key" not in ranked(rows).ranked.columns()
    columns = ranked([*rows, (1, 2, 0.3, True, 1.0)]).ranked.columns()
    assert [key.tolist() for key in columns["key"]] == [[0], [2], [0]]
    assert [score.tolist() for score in columns["score"]] == [[0.3]] * 3


def test_scaling_counts_a_slices_rows_more_often():
    statistic = ranked([(0, 0, 0.3, True, 1.0), (2, 0, 0.3, False, 1.0)]).ranked
    scaled = statistic.scaled(np.array([2.0, 5.0, 3.0]))
    assert entries(scaled) == [(0, 0, 0.3, 2.0, 0.0), (2, 0, 0.3, 0.0, 3.0)]
    assert entries(scaled.pooled()) == [(0, 0, 0.3, 2.0, 3.0)]


def test_many_slices_are_sorted_as_few():
    codes = np.array([40_000, 3, 32_768, 3], dtype=np.int32)
    made = rank(
        codes,
        50_000,
        score=np.array([0.1, 0.9, 0.4, 0.2]),
        positive=np.ones(4, dtype=bool),
        weight=None,
        bits=52,
    )
    assert made.ranked.slice.tolist() == [3, 3, 32_768, 40_000]
    assert made.ranked.score.tolist() == [0.2, 0.9, 0.4, 0.1]
    assert made.ranked.in_order().slice.tolist() == [3, 3, 32_768, 40_000]
