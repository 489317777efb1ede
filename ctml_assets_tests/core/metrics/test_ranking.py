import numpy as np
import pytest
from sklearn import metrics as sk

from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.metrics.ranking import AveragePrecision, RocAuc


def all_rows(outcomes):
    return np.zeros(len(outcomes), dtype=np.int32)


def value(metric, y, p, weight=None):
    outcomes = Outcomes(np.array(y), np.array(p), weight)
    return metric.value(metric.accumulate(outcomes, all_rows(outcomes), 1))[0]


def why(metric, y, p=None, weight=None):
    outcomes = Outcomes(np.array(y), np.array(y) * 0 if p is None else p, weight)
    return metric.undefined(metric.accumulate(outcomes, all_rows(outcomes), 1))[0]


def row_influence(metric, y, p):
    outcomes = Outcomes(y, p)
    total = metric.accumulate(outcomes, all_rows(outcomes), 1)
    return metric.row_influence(total, outcomes, all_rows(outcomes))


def sample(rng, rows, share, decimals):
    y = (rng.random(rows) < share).astype(float)
    y[:2] = 0, 1
    return y, (1 / (1 + np.exp(-rng.normal(y, 1.2)))).round(decimals)


def test_auc_counts_pairs():
    # pairs: .7 beats .2 and .5, .5 beats .2 and ties with .5: (3 + 1/2) / 4
    assert value(RocAuc(), [1.0, 1.0, 0.0, 0.0], [0.7, 0.5, 0.5, 0.2]) == 0.875
    assert value(RocAuc(), [0.0, 1.0, 1.0], np.full(3, 0.3)) == 0.5


def test_scores_need_not_be_probabilities():
    assert value(RocAuc(), [0.0, 1.0, 1.0], [-7.0, -3.0, 40.0]) == 1.0


def test_one_class_has_no_auc():
    needs = "all labels of weight 120 are positive, roc_auc needs negatives"
    assert why(RocAuc(), np.ones(120)) == needs
    assert why(RocAuc(), np.zeros(9)) == "no label of weight 9 is positive, roc_auc needs positives"


def test_a_class_that_does_not_occur_leaves_no_auc_of_several():
    p = np.full((6, 3), 1 / 3)
    assert why(RocAuc(), [0.0, 1.0, 0.0, 1.0, 0.0, 1.0], p).startswith(
        "no label of weight 6 is pos"
    )


def test_no_positive_has_no_average_precision():
    needs = "no label of weight 60 is positive, average_precision needs one"
    assert why(AveragePrecision(), np.zeros(60)) == needs


def test_average_precision_of_ties_does_not_depend_on_their_order():
    # one threshold finds everything: precision 1/3
    for y in ([1.0, 0.0, 0.0], [0.0, 0.0, 1.0]):
        assert value(AveragePrecision(), y, np.full(3, 0.5)) == pytest.approx(1 / 3)


@pytest.mark.parametrize("size", [1e-20, 1e-90])
def test_a_tiny_weight_at_the_top_does_not_cancel(size):
    # the positive of weight 1 has precision 1/2; the tiny one counts for nothing
    weight = np.array([size, 1.0, 1.0])
    assert value(AveragePrecision(), [1.0, 0.0, 1.0], [0.9, 0.5, 0.4], weight) == pytest.approx(0.5)


@pytest.mark.parametrize("metric", [RocAuc(), AveragePrecision()])
@pytest.mark.parametrize("size", [1e-100, 1e100])
def test_the_lightest_and_the_heaviest_weights_are_scored(metric, size):
    y, p = [0.0, 1.0, 0.0, 1.0], [0.1, 0.3, 0.5, 0.7]
    assert value(metric, y, p, np.full(4, size)) == pytest.approx(value(metric, y, p))


@pytest.mark.parametrize("orders", [0, 3, 30])
@pytest.mark.parametrize(
    ("metric", "oracle"),
    [(RocAuc(), sk.roc_auc_score), (AveragePrecision(), sk.average_precision_score)],
    ids=["roc_auc", "average_precision"],
)
def test_slices_of_light_rows_are_as_precise_as_those_of_heavy_ones(metric, oracle, orders):
    rng = np.random.default_rng(orders)
    codes = rng.integers(0, 200, 60_000).astype(np.int32)
    y, p = sample(rng, 60_000, 0.3, 3)
    weight = rng.random(60_000) * 10.0 ** rng.integers(-orders, orders + 1, 200)[codes]
    found = metric.value(metric.accumulate(Outcomes(y, p, weight), codes, 200))
    for slice_ in range(0, 200, 13):
        rows = codes == slice_
        wanted = oracle(y[rows], p[rows], sample_weight=weight[rows])
        assert found[slice_] == pytest.approx(wanted, abs=1e-12)


def placements(y, p):
    """Return, by a double loop, each row's share of the other class that it is right against."""
    share = np.zeros(len(y))
    for i in range(len(y)):
        others = np.flatnonzero(y != y[i])
        for j in others:
            up, down = (p[i], p[j]) if y[i] == 1 else (p[j], p[i])
            share[i] += (up > down) + (up == down) / 2
        share[i] /= len(others)
    return share


@pytest.mark.parametrize("decimals", [1, 6])
@pytest.mark.parametrize(("rows", "share"), [(30, 0.5), (120, 0.1), (300, 0.4)])
def test_the_variance_of_auc_is_delongs(rows, share, decimals):
    y, p = sample(np.random.default_rng(rows + decimals), rows, share, decimals)
    share_won, positive = placements(y, p), y == 1
    m, n = positive.sum(), (~positive).sum()
    influence = row_influence(RocAuc(), y, p)
    auc = share_won[positive].mean()
    assert auc == pytest.approx(value(RocAuc(), y, p), abs=1e-12)
    np.testing.assert_allclose(influence[positive], (share_won[positive] - auc) / m, atol=1e-12)
    np.testing.assert_allclose(influence[~positive], (share_won[~positive] - auc) / n, atol=1e-12)
    # DeLong's S10 / m + S01 / n, whose sample variances divide by m - 1 and n - 1
    sides = [(np.square(influence[side]).sum(), k) for side, k in ((positive, m), (~positive, n))]
    delong = share_won[positive].var(ddof=1) / m + share_won[~positive].var(ddof=1) / n
    assert sum(squares * k / (k - 1) for squares, k in sides) == pytest.approx(delong, abs=1e-12)


@pytest.mark.parametrize("decimals", [1, 6])
@pytest.mark.parametrize(("rows", "share"), [(200, 0.5), (400, 0.1), (2000, 0.02), (1000, 0.3)])
def test_the_spread_of_average_precision_is_that_of_a_poisson_bootstrap(rows, share, decimals):
    rng = np.random.default_rng(rows + decimals)
    y, p = sample(rng, rows, share, decimals)
    replicates = 400
    codes = np.repeat(np.arange(replicates, dtype=np.int32), rows)
    counts = rng.poisson(1, rows * replicates).astype(float)
    drawn = Outcomes(np.tile(y, replicates), np.tile(p, replicates), counts)
    metric = AveragePrecision()
    bootstrap = metric.value(metric.accumulate(drawn, codes, replicates)).std(ddof=1)
    closed = np.sqrt(np.square(row_influence(metric, y, p)).sum())
    # 400 replicates know a spread to 3.5 %; with few positives the bootstrap's own tail counts
    assert abs(closed / bootstrap - 1) < 0.1 + 1 / np.sqrt(y.sum())


@pytest.mark.parametrize(("rows", "share"), [(200, 0.5), (400, 0.1), (1000, 0.3)])
def test_the_spread_of_average_precision_is_that_of_fresh_samples(rows, share):
    rng = np.random.default_rng(rows)
    samples = 600
    drawn = (sample(rng, rows, share, 3) for _ in range(samples))
    y, p = (np.concatenate(c) for c in zip(*drawn, strict=True))
    codes = np.repeat(np.arange(samples, dtype=np.int32), rows)
    metric, outcomes = AveragePrecision(), Outcomes(y, p)
    total = metric.accumulate(outcomes, codes, samples)
    squares = np.square(metric.row_influence(total, outcomes, codes))
    closed = np.sqrt(squares.sum() / samples)
    # 600 samples know a spread to 2.9 %
    assert abs(closed / metric.value(total).std(ddof=1) - 1) < 0.1
