import numpy as np
import pytest
from scipy import stats

from ctml_assets.core.discovery.compare import compare
from ctml_assets.core.discovery.tally import Losses


def compared(loss, inside, days=None):
    count = 1 if days is None else int(days.max()) + 1
    tally = Losses(loss, days, count).tally((~inside).astype(np.intp), 2)
    return compare(tally[:1], tally[1:], by_day=days is not None)


def test_a_small_group_of_larger_variance_is_judged_by_welch():
    rng = np.random.default_rng(0)
    a, b = rng.normal(0.5, 3, 60), rng.normal(0, 1, 500)
    got = compared(np.append(a, b), np.arange(560) < 60)
    welch = stats.ttest_ind(a, b, equal_var=False)
    assert got.excess[0] / got.standard_error[0] == pytest.approx(welch.statistic, rel=1e-12)
    assert got.p_value[0] == pytest.approx(stats.t.sf(welch.statistic, 59), rel=1e-9)


def test_equal_losses_inside_are_judged_by_the_pooled_variance():
    loss = np.append(np.ones(50), np.tile([0.0] + [1.0] * 9, 100))
    got = compared(loss, np.arange(1050) < 50)
    expected = np.sqrt(loss.var(ddof=1) * (1 / 50 + 1 / 1000))
    assert got.standard_error[0] == pytest.approx(expected, rel=1e-12)
    # 50 ones in a row are no wonder where 90 % are ones: 0.9**50 = 0.005
    assert got.p_value[0] > 0.005


def test_by_day_the_error_is_that_of_leaving_days_out():
    rng = np.random.default_rng(1)
    days = rng.integers(0, 9, 400)
    inside = rng.random(400) < 0.3
    loss = rng.normal(size=400) + 3 * rng.normal(size=(9, 2))[days, inside.astype(int)]
    got = compared(loss, inside, days)
    without = []
    for day in range(9):
        kept = days != day
        without.append(loss[inside & kept].mean() - loss[~inside & kept].mean())
    centre = loss[inside].mean() - loss[~inside].mean()
    jackknife = np.sqrt(8 / 9 * np.sum((np.array(without) - centre) ** 2))
    assert got.standard_error[0] == pytest.approx(jackknife, rel=1e-12)
    sizes = np.bincount(days[inside], minlength=9)
    others = np.bincount(days[~inside], minlength=9)
    effective = [(n.sum() ** 2) / (n**2).sum() for n in (sizes, others)]
    assert got.freedom[0] == pytest.approx(min(effective) - 1)


def test_a_group_on_one_day_cannot_be_tested():
    days = np.repeat([0, 1, 2], 100)
    got = compared(np.random.default_rng(2).normal(size=300), days == 1, days)
    assert got.freedom[0] == 0


def test_no_excess_is_never_significant():
    assert compared(np.array([0.0, 0, 1, 1]), np.array([1, 1, 0, 0], bool)).p_value[0] == 1


def test_the_sure_excess_is_positive_exactly_if_significant():
    rng = np.random.default_rng(3)
    for shift in np.linspace(0, 1, 11):
        loss = rng.normal(size=300)
        loss[:80] += shift
        got = compared(loss, np.arange(300) < 80)
        for probability in (0.05, 1e-5):
            is_sure = got.sure_excess(probability)[0] > 0
            assert is_sure == (got.p_value[0] < probability)


def test_scaling_the_loss_scales_the_excess_and_changes_no_p_value():
    rng = np.random.default_rng(4)
    loss, inside = rng.exponential(size=200), rng.random(200) < 0.4
    days = rng.integers(0, 5, 200)
    one, ten = compared(loss, inside, days), compared(loss * 10, inside, days)
    assert ten.excess[0] == pytest.approx(10 * one.excess[0])
    assert ten.p_value[0] == pytest.approx(one.p_value[0])
