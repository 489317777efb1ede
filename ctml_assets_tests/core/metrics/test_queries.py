import numpy as np
import pytest
from sklearn import metrics as sk

from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.metrics.queries import MeanAveragePrecision

MAP = MeanAveragePrecision()


def listed(seed, queries=6, items=9):
    rng = np.random.default_rng(seed)
    query = np.repeat(rng.integers(0, 2**63, queries).astype(np.uint64), items)
    p = rng.integers(0, 7, queries * items) / 7
    y = (rng.random(queries * items) < 0.2 + 0.5 * p).astype(float)
    y[::items] = 1
    return Outcomes(y, p, None, query)


def statistic(outcomes):
    return MAP.accumulate(outcomes, np.zeros(len(outcomes), dtype=np.int32), 1)


def value(outcomes):
    return MAP.value(statistic(outcomes))[0]


def by_query(outcomes):
    for query in np.unique(outcomes.query):
        yield outcomes.query == query


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_mean_over_queries_in_a_plain_loop(seed):
    outcomes = listed(seed)
    y, p = outcomes.y, outcomes.prediction
    wanted = np.mean([sk.average_precision_score(y[q], p[q]) for q in by_query(outcomes)])
    assert value(outcomes) == pytest.approx(wanted, abs=1e-12)


def test_a_query_without_a_relevant_item_is_left_out():
    outcomes = listed(0)
    other = Outcomes(
        np.append(outcomes.y, [0.0, 0.0]),
        np.append(outcomes.prediction, [0.9, 0.1]),
        None,
        np.append(outcomes.query, np.array([5, 5], dtype=np.uint64)),
    )
    assert value(other) == value(outcomes)
    influence = MAP.row_influence(statistic(other), other, np.zeros(len(other), dtype=np.int32))
    assert influence[-2:].tolist() == [0, 0]


def test_nothing_relevant_has_no_score():
    outcomes = Outcomes(np.zeros(3), np.ones(3), None, np.array([1, 1, 2], dtype=np.uint64))
    why = MAP.undefined(statistic(outcomes))
    assert why == {0: "no query has a relevant item, map needs one"}


def test_a_query_spread_over_batches_is_one_query():
    outcomes = listed(1)
    odd = np.arange(len(outcomes)) % 2 == 1
    merged = MAP.merge([statistic(outcomes.part(odd)), statistic(outcomes.part(~odd))])
    assert MAP.value(merged)[0] == pytest.approx(value(outcomes), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_influence_of_a_query_is_that_of_the_jackknife(seed):
    outcomes = listed(seed)
    influence = MAP.row_influence(
        statistic(outcomes), outcomes, np.zeros(len(outcomes), dtype=np.int32)
    )
    queries = list(by_query(outcomes))
    share = (len(queries) - 1) / len(queries)
    for query in queries:
        without = value(outcomes.part(~query))
        assert influence[query].sum() == pytest.approx(
            share * (value(outcomes) - without), abs=1e-12
        )
        np.testing.assert_allclose(influence[query], influence[query][0])


def test_equal_query_numbers_in_two_slices_are_two_queries():
    outcomes = listed(2)
    query = np.zeros(len(outcomes), dtype=np.uint64)
    one = Outcomes(outcomes.y, outcomes.prediction, None, query)
    codes = (np.arange(len(outcomes)) % 2).astype(np.int32)
    found = MAP.value(MAP.accumulate(one, codes, 2))
    for slice_ in (0, 1):
        rows = codes == slice_
        wanted = sk.average_precision_score(outcomes.y[rows], outcomes.prediction[rows])
        assert found[slice_] == pytest.approx(wanted, abs=1e-12)
