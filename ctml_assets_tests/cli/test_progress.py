import dataclasses
from io import StringIO

import pytest
from rich.console import Console

from ctml_assets.cli.progress import ReplayProgress
from ctml_assets.replay.journal import DayEntry
from ctml_assets_tests.worlds import day

QUIET = DayEntry(str(day(0)), None, None, None, None, False, "nothing new", None, True, {}, None)


def shown(*entries):
    out = StringIO()
    with ReplayProgress(Console(file=out, width=200), "stream", [day(0), day(1)]) as progress:
        for entry in entries:
            progress.advance(entry)
    return out.getvalue()


@pytest.mark.parametrize("outcome", ["promoted", "rejected", "failed"])
def test_a_training_is_a_line_that_says_why_and_how_it_ended(outcome):
    fired = dataclasses.replace(QUIET, fired=True, training=outcome, reason="drop 7.0% >= 5.0%")
    (line,) = [text for text in shown(fired).splitlines() if "drop" in text]
    assert line.split() == [str(day(0)), outcome, "drop", "7.0%", ">=", "5.0%"]


def test_a_day_without_a_training_is_no_line():
    assert "nothing new" not in shown(QUIET)


def test_what_looks_like_markup_in_a_reason_is_printed_as_it_is():
    hostile = dataclasses.replace(QUIET, training="failed", reason="[red]column [/] is missing")
    assert "[red]column [/] is missing" in shown(hostile)


def test_only_the_first_of_the_failed_days_is_a_line_and_it_is_whole():
    reason = "monitor failed: " + "very " * 60 + "long [/] reason"
    failed = dataclasses.replace(QUIET, reason=reason, finished=False)
    again = dataclasses.replace(failed, day=str(day(1)), reason="monitor failed: again")
    told = shown(failed, again)
    assert f"{day(0)}  {reason}" in told
    assert "again" not in told
