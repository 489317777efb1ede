import datetime as dt

import pytest

from ctml_assets.core.spec import LabelFreeSpec, PerformanceSpec
from ctml_assets.core.triggers import Answered, Estimate
from ctml_assets.core.triggers.label_free import LabelFree
from ctml_assets.core.triggers.performance import Performance
from ctml_assets_tests.core.triggers.looks import SERVING, drop, look

FIRST, LAST = dt.date(2024, 3, 12), dt.date(2024, 3, 16)


def _answer(estimate, **settings):
    return LabelFree().ask(LabelFreeSpec(**settings), look(estimate=estimate), SERVING)


@pytest.mark.parametrize("share", [0.0, 0.049, 0.05, 0.3])
@pytest.mark.parametrize("error", [0.001, 0.02, 0.2, None])
def test_an_estimate_is_judged_as_a_score_is(share, error):
    found = drop(share, error)
    answer = _answer(Estimate(found, FIRST, LAST, 900))
    real = Performance().ask(PerformanceSpec(), look(drop=found), SERVING)
    assert answer.answered is real.answered
    assert answer.reason == f"estimated for 2024-03-12 to 2024-03-16: {real.reason}"
    assert answer.trigger == "label_free"


def test_its_own_settings_count():
    estimate = Estimate(drop(0.1, 0.04), FIRST, LAST, 900)
    # 2.5 standard errors of 12 degrees of freedom: chance makes them once in 71 days
    assert _answer(estimate, days_between_false_alarms=60).answered is Answered.YES
    assert _answer(estimate, days_between_false_alarms=80).answered is Answered.NO
    assert _answer(estimate, max_drop=0.11, days_between_false_alarms=60).answered is Answered.NO


@pytest.mark.parametrize(
    ("estimate", "why"),
    [
        (None, "there is no estimate"),
        (Estimate(None, None, None, 0, "no day waits for labels"), "no day waits for labels"),
    ],
)
def test_without_an_estimate_it_is_not_evaluable(estimate, why):
    answer = _answer(estimate)
    assert (answer.answered, answer.reason) == (Answered.UNKNOWN, f"not evaluable: {why}")
