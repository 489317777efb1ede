import pytest

from ctml_assets.core.drift import Verdict
from ctml_assets.core.triggers.performance import Performance
from ctml_assets_tests.core.triggers.looks import NO_CHAMPION, SERVING, look, spec


@pytest.mark.parametrize(
    ("drop", "fired"), [(0.25, True), (0.2501, True), (0.2499, False), (0.0, False), (-0.3, False)]
)
def test_it_fires_from_exactly_the_threshold_on(drop, fired):
    answer = Performance().ask(look(drop=drop), SERVING, spec(max_drop=0.25))
    assert answer.fired is fired


def test_the_reason_is_told_in_numbers():
    below, above = (
        Performance().ask(look(drop=drop), SERVING, spec(max_drop=0.05)) for drop in (0.1, 0.02)
    )
    assert below.reason == "score 0.720, reference 0.800, drop 10.0% >= 5.0%"
    assert above.reason == "score 0.784, reference 0.800, drop 2.0% < 5.0%"


def test_unknown_never_fires_and_says_why():
    answer = Performance().ask(look(drop=None), SERVING, spec())
    assert (answer.fired, answer.reason) == (False, "not evaluable: 0 labelled rows, fewer than 50")


def test_unknown_does_not_fire_even_with_a_drop_beside_it():
    answer = Performance().ask(look(drop=0.9, verdict=Verdict.UNKNOWN), SERVING, spec())
    assert not answer.fired


def test_without_a_champion_the_question_does_not_arise():
    assert Performance().ask(look(drop=0.9), NO_CHAMPION, spec()) is None
