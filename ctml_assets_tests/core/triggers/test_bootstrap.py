import pytest

from ctml_assets.core.triggers.bootstrap import Bootstrap
from ctml_assets_tests.core.triggers.looks import NO_CHAMPION, SERVING, first_look, look, spec


@pytest.mark.parametrize(
    ("days", "rows", "fired"),
    [
        (56, 1000, True),
        (400, 90_000, True),
        (55, 1000, False),
        (56, 999, False),
        (0, 0, False),
        (None, None, False),
    ],
)
def test_enough_days_and_enough_rows_are_needed(days, rows, fired):
    answer = Bootstrap().ask(first_look(days, rows), NO_CHAMPION, spec())
    assert answer.fired is fired
    assert answer.reason == (
        f"no champion yet, {days or 0} of 56 days and {rows or 0} of 1000 labelled rows"
    )


def test_with_a_champion_the_question_does_not_arise():
    assert Bootstrap().ask(look(), SERVING, spec()) is None
