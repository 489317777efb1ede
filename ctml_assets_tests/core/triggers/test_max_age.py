import pytest

from ctml_assets.core.triggers import TrainingState
from ctml_assets.core.triggers.max_age import MaxAge
from ctml_assets_tests.core.triggers.looks import NO_CHAMPION, SERVING, TRAINED, after, look, spec


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (27, "last training 27 days ago < 28 days"),
        (28, "last training 28 days ago >= 28 days"),
        (29, "last training 29 days ago >= 28 days"),
    ],
)
def test_it_fires_on_the_last_allowed_day_and_after(age, reason):
    answer = MaxAge().ask(look(after(age)), SERVING, spec(max_age_days=28))
    assert (answer.fired, answer.reason) == (age >= 28, reason)


def test_a_rejected_candidate_counts_as_a_training():
    state = TrainingState(champion_as_of=TRAINED, last_training=after(20))
    answer = MaxAge().ask(look(after(28)), state, spec(max_age_days=28))
    assert answer.reason == "last training 8 days ago < 28 days"


def test_it_can_be_switched_off():
    assert MaxAge().ask(look(after(900)), SERVING, spec(max_age_days=None)) is None


def test_it_never_fires_on_unknown():
    assert MaxAge().ask(look(after(900), None), SERVING, spec(max_age_days=28)) is None


def test_without_a_champion_the_question_does_not_arise():
    assert MaxAge().ask(look(), NO_CHAMPION, spec()) is None
