import dataclasses
import datetime as dt

import pytest

from ctml_assets.errors import DeclarationError
from ctml_assets.lake import LocalLake
from ctml_assets.replay.journal import DayEntry, Journal
from ctml_assets_tests import streams

START = dt.date(2024, 1, 1)


@pytest.fixture
def journal(tmp_path):
    return Journal(LocalLake(tmp_path), "stream")


def entry(day="2024-01-05", **changes):
    plain = DayEntry(
        day=day,
        score=0.75,
        reference=None,
        drop=None,
        champion=None,
        fired=True,
        reason="no champion yet",
        training=None,
        finished=False,
        tags={"ctml/model": "stream"},
        run_id="abc",
    )
    return dataclasses.replace(plain, **changes)


def test_a_day_that_was_not_replayed_has_no_entry(journal):
    assert journal.entry(START) is None
    assert journal.entries() == ()


def test_an_entry_comes_back_as_it_was_written(journal):
    journal.write(entry())
    assert journal.entry(dt.date(2024, 1, 5)) == entry()


def test_entries_come_oldest_first_and_the_last_writing_counts(journal):
    for day in ("2024-01-07", "2024-01-05", "2024-01-06"):
        journal.write(entry(day))
    journal.write(entry("2024-01-06", training="promoted", finished=True))
    assert [it.day for it in journal.entries()] == ["2024-01-05", "2024-01-06", "2024-01-07"]
    assert [it.finished for it in journal.entries()] == [False, True, False]


def test_the_same_declaration_may_go_on(journal):
    for _ in range(2):
        journal.open(streams.spec(), START)
    journal.open(streams.spec(end_date="2025-01-01", description="new words"), START)
    assert journal.entries() == ()


@pytest.mark.parametrize("change", [{"label_delay_days": 1}, {"time_features": []}])
def test_another_declaration_is_refused(journal, change):
    journal.open(streams.spec(), START)
    with pytest.raises(DeclarationError, match=r"a replay with another declaration, begun 2024"):
        journal.open(streams.spec(**change), START)


def test_another_start_is_refused(journal):
    journal.open(streams.spec(), START)
    with pytest.raises(DeclarationError, match=r"another start, begun 2024-01-01; pass --home"):
        journal.open(streams.spec(), dt.date(2024, 1, 2))


def test_models_keep_journals_of_their_own(journal):
    journal.write(entry())
    assert Journal(journal.lake, "other").entries() == ()
    Journal(journal.lake, "other").open(streams.spec(name="other"), dt.date(2024, 3, 1))
    journal.open(streams.spec(), START)
