import pytest

from ctml_assets.core.spec import IntervalSpec
from ctml_assets.core.triggers import Answered
from ctml_assets.core.triggers.interval import Interval
from ctml_assets_tests.core.triggers.looks import NO_CHAMPION, SERVING, after, look, trained


@pytest.mark.parametrize(("age", "answered"), [(29, Answered.NO), (30, Answered.YES)])
@pytest.mark.parametrize("share", [None, 0.0, 0.5])
def test_it_is_a_clock_whatever_the_score(age, answered, share):
    answer = Interval().ask(IntervalSpec(days=30), look(after(age), share), SERVING)
    assert answer.answered is answered


def test_a_rejected_candidate_sets_it_back():
    answer = Interval().ask(IntervalSpec(days=30), look(after(35)), trained(20))
    assert (answer.answered, answer.reason) == (
        Answered.NO,
        "15 days since the last training < 30",
    )


def test_without_a_training_it_is_not_evaluable():
    answer = Interval().ask(IntervalSpec(days=1), look(), NO_CHAMPION)
    assert (answer.answered, answer.reason) == (Answered.UNKNOWN, "not evaluable: no training yet")
