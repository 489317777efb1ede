import json
from dataclasses import replace

import numpy as np
import pytest

from ctml_assets.assets import looking
from ctml_assets_tests.benchmarks.triggers import __main__ as benchmark
from ctml_assets_tests.benchmarks.triggers import streams
from ctml_assets_tests.benchmarks.triggers.champion import date_of, watched
from ctml_assets_tests.benchmarks.triggers.detectors import (
    ADWIN,
    BARE,
    OURS,
    cheap,
    detectors,
    sets,
)
from ctml_assets_tests.benchmarks.triggers.measure import Found, Task, alarms, found, of_stream
from ctml_assets_tests.benchmarks.triggers.streams import (
    CALM_DAYS,
    FAMILIES,
    HISTORY_DAYS,
    KINDS,
    Stream,
    shares,
    stream,
)
from ctml_assets_tests.benchmarks.triggers.tables import ALL, bar, summarized

SEA, AGRAWAL, LED = FAMILIES
FIRST = HISTORY_DAYS + CALM_DAYS


def empty(kind):
    days = shares(kind)
    return Stream(SEA, kind, 0, np.zeros((len(days), 3)), np.zeros(len(days), int), days, 1)


class Says:
    """Raises an alarm on given days."""

    def __init__(self, *days):
        self.days, self.restarts = days, []

    def look(self, day):
        return day in self.days

    def restart(self, day):
        self.restarts.append(day)


def test_changes_are_where_the_kind_says():
    assert empty("none").drifts == ()
    assert empty("abrupt").drifts == empty("gradual").drifts == (FIRST,)
    assert empty("recurring").drifts == (FIRST, FIRST + 60, FIRST + 120)
    assert shares("gradual")[FIRST - 1 : FIRST + 31].tolist() == pytest.approx(
        [0, *(day / 30 for day in range(1, 31)), 1]
    )


@pytest.mark.parametrize(
    ("kind", "calm_days"),
    # 20 days settle after each of three returns, of 40
    [("none", 365), ("abrupt", CALM_DAYS), ("gradual", CALM_DAYS), ("recurring", CALM_DAYS + 60)],
)
def test_calm_days_are_those_without_change_and_without_what_it_left(kind, calm_days):
    assert empty(kind).calm.sum() == calm_days


def test_a_day_within_the_cool_down_raises_no_alarm():
    says = Says(HISTORY_DAYS + 6, 70, 77, 78, 86)
    assert alarms(says, 100) == [70, 78, 86] == says.restarts


def test_an_alarm_before_the_change_is_false_and_the_first_one_after_it_is_the_delay():
    told = found(empty("abrupt"), "it", [70, FIRST + 3, FIRST + 12])
    assert (told.false_alarms, told.delays) == (1, (3,))


def test_each_return_is_detected_for_itself_and_may_be_missed():
    told = found(empty("recurring"), "it", [FIRST, FIRST + 60 + 20, FIRST + 120 + 19])
    # the second comes after the changed days, and while windows still hold them
    assert (told.false_alarms, told.delays) == (0, (0, None, 19))


def test_lines_add_up_and_a_missed_change_counts_as_all_its_time():
    first = Found("SEA", "abrupt", 0, 50, ADWIN, (4,), 60, 1, 100)
    some = [first, replace(first, seed=1, delays=(None,), false_alarms=0, calm_days=265)]
    line = next(it for it in summarized(some) if (it.stream, it.kind) == (ALL, ALL))
    assert (line.mean_delay_days, line.missed, line.changes) == (32.0, 1, 2)
    assert line.false_alarms_a_year == 1.0


def test_the_bar_compares_with_adwin_and_with_the_bare_drop():
    first = Found("SEA", "abrupt", 0, 50, ADWIN, (4,), 60, 1, 100)
    ours = replace(first, detector=f"{OURS}it", delays=(4,), false_alarms=2)
    bare = replace(first, detector=BARE, delays=(1,), false_alarms=2)
    # a stream that ours did not see is left out
    unseen = replace(first, seed=1, delays=(0,))
    (told,) = bar([first, ours, bare, unseen])
    assert told == (
        "ours: it: delay 4.00 <= 4.00 of river ADWIN, "
        "false alarms 2 >= 2 of bare 5 % drop, 7 days, 1 streams"
    )


@pytest.mark.parametrize(("family", "features"), [(SEA, 3), (AGRAWAL, 9), (LED, 24)])
def test_a_stream_is_the_same_again_and_another_with_another_seed(family, features, monkeypatch):
    monkeypatch.setattr(streams, "shares", lambda _: np.repeat([0.0, 1.0], 2))
    one, same, other = (stream(family, "abrupt", seed, rows_a_day=5) for seed in (3, 3, 4))
    assert one.x.shape == (20, features)
    np.testing.assert_array_equal(one.x, same.x)
    assert not np.array_equal(one.x, other.x)


@pytest.fixture(scope="module")
def sea():
    return watched(stream(SEA, "abrupt", 1, rows_a_day=50))


def test_a_window_holds_no_day_that_the_champion_learned_from(sea):
    first = min(sea.windows)
    assert first == HISTORY_DAYS
    held = sea.windows[first].now[0].influence
    assert list(held) == [date_of(first - back).isoformat() for back in range(6, -1, -1)]


def test_the_residuals_of_a_day_do_not_hang_on_later_days(sea):
    day = HISTORY_DAYS + 9
    known = {
        date_of(at): looking.residual(sea.single_days[at], spec=sea.spec)
        for at in range(HISTORY_DAYS, day + 1)
    }
    assert looking.residuals_since(known, date_of(day - 2)) == (
        sea.residuals[day - 1],
        sea.residuals[day],
    )


def test_the_champion_is_right_or_wrong_as_its_accuracy_says(sea):
    day = HISTORY_DAYS
    share = 1 - sea.wrong[sea.rows(day, day)].mean()
    assert sea.single_days[day].now[0].score == pytest.approx(share)


def test_every_detector_sees_that_all_rows_change_their_class(sea):
    labels = sea.stream.y.copy()
    labels[sea.rows(FIRST, len(sea.stream.changed) - 1)] ^= 1
    turned = watched(replace(sea.stream, y=labels))
    for name, make in detectors(turned).items():
        told = found(turned.stream, name, alarms(make(), len(turned.stream.changed)))
        assert told.delays != (None,), name


def test_the_benchmark_prints_its_tables_and_writes_its_file(tmp_path, monkeypatch, capsys):
    # children of this process would not know of the shorter streams
    short = {kind: shares(kind)[: FIRST + 10] for kind in KINDS}
    monkeypatch.setattr(streams, "shares", short.__getitem__)
    tasks = [Task(number, "abrupt", 0, 20, probes=number == 0) for number in range(len(FAMILIES))]
    measured = [it for task in tasks for it in of_stream(task)]
    monkeypatch.setattr(benchmark, "measure", lambda *_: iter(measured))
    monkeypatch.setattr(benchmark, "ROWS_A_DAY", (20,))
    benchmark.main(["--quick", "--json", str(tmp_path / "found.json")])
    document = json.loads((tmp_path / "found.json").read_text())
    seen = {(it["family"], it["detector"]) for it in document["streams"]}
    names = {line["detector"] for line in document["lines"]}
    assert seen >= {(family.name, name) for family in FAMILIES for name in (ADWIN, BARE)}
    probed = {name for name, when in sets().items() if not cheap(when)}
    assert all(("LED", f"{OURS}{name}") not in seen for name in probed)
    printed = capsys.readouterr().out
    assert all(name in printed for name in names)
    assert "20 rows a day" in printed
