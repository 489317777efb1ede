import pytest

from ctml_assets.core.spec import MaxAgeSpec
from ctml_assets.core.triggers import Answered
from ctml_assets.core.triggers.max_age import MaxAge
from ctml_assets_tests.core.triggers.looks import NO_CHAMPION, SERVING, after, look, trained

SETTINGS = MaxAgeSpec(days=28)


@pytest.mark.parametrize(
    ("age", "answered", "reason"),
    [
        (27, Answered.NO, "last training 27 days ago < 28 days"),
        (28, Answered.YES, "last training 28 days ago >= 28 days"),
        (29, Answered.YES, "last training 29 days ago >= 28 days"),
    ],
)
def test_it_fires_on_the_last_allowed_day_and_after(age, answered, reason):
    answer = MaxAge().ask(SETTINGS, look(after(age)), SERVING)
    assert (answer.answered, answer.reason) == (answered, reason)


def test_a_rejected_candidate_counts_as_a_training():
    answer = MaxAge().ask(SETTINGS, look(after(28)), trained(20))
    assert answer.reason == "last training 8 days ago < 28 days"


def test_it_is_not_evaluable_on_a_day_without_a_score():
    answer = MaxAge().ask(SETTINGS, look(after(900), None), SERVING)
    assert answer.answered is Answered.UNKNOWN
    assert answer.reason == "not evaluable: 0 labelled rows, fewer than 50"


def test_it_fires_without_a_reference_to_compare_the_score_with():
    assert MaxAge().ask(SETTINGS, look(after(28), None, score=0.7), SERVING).fired


def test_without_a_training_it_is_not_evaluable():
    answer = MaxAge().ask(SETTINGS, look(after(900)), NO_CHAMPION)
    assert (answer.answered, answer.reason) == (Answered.UNKNOWN, "not evaluable: no training yet")
