"""A look made of slice scores by hand."""

import datetime as dt
from dataclasses import replace

import pytest

from ctml_assets.assets import looking, monitoring
from ctml_assets.assets.slice_table import SliceTable, to_table
from ctml_assets.core.drift import DayResidual, SliceScore, Verdict
from ctml_assets.core.triggers import Drop, Look
from ctml_assets_tests import streams

DAY = dt.date(2024, 3, 10)
# three days each, pulling by so much
NOW = {"2024-03-08": 0.004, "2024-03-09": -0.004, "2024-03-10": 0.0}
THEN = {"2024-02-01": 0.003, "2024-02-02": -0.003, "2024-02-03": 0.0}


def score(name, value, influence, reason=""):
    group = "overall" if name == "overall" else "segment"
    return SliceScore(group, name, 900, value, reason, influence=influence, clusters=3.0)


def slices(now, then, **more):
    return SliceTable(
        tuple(score(name, value, NOW) for name, value in now.items()),
        tuple(score(name, value, THEN) for name, value in then.items()),
        "v1",
        **more,
    )


def spec(*names):
    when = [{"performance": {"slice": name} if name else {}} for name in names or ("",)]
    return streams.spec(triggers={"when": when})


REFERENCE = {"overall": 0.8, "segment=a": 0.8, "segment=b": 0.7}
WORSE = {"overall": 0.72, "segment=a": 0.79, "segment=b": 0.5}


def look(table, declared, **more):
    result = monitoring.drift_score(to_table(table), spec=declared)
    return looking.look(DAY, result, table, spec=declared, **more)


def test_the_drop_comes_with_the_error_that_it_has_by_chance():
    found = look(slices(WORSE, REFERENCE), spec()).drop
    # overall weighs a half, the two segments share the other
    assert found.score == pytest.approx(0.5 * 0.72 + 0.25 * (0.79 + 0.5))
    assert found.reference == pytest.approx(0.5 * 0.8 + 0.25 * (0.8 + 0.7))
    now, then = (1.5 * 2 * pull**2 for pull in (0.004, 0.003))
    assert found.standard_error == pytest.approx((now + then) ** 0.5 / found.reference)


def test_the_worst_slices_are_named_and_the_line_of_all_rows_is_none():
    found = look(slices(WORSE, REFERENCE), spec())
    assert found.worst == "segment=b (0.700 -> 0.500), segment=a (0.800 -> 0.790)"


def test_better_slices_are_not_named():
    better = WORSE | {"segment=a": 0.9}
    assert look(slices(better, REFERENCE), spec()).worst == "segment=b (0.700 -> 0.500)"


def test_a_slice_that_a_trigger_names_has_its_own_drop_and_no_other_has():
    found = look(slices(WORSE, REFERENCE), spec("segment=b", "")).slices
    assert list(found) == ["segment=b"]
    assert found["segment=b"].relative_drop == pytest.approx(0.2 / 0.7)


@pytest.mark.parametrize("gone", ["now", "then"])
def test_a_named_slice_that_is_not_scored_on_both_sides_has_none(gone):
    now, then = dict(WORSE), dict(REFERENCE)
    del (now if gone == "now" else then)["segment=b"]
    assert look(slices(now, then), spec("segment=b")).slices == {}


def test_without_a_reference_there_is_a_score_and_no_drop():
    table = slices(WORSE, REFERENCE, problem="measured otherwise")
    found = look(table, spec("segment=b"))
    assert (found.verdict, found.drop, found.slices) == (Verdict.UNKNOWN, None, {})
    assert found.reason == "measured otherwise"


def test_a_blocked_day_says_so():
    table = slices({}, {}, problem="feature x1 is gone", blocked="feature x1 is gone")
    assert look(table, spec()).blocked == "feature x1 is gone"


def test_a_rejected_candidate_leaves_the_score_that_the_next_drop_is_measured_from():
    before = tuple(score(name, value, THEN) for name, value in WORSE.items())
    found = look(slices(WORSE, REFERENCE), spec("segment=b"), rejected_at=before)
    assert found.drop.relative_drop > 0.1
    assert found.since_rejection.relative_drop == pytest.approx(0.0, abs=1e-12)
    assert found.slices_since_rejection["segment=b"].relative_drop == pytest.approx(0.0)


def test_without_a_rejection_there_is_none():
    found = look(slices(WORSE, REFERENCE), spec())
    assert (found.since_rejection, found.slices_since_rejection) == (None, {})


def earlier(days_before, champion="v1", verdict=Verdict.OK):
    day = DAY - dt.timedelta(days=days_before)
    return Look(day, verdict, "", champion, drop=Drop(0.7, 0.8, 0.125))


NOW_LOOK = Look(DAY, Verdict.OK, "", "v1")


def test_earlier_looks_come_newest_first():
    found = looking.earlier_looks(NOW_LOOK, [earlier(3), earlier(1), earlier(2)])
    assert [(DAY - it.day).days for it in found] == [1, 2, 3]


@pytest.mark.parametrize(
    "before",
    [
        [earlier(1), earlier(3)],
        [earlier(1), earlier(2, champion="v0"), earlier(3)],
    ],
    ids=["a day is missing", "another champion"],
)
def test_a_gap_or_another_champion_ends_the_row(before):
    assert len(looking.earlier_looks(NOW_LOOK, before)) == 1


def test_no_look_of_the_day_before_is_no_row():
    assert looking.earlier_looks(NOW_LOOK, [earlier(2)]) == ()


def days(*values):
    return {
        DAY + dt.timedelta(days=number): DayResidual(value, 14.0)
        for number, value in enumerate(values)
    }


def test_residuals_after_a_training_know_the_days_before_it():
    every = looking.residuals_since(days(1.0, 2.0, 0.5, 3.0), None)
    later = looking.residuals_since(days(1.0, 2.0, 0.5, 3.0), DAY + dt.timedelta(days=1))
    assert later == every[2:]
    assert later != looking.residuals_since(days(0.5, 3.0), None)


def test_no_day_no_residuals():
    assert looking.residuals_since({}, DAY) == ()


def test_a_days_own_residual_is_in_standard_deviations_of_a_reference_day():
    declared = spec()
    table = slices(WORSE, REFERENCE)
    found = looking.residual(table, spec=declared)
    drop = 0.5 * 0.08 + 0.25 * 0.01 + 0.25 * 0.2
    # of three days' mean the error is the root of 1.5 * 2 * .003^2; of one day sqrt(3) times that
    assert found.value == pytest.approx(drop / ((1.5 * 2 * 0.003**2) ** 0.5 * 3**0.5))
    assert found.reference_days == pytest.approx(3.0)
    assert looking.residual(replace(table, problem="unknown"), spec=declared) is None
