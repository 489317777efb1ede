import dataclasses
import datetime as dt
import json

import pytest

from ctml_assets.lake import PromotionRecord
from ctml_assets.replay.journal import DayEntry
from ctml_assets.replay.summary import summarise


def entry(number, **changes):
    plain = DayEntry(
        day=f"2024-01-{number:02}",
        score=None,
        reference=None,
        drop=None,
        champion=None,
        fired=False,
        reason="nothing",
        training=None,
        finished=True,
        tags={},
        run_id=None,
    )
    return dataclasses.replace(plain, **changes)


def scored(number, score, champion, **changes):
    return entry(
        number, score=score, reference=0.8, drop=(0.8 - score) / 0.8, champion=champion, **changes
    )


def record(number, version, as_of, reference_score):
    return PromotionRecord(
        number=number,
        model="stream",
        kind="promotion",
        version=version,
        previous=None,
        sha256="0" * 64,
        size=1,
        as_of=dt.date(2024, 1, as_of),
        serves_from=dt.date(2024, 1, as_of) + dt.timedelta(days=1),
        yardstick="{}",
        reference_score=reference_score,
        reference=(),
        reason="",
        by="gates",
        run_id="",
        promoted_at="",
    )


# Ten days: a first champion after day 2, a failed, a rejected and a promoted training, a gap.
ENTRIES = [
    entry(1),
    entry(2, fired=True, training="promoted"),
    scored(3, 0.80, "v1"),
    scored(4, 0.70, "v1", fired=True, training="failed"),
    scored(5, 0.60, "v1", fired=True, training="rejected"),
    entry(6, champion="v1"),
    scored(7, 0.62, "v1", fired=True, training="promoted"),
    scored(8, 0.78, "v2"),
]
HISTORY = [record(1, "v1", 2, 0.8), record(2, "v2", 7, 0.79)]
NEVER = {dt.date(2024, 1, n): s for n, s in ((3, 0.8), (4, 0.7), (5, 0.6), (7, 0.62), (8, 0.5))}


@pytest.fixture
def summary():
    return summarise("stream", ENTRIES, HISTORY, NEVER)


def test_days_looks_and_trainings_are_counted(summary):
    assert (summary.days, summary.looks, summary.triggers) == (8, 5, 4)
    assert (summary.retrains, summary.promoted, summary.rejected) == (3, 2, 1)


def test_both_means_are_of_the_same_days(summary):
    assert summary.mean_score == pytest.approx((0.80 + 0.70 + 0.60 + 0.62 + 0.78) / 5)
    assert summary.mean_score_never == pytest.approx((0.80 + 0.70 + 0.60 + 0.62 + 0.50) / 5)
    partly = summarise("stream", ENTRIES, HISTORY, {dt.date(2024, 1, 8): 0.5})
    assert (partly.mean_score, partly.mean_score_never) == (0.78, 0.5)


def test_each_champions_life_is_told(summary):
    first, second = summary.champions
    assert (first.version, first.as_of, first.days) == ("v1", dt.date(2024, 1, 2), 5)
    assert (first.reference_score, first.last_score) == (0.8, 0.62)
    assert (second.days, second.last_score) == (1, 0.78)


def test_a_champion_that_was_never_looked_at_has_no_last_score():
    summary = summarise("stream", ENTRIES[:2], HISTORY[:1], {})
    assert summary.champions[0].days == 0
    assert summary.champions[0].last_score is None
    assert summary.mean_score is None
    assert summary.mean_score_never is None


def test_failed_days_are_counted_but_no_training_that_is_still_to_come():
    entries = [entry(1, finished=False), entry(2, finished=False, fired=True), entry(3)]
    assert summarise("stream", entries, [], {}).failed_days == 1


def test_no_days_are_a_summary_too():
    summary = summarise("stream", [], [], {})
    assert (summary.days, summary.champions, summary.mean_score) == (0, (), None)


def test_the_json_has_exactly_the_documented_keys(summary):
    made = summary.as_json()
    assert list(made) == [
        "model",
        "days",
        "failed_days",
        "looks",
        "triggers",
        "retrains",
        "promoted",
        "rejected",
        "mean_score",
        "mean_score_never",
        "champions",
        "decisions",
    ]
    assert [list(life) for life in made["champions"]] == [
        ["version", "as_of", "reference_score", "days", "last_score"]
    ] * 2
    wanted = ["partition", "score", "reference", "drop", "fired", "reason", "training"]
    assert [list(it) for it in made["decisions"]] == [wanted] * 8
    assert made["decisions"][4] == {
        "partition": "2024-01-05",
        "score": 0.6,
        "reference": 0.8,
        "drop": pytest.approx(0.25),
        "fired": True,
        "reason": "nothing",
        "training": "rejected",
    }
    assert json.loads(json.dumps(made, allow_nan=False)) == made
