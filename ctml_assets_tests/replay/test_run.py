"""Whole replays: what comes out, twice the same, and the same after any interruption."""

import shutil
import signal
import subprocess
import sys

import dagster as dg
import pandas as pd
import pytest

from ctml_assets.assets import discovery
from ctml_assets.errors import CtmlError, DeclarationError
from ctml_assets.replay.home import open_home
from ctml_assets.replay.journal import Journal
from ctml_assets_tests.replay.histories import DAYS, DRIFT_FROM, history_spec, replay
from ctml_assets_tests.worlds import day


def decisions(summary):
    return summary.as_json()["decisions"]


def test_the_first_champion_comes_when_there_is_enough_to_learn_from(finished):
    _, summary = finished
    first = next(entry for entry in summary.decisions if entry.fired)
    assert first.day == day(4).isoformat()
    assert first.training == "promoted"
    assert summary.waiting is None
    assert first.reason.startswith("no champion yet, 5 of 5 days and ")
    assert [entry.champion for entry in summary.decisions[:5]] == [None] * 5
    assert {entry.champion for entry in summary.decisions[5:8]} == {summary.champions[0].version}


def test_the_change_of_the_stream_is_seen_and_answered(finished):
    _, summary = finished
    fired = [entry for entry in summary.decisions if entry.fired]
    answer = next(entry for entry in fired if entry.drop is not None)
    assert day(DRIFT_FROM).isoformat() <= answer.day <= day(DRIFT_FROM + 3).isoformat()
    assert answer.drop >= 0.05
    assert ">= 5.0%" in answer.reason
    assert answer.training in ("promoted", "rejected")


def test_every_day_has_a_decision_with_a_reason(finished):
    _, summary = finished
    assert [entry.day for entry in summary.decisions] == [day(n).isoformat() for n in range(DAYS)]
    assert all(entry.finished and entry.reason for entry in summary.decisions)
    assert summary.looks == sum(entry.champion is not None for entry in summary.decisions)


def test_a_candidate_that_waits_for_approval_is_named_at_the_end(source, tmp_path):
    manual = history_spec(source, promotion={"approval": "manual"})
    summary = replay(tmp_path / "home", manual, count=6)
    (trained,) = (entry for entry in summary.decisions if entry.fired)
    assert trained.training == "admitted"
    assert summary.champions == ()
    assert summary.waiting is not None
    assert summary.waiting.startswith(trained.day)
    assert (summary.retrains, summary.promoted, summary.rejected) == (1, 0, 0)


def test_two_homes_come_to_the_same_decisions(finished, source, tmp_path):
    again = replay(tmp_path / "home", history_spec(source))
    assert decisions(again) == decisions(finished[1])
    assert again.as_json() == finished[1].as_json()


def test_a_finished_replay_again_does_nothing_and_says_the_same(finished, source, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(finished[0], home)
    with open_home(home) as opened:
        before = opened.instance.get_runs_count()
    again = replay(home, history_spec(source))
    assert again.as_json() == finished[1].as_json()
    with open_home(home) as opened:
        assert opened.instance.get_runs_count() == before


def test_a_longer_replay_goes_on_from_a_shorter_one(finished, source, tmp_path):
    short = replay(tmp_path / "home", history_spec(source), count=7)
    assert short.days == 7
    whole = replay(tmp_path / "home", history_spec(source))
    assert whole.as_json() == finished[1].as_json()


def test_a_replay_that_is_stopped_goes_on_where_it_stopped(finished, source, tmp_path):
    def stop(entry):
        if entry.day == day(5).isoformat():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay(tmp_path / "home", history_spec(source), on_day=stop)
    seen = []
    resumed = replay(tmp_path / "home", history_spec(source), on_day=seen.append)
    assert len(seen) == DAYS
    assert resumed.as_json() == finished[1].as_json()


@pytest.mark.parametrize(
    "moment",
    ["tuning", pytest.param("before promotion", marks=pytest.mark.slow), "after promotion"],
)
def test_a_replay_that_is_killed_in_a_training_comes_to_the_same_end(
    moment, finished, source, tmp_path
):
    home = tmp_path / "home"
    child = "ctml_assets_tests.replay.killed_replay"
    killed = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", child, str(home), str(source), moment], check=False, timeout=120
    )
    assert killed.returncode == -signal.SIGKILL
    with open_home(home) as opened:
        entry = Journal(opened.lake.open(), "stream").entry(day(4))
        assert entry is not None
        assert entry.fired
        assert not entry.finished
        promoted = len(opened.lake.registry("stream").history())
        assert promoted == (moment == "after promotion")
    resumed = replay(home, history_spec(source))
    assert resumed.as_json() == finished[1].as_json()
    with open_home(home) as opened:
        unfinished = opened.instance.get_runs(
            dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
        )
        assert unfinished == []


def test_another_declaration_in_the_same_home_is_refused(finished, source, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(finished[0], home)
    other = history_spec(source, triggers={"cooldown_days": 5})
    with pytest.raises(DeclarationError, match=r"stream: this home holds a replay with another "):
        replay(home, other)


def test_another_start_in_the_same_home_is_refused(finished, source, tmp_path):
    from ctml_assets_tests.replay import histories

    home = tmp_path / "home"
    shutil.copytree(finished[0], home)
    spec = history_spec(source)
    with open_home(home) as opened, pytest.raises(DeclarationError, match="another start, begun"):
        Journal(opened.lake.open(), "stream").open(spec, histories.days()[1])


def test_a_second_replay_of_a_home_at_the_same_time_is_refused(source, tmp_path):
    home = tmp_path / "home"
    with (
        open_home(home),
        pytest.raises(CtmlError, match=r"home: another replay is running on .*; wait for it"),
    ):
        replay(home, history_spec(source), count=1)


def test_a_day_that_fails_is_told_and_does_not_end_the_replay(source, tmp_path):
    spec = history_spec(source, max_bad_rows=0, features=_narrow())
    summary = replay(tmp_path / "home", spec, count=3)
    assert len(summary.decisions) == summary.failed_days == 3
    for entry in summary.decisions:
        assert entry.failed
        assert not entry.fired
        assert "monitor failed: stream" in entry.reason
        assert "more than max_bad_rows 0" in entry.reason


def test_a_search_for_slices_that_fails_leaves_score_and_decision(source, tmp_path, monkeypatch):
    monitored = history_spec(source).monitoring.model_dump(mode="json", exclude_none=True)
    spec = history_spec(source, monitoring={**monitored, "slice_discovery": True})

    def fail(*_, **__):
        raise RuntimeError("the search broke")

    monkeypatch.setattr(discovery, "slice_discovery", fail)
    searched = replay(tmp_path / "searched", spec, count=7)
    plain = replay(tmp_path / "plain", history_spec(source), count=7)
    assert searched.failed_days == 0
    assert decisions(searched) == decisions(plain)
    with open_home(tmp_path / "searched") as opened:
        failed = dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE])
        assert len(opened.instance.get_runs(failed)) == 7


def test_failed_days_at_the_end_are_done_as_if_for_the_first_time_once_mended(
    finished, source, tmp_path
):
    file, mend = _spoiled(source, tmp_path, *range(6, DAYS))
    home = tmp_path / "home"
    broken = replay(home, _strict(file))
    assert broken.failed_days == DAYS - 6
    assert [entry.failed for entry in broken.decisions] == [False] * 6 + [True] * (DAYS - 6)
    mend()
    mended = replay(home, _strict(file))
    assert mended.failed_days == 0
    assert decisions(mended) == decisions(finished[1])


def test_a_failed_day_before_decided_ones_is_monitored_late_and_decides_nothing(source, tmp_path):
    file, mend = _spoiled(source, tmp_path, 7)
    home = tmp_path / "home"
    broken = replay(home, _strict(file), count=10)
    assert [entry.day for entry in broken.decisions if entry.failed] == [str(day(7))]
    mend()
    mended = replay(home, _strict(file), count=10)
    before, after = decisions(broken), decisions(mended)
    late = after.pop(7)
    before.pop(7)
    assert after == before
    assert late["score"] is not None
    assert not late["fired"]
    assert late["reason"].startswith("monitored late, after later days were decided")
    assert mended.failed_days == 0
    # the tick of the next day reads the late one as well, and decides on its own
    whole = replay(home, _strict(file))
    assert whole.decisions[10].day == str(day(10))
    assert whole.as_json()["decisions"][:10] == decisions(mended)


def test_a_failed_day_that_still_fails_is_told_again(source, tmp_path):
    file, _ = _spoiled(source, tmp_path, 1)
    spec = _strict(file)
    first = replay(tmp_path / "home", spec, count=3)
    again = replay(tmp_path / "home", spec, count=3)
    assert first.failed_days == again.failed_days == 1
    assert decisions(again) == decisions(first)


def test_a_training_that_fails_is_told_and_asked_for_again_the_next_day(source, tmp_path):
    spec = history_spec(
        source,
        retraining={"min_history_days": 4, "test_days": 2, "validation_days": 1, "min_rows": 100},
    )
    spec = spec.model_copy(
        update={"monitoring": spec.monitoring.model_copy(update={"min_support": 100_000})}
    )
    summary = replay(tmp_path / "home", spec, count=6)
    fired = [entry for entry in summary.decisions if entry.fired]
    assert [entry.day for entry in fired] == [day(n).isoformat() for n in (3, 4, 5)]
    assert {entry.training for entry in fired} == {"failed"}
    for entry in fired:
        assert "no champion yet" in entry.reason
        assert "retrain failed: none of 2 trials could be scored" in entry.reason
    assert (summary.triggers, summary.retrains, summary.champions) == (3, 0, ())


def _narrow():
    from ctml_assets_tests import streams

    return [{"name": "x1", "kind": "numeric", "max": 1.0}, *streams.FEATURES[1:]]


def _spoiled(source, folder, *numbers):
    """Copy the history with days that no monitor accepts; the second value mends it."""
    file = folder / "stream.parquet"
    frame = pd.read_parquet(source)
    frame.loc[frame["ts"].dt.date.isin([day(n) for n in numbers]), "x1"] = 1e9
    frame.to_parquet(file)
    return file, lambda: shutil.copy(source, file)


def _strict(source):
    from ctml_assets_tests import streams

    x1 = {"name": "x1", "kind": "numeric", "max": 1e6}
    return history_spec(source, max_bad_rows=0, features=[x1, *streams.FEATURES[1:]])
