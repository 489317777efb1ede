import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.drift import interval, row_groups, score_metrics
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import SliceSpec
from ctml_assets_tests.core.drift.samples import SEEDED


def drawn(rng, rows):
    p = rng.uniform(size=rows)
    return Outcomes((rng.uniform(size=rows) < p).astype(np.float64), p)


@pytest.mark.parametrize("rows", [0, 1, 57, 100, 1234])
def test_groups_are_of_nearly_one_size(rows):
    groups = row_groups(drawn(np.random.default_rng(0), rows))
    assert groups.shape == (rows,)
    sizes = np.bincount(groups, minlength=100)
    assert len(sizes) == 100
    assert np.ptp(sizes) <= 1


@pytest.mark.parametrize("several", [False, True])
def test_the_order_of_the_rows_is_irrelevant(several):
    rng = np.random.default_rng(1)
    outcomes = drawn(rng, 500)
    if several:
        y = rng.integers(0, 3, 500).astype(np.float64)
        outcomes = Outcomes(y, rng.dirichlet([1, 1, 1], 500), rng.uniform(size=500))
    order = rng.permutation(500)
    assert (row_groups(outcomes.part(order)) == row_groups(outcomes)[order]).all()


ROW = st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 1))


@SEEDED
@given(st.lists(ROW, max_size=60), st.randoms(use_true_random=False))
def test_of_equal_rows_as_many_are_in_each_group_in_any_order(rows, random):
    def counted(given):
        y, p, weight = np.array(given, dtype=np.float64).reshape(len(given), 3).T
        groups = row_groups(Outcomes(y, p, weight))
        return sorted(zip(given, groups.tolist(), strict=True))

    assert counted(random.sample(rows, len(rows))) == counted(rows)


def test_the_same_rows_are_dealt_alike_and_others_otherwise():
    one, other = (drawn(np.random.default_rng(seed), 300) for seed in (2, 3))
    assert (row_groups(one) == row_groups(one.part(slice(None)))).all()
    assert (row_groups(one) != row_groups(other)).any()


def test_queries_are_kept_whole_and_dealt_evenly():
    rng = np.random.default_rng(4)
    query = rng.integers(0, 250, 2000).astype(np.uint64) * np.uint64(2**55)
    outcomes = Outcomes(rng.integers(0, 2, 2000), rng.uniform(size=2000), query=query)
    groups = row_groups(outcomes)
    of_query = pd.Series(groups).groupby(query)
    assert (of_query.nunique() == 1).all()
    sizes = np.bincount(of_query.first(), minlength=100)
    assert set(sizes.tolist()) == {2, 3}
    order = rng.permutation(2000)
    assert (row_groups(outcomes.part(order)) == groups[order]).all()


def test_days_of_as_many_rows_are_dealt_independently():
    one, other = (drawn(np.random.default_rng(seed), 5000) for seed in (6, 7))
    dealt = [row_groups(day)[np.lexsort((day.prediction, day.y))] for day in (one, other)]
    # rank by rank, one in a hundred pairs agrees
    assert np.mean(dealt[0] == dealt[1]) == pytest.approx(0.01, abs=0.006)


def test_zero_is_zero_whatever_its_sign():
    y = np.arange(40) % 2.0
    zeros = np.zeros(40)
    assert (row_groups(Outcomes(y, zeros)) == row_groups(Outcomes(y, -zeros))).all()


def test_the_variance_by_groups_is_that_by_rows_on_average():
    rng = np.random.default_rng(5)
    names = ["accuracy", "neg_log_loss", "roc_auc"]
    ratios = []
    for _ in range(250):
        outcomes = drawn(rng, 400)
        variances = []
        for labels in (row_groups(outcomes), np.arange(400)):
            scores = score_metrics(
                pd.DataFrame(index=np.arange(400)),
                outcomes,
                lines=[SliceSpec(overall=True)],
                metrics=[METRICS[name] for name in names],
                min_support=1,
                clusters=pd.Series(labels.astype(str)),
            )
            variances.append(
                [interval(0, part.influence).standard_error ** 2 for (part,) in scores]
            )
        ratios.append(np.divide(*variances))
    # sums of four rows: a spread of sqrt(2 / 99 x 3 / 4) = 0.12 each, of 0.008 their mean
    assert np.mean(ratios, axis=0) == pytest.approx([1, 1, 1], abs=0.03)
    assert np.std(ratios, axis=0) == pytest.approx([0.12, 0.12, 0.12], abs=0.03)
