import pytest

from ctml_assets.core.triggers import Answered
from ctml_assets.core.triggers.bootstrap import Bootstrap
from ctml_assets_tests.core.triggers.looks import NO_CHAMPION, first_look, spec


@pytest.mark.parametrize(
    ("days", "rows", "answered"),
    [
        (56, 1000, Answered.YES),
        (400, 90_000, Answered.YES),
        (55, 1000, Answered.NO),
        (56, 999, Answered.NO),
        (0, 0, Answered.NO),
        (None, None, Answered.NO),
    ],
)
def test_enough_days_and_enough_rows_are_needed(days, rows, answered):
    answer = Bootstrap().ask(spec().retraining, first_look(days, rows), NO_CHAMPION)
    assert answer.answered is answered
    assert answer.reason == (
        f"no champion yet, {days or 0} of 56 days and {rows or 0} of 1000 labelled rows"
    )
