import math

import pytest

from ctml_assets.core.spec import PerformanceSpec
from ctml_assets.core.triggers import Answered, EarlierLook
from ctml_assets.core.triggers.performance import Performance
from ctml_assets_tests.core.triggers.looks import SERVING, after, drop, look


def _answer(seen, **settings):
    return Performance().ask(PerformanceSpec(**settings), seen, SERVING)


@pytest.mark.parametrize(
    ("share", "answered"),
    [
        (0.25, Answered.YES),
        (0.2501, Answered.YES),
        (0.2499, Answered.NO),
        (0.0, Answered.NO),
        (-0.3, Answered.NO),
    ],
)
def test_it_fires_from_exactly_the_threshold_on(share, answered):
    assert _answer(look(share=share), max_drop=0.25).answered is answered


def test_the_reason_is_told_in_numbers():
    assert _answer(look(share=0.1, worst="segment=b (0.8 -> 0.6)")).reason == (
        "score 0.720, reference 0.800, drop 10.0% >= 5.0%, 20.0 standard errors > 3.4 (one false "
        "alarm in 365 days); mostly segment=b (0.8 -> 0.6)"
    )
    assert _answer(look(share=0.02)).reason == "score 0.784, reference 0.800, drop 2.0% < 5.0%"


@pytest.mark.parametrize(
    ("error", "freedom", "days", "answered"),
    [
        # Student's t of 6 degrees of freedom at 1 - 1 / 365 is 4.23341
        (0.1 / 4.2335, 6, 365, Answered.YES),
        (0.1 / 4.2333, 6, 365, Answered.NO),
        # with endless days the normal quantile: 2.77741
        (0.1 / 2.7775, math.inf, 365, Answered.YES),
        (0.1 / 2.7773, math.inf, 365, Answered.NO),
        # at one false alarm in 20 days 1.64485
        (0.1 / 1.6449, math.inf, 20, Answered.YES),
        (0.1 / 1.6448, math.inf, 20, Answered.NO),
        (0.0, 6, 365, Answered.YES),
    ],
)
def test_a_large_drop_must_be_more_than_chance(error, freedom, days, answered):
    seen = look(drop=drop(0.1, error, freedom))
    assert _answer(seen, days_between_false_alarms=days).answered is answered


def test_a_sure_drop_must_be_large():
    assert _answer(look(drop=drop(0.049, 0.0001))).answered is Answered.NO


def test_a_large_drop_of_unknown_uncertainty_is_not_evaluable():
    answer = _answer(look(drop=drop(0.1, None)))
    assert answer.answered is Answered.UNKNOWN
    assert answer.reason == (
        "score 0.720, reference 0.800, drop 10.0% >= 5.0%; not evaluable: too few days tell how "
        "uncertain that is"
    )


def test_a_small_drop_needs_no_uncertainty():
    assert _answer(look(drop=drop(0.01, None))).answered is Answered.NO


def test_without_a_drop_it_is_not_evaluable_and_says_why():
    answer = _answer(look(share=None))
    assert answer.answered is Answered.UNKNOWN
    assert answer.reason == "not evaluable: 0 labelled rows, fewer than 50"


def test_a_slice_is_judged_by_its_own_drop():
    seen = look(share=0.0, slices={"segment=b": drop(0.2), "segment=a": drop(0.0)})
    fired, below = (_answer(seen, slice=name) for name in ("segment=b", "segment=a"))
    assert fired.answered is Answered.YES
    assert fired.reason.startswith("segment=b: score 0.640, reference 0.800, drop 20.0% >= 5.0%")
    assert below.answered is Answered.NO


def test_a_slice_that_is_not_scored_is_not_evaluable():
    seen = look(share=0.2, slices={"segment=a": drop(0.2)})
    answer = _answer(seen, slice="segment=b")
    assert answer.answered is Answered.UNKNOWN
    assert answer.reason == "segment=b: not evaluable: it is not scored"


def _row(*shares, gap=0, slices=None):
    """Make a look after others: their drops from the newest on, after a gap of days."""
    earlier = tuple(
        EarlierLook(after(9 - gap - back), None if share is None else drop(share), slices or {})
        for back, share in enumerate(shares[1:])
    )
    return look(share=shares[0], earlier=earlier)


@pytest.mark.parametrize(
    ("shares", "gap", "answered", "counted"),
    [
        ((0.1, 0.1, 0.1), 0, Answered.YES, 3),
        ((0.1, 0.1, 0.1, 0.0), 0, Answered.YES, 3),
        ((0.1, 0.1, 0.0), 0, Answered.NO, 2),
        ((0.1, 0.0, 0.1), 0, Answered.NO, 1),
        ((0.1, 0.1), 0, Answered.NO, 2),
        ((0.1,), 0, Answered.NO, 1),
        # a day that is missing, or that could not be scored, breaks the row
        ((0.1, 0.1, 0.1), 1, Answered.NO, 1),
        ((0.1, None, 0.1), 0, Answered.NO, 1),
    ],
)
def test_so_many_looks_in_a_row_must_show_the_drop(shares, gap, answered, counted):
    answer = _answer(_row(*shares, gap=gap), consecutive=3)
    assert answer.answered is answered
    assert answer.reason.endswith(f"; {counted} of 3 looks in a row")


def test_a_row_ends_with_the_day_that_does_not_show_the_drop():
    answer = _answer(_row(0.0, 0.1, 0.1), consecutive=3)
    assert (answer.answered, "in a row" in answer.reason) == (Answered.NO, False)


def test_a_row_of_drops_within_chance_is_none():
    shaky = tuple(EarlierLook(after(9 - back), drop(0.1, 0.09)) for back in range(2))
    assert _answer(look(share=0.1, earlier=shaky), consecutive=3).reason.endswith(
        "1 of 3 looks in a row"
    )


def test_a_row_of_a_slice_is_counted_by_the_slice():
    slices = {"segment=b": drop(0.2)}
    seen = _row(0.0, 0.0, 0.0, slices=slices)
    assert _answer(seen, slice="segment=b", consecutive=3).answered is Answered.UNKNOWN
    today = look(share=0.0, slices=slices, earlier=seen.earlier)
    assert _answer(today, slice="segment=b", consecutive=3).answered is Answered.YES


def test_a_rejected_candidate_answers_the_drop_that_it_was_trained_for():
    same = look(share=0.1, since_rejection=drop(0.01))
    answer = _answer(same)
    assert answer.answered is Answered.NO
    assert "; where the last candidate was rejected: score 0.792" in answer.reason
    assert _answer(look(share=0.2, since_rejection=drop(0.1))).answered is Answered.YES
    unsure = look(share=0.2, since_rejection=drop(0.1, 0.09))
    assert _answer(unsure).answered is Answered.NO


def test_a_rejected_candidate_answers_the_drop_of_a_slice():
    seen = look(
        share=0.0,
        slices={"segment=b": drop(0.2)},
        since_rejection=drop(0.3),
        slices_since_rejection={"segment=b": drop(0.0)},
    )
    assert _answer(seen, slice="segment=b").answered is Answered.NO
