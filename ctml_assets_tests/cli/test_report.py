import datetime as dt
from io import StringIO

from rich.console import Console

from ctml_assets.cli.report import print_report
from ctml_assets.replay.summary import ChampionLife, Summary
from ctml_assets_tests.replay.test_summary import entry


def printed(**changes):
    plain = {
        "model": "stream",
        "days": 9,
        "failed_days": 0,
        "looks": 4,
        "triggers": 2,
        "retrains": 2,
        "promoted": 1,
        "rejected": 1,
        "mean_score": 0.71234,
        "mean_score_never": 0.61239,
        "champions": (ChampionLife("2024-01-05-abc", dt.date(2024, 1, 5), 4, 0.8, None),),
        "decisions": (),
    }
    out = StringIO()
    print_report(Console(file=out, width=200), Summary(**{**plain, **changes}), "dagster dev")
    return out.getvalue()


def test_counts_champions_and_both_means_are_told():
    told = printed()
    assert "9 days, 4 drift looks, 2 triggers, 2 retrains: 1 promoted, 1 rejected" in told
    assert "mean drift score 0.7123 with the loop, 0.6124 had the first champion never" in told
    row = next(line for line in told.splitlines() if "2024-01-05-abc" in line)
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == [
        "2024-01-05-abc",
        "2024-01-05",
        "4",
        "0.8000",
        "-",
    ]
    assert told.rstrip().endswith("dagster dev (in this folder)")


def test_without_a_champion_there_are_no_means():
    told = printed(champions=(), mean_score=None, mean_score_never=None)
    assert "mean drift score" not in told
    assert "Champions of stream" not in told
    assert "No champion of stream came to be\n" in told


def test_without_a_champion_the_last_days_reason_is_told_as_it_is():
    told = printed(champions=(), decisions=(entry(1), entry(2, reason="3 of [56] days")))
    assert "No champion of stream came to be; 2024-01-02: 3 of [56] days\n" in told
    assert "failed;" not in told


def test_failed_days_are_counted_with_the_remedy():
    told = printed(failed_days=2)
    assert "2 of the days failed; mend the cause and repeat the command\n" in told


def test_a_candidate_that_waits_is_told_with_the_command_that_approves_it():
    told = printed(retrains=3, waiting="2024-01-08-def")
    assert "3 retrains: 1 promoted, 1 rejected, 1 undecided\n" in told
    waits = "2024-01-08-def waits for approval: ctml promote stream 2024-01-08-def --reason ...\n"
    assert waits in told
    assert "undecided" not in printed()
    assert "waits" not in printed()
