import json
import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ctml_assets.assets.staleness_probe import Asked, probing
from ctml_assets.assets.stopwatch import Stopwatch
from ctml_assets.assets.training import candidate_evaluation, trained_candidate, training_dataset
from ctml_assets.core.estimators import estimator_of
from ctml_assets.core.probe import merged, sample_of
from ctml_assets.core.spec import (
    ConditionSpec,
    IntervalSpec,
    MaxAgeSpec,
    PerformanceSpec,
    StalenessSpec,
    TriggerSpec,
)
from ctml_assets.core.training import predict
from ctml_assets_tests import streams
from ctml_assets_tests.benchmarks.policies import __main__ as policies_main
from ctml_assets_tests.benchmarks.policies.comparing import Row, at_equal_retrains, compared
from ctml_assets_tests.benchmarks.policies.data import Records, records_of
from ctml_assets_tests.benchmarks.policies.history import History
from ctml_assets_tests.benchmarks.policies.measuring import Job, measure, measured
from ctml_assets_tests.benchmarks.policies.policies import Clock, Never, Triggered, policies
from ctml_assets_tests.benchmarks.policies.walking import State, walk

DAYS, DRIFT = 60, 25
FIELDS = {"data", "policy", "retrains", "promoted", "mean_score", "seed", "phase"}


def stream(days: int = DAYS, **changes: Any) -> Records:
    """Return a stream whose rules change, so that its first champion is worth a coin after that."""
    *_, drift_from = streams.each_day(DRIFT + 1)
    raw = streams.raw_days(days, drift_from=drift_from)
    return records_of("stream", raw, streams.spec(**changes))


@pytest.fixture(scope="module")
def history() -> History:
    return History(stream(), seed=0)


class FakeHistory:
    """Versions whose score is a number; candidates of even days are better."""

    first = 9

    def __init__(self, days: int):
        self.records = type("Days", (), {"days": days})

    def is_better(self, candidate, champion):
        return candidate % 2 == 0

    def served_score(self, versions, first):
        return float(np.mean(versions))


class OnDays:
    name, phase = "on days", 0

    def __init__(self, *days):
        self.days = days

    def asks(self, history, state, day):
        return day in self.days


def test_a_candidate_serves_from_the_day_after_and_a_rejected_one_never():
    # days 10 to 26 are served: two weeks of days, and three days that are left out
    walked = walk(FakeHistory(27), OnDays(11, 13, 16))
    assert (walked.retrains, walked.promoted) == (3, 1)
    assert walked.mean_score == pytest.approx((9 * 7 + 16 * 7) / 14)


def test_a_promotion_forgets_the_rejected_candidate():
    seen = []

    class Watching(OnDays):
        def asks(self, history, state, day):
            seen.append(state.rejected)
            return super().asks(history, state, day)

    walk(FakeHistory(17), Watching(11, 12))
    assert seen == [None, None, 11, None, None, None, None]


def test_a_clock_counts_from_its_phase():
    asked = [day for day in range(10, 60) if Clock(14, 7).asks(FakeHistory(60), State(9, [9]), day)]
    assert asked == [16, 30, 44, 58]


def test_triggers_whose_evidence_is_not_gathered_are_refused():
    clock = TriggerSpec(when=[ConditionSpec(interval=IntervalSpec(days=30))])
    with pytest.raises(ValueError, match="got interval besides"):
        Triggered("clock", clock, 0)


def row(policy, retrains, mean_score, *, seed=0, phase=0):
    return Row("data", policy, retrains, retrains, mean_score, seed, phase)


def test_equal_retrains_are_interpolated_in_their_logarithm():
    rows = [
        row("never", 0, 0.6),
        # two phases of one clock: 3 retrains score .8
        row("clock 7 days", 2, 0.7),
        row("clock 7 days", 4, 0.9, phase=7),
        row("bare drop 5%", 1, 0.1),
    ]
    # log(1 + 1) is half of log(1 + 3)
    assert at_equal_retrains(rows, "clock", 1) == pytest.approx(0.7)
    assert at_equal_retrains(rows, "clock", 30) == pytest.approx(0.8)
    assert at_equal_retrains(rows, "bare drop", 1) == pytest.approx(0.1)


def test_differences_are_of_paths_and_the_worst_is_of_seeds():
    rows = [
        it
        for seed in (0, 1)
        for it in (
            row("never", 0, 0.5, seed=seed),
            row("clock 7 days", 3, 0.7, seed=seed),
            row("bare drop 5%", 3, 0.6, seed=seed),
            row("default", 3, 0.75 + 0.1 * seed, seed=seed),
            row("default", 0, 0.55 + 0.1 * seed, seed=seed, phase=2),
        )
    ]
    never, clock, _, default = compared(rows)
    assert never.mean_score - never.clock == pytest.approx(0)
    assert clock.mean_score - clock.clock == pytest.approx(0)
    assert default.retrains == pytest.approx(1.5)
    assert default.mean_score == pytest.approx(0.7)
    assert default.clock == pytest.approx(0.6)
    assert default.drop == pytest.approx(0.55)
    assert default.worst_over_clock == pytest.approx(0.05)
    assert default.worst_over_drop == pytest.approx(0.1)


def trained(history, version):
    """Train a version as the pipeline does; return it with its data set."""
    spec = history.spec
    dataset = training_dataset(
        history.records.frame, spec=spec, as_of=history.records.date(version)
    )
    parameters = estimator_of(spec.retraining.estimator).default_parameters()
    return trained_candidate(dataset, parameters, spec=spec), dataset


def test_the_gates_decide_as_in_the_training_pipeline(history):
    spec, date, first = history.spec, history.records.date, history.first
    champion, _ = trained(history, first)
    decisions = []
    for version in range(first + 1, DAYS, 4):
        candidate, dataset = trained(history, version)
        decided = candidate_evaluation(
            dataset,
            candidate,
            champion,
            spec=spec,
            as_of=date(version),
            champion_train_end=date(first - spec.retraining.test_days),
            champion_as_of=date(first),
        ).decision
        assert history.is_better(version, first) == decided.promote
        decisions.append(decided.promote)
    assert set(decisions) == {True, False}


def test_what_served_is_scored_as_it_was_served():
    history = History(stream(monitoring={"metric": "roc_auc", "slices": [{"overall": True}]}), 0)
    first, second, day = history.first, history.first + 20, history.first + 21
    y, served = [], []
    for number, version in enumerate((first, first, second)):
        model, _ = trained(history, version)
        rows = history.records.rows(day + number, day + number)
        served.append(predict(model, history.records.frame.iloc[rows], spec=history.spec))
        y.append(history.records.y[rows])
    expected = roc_auc_score(np.concatenate(y), np.concatenate(served))
    assert history.served_score((first, first, second), day) == pytest.approx(expected, abs=1e-12)


def test_no_version_is_scored_on_what_it_has_learned(history):
    version = history.first + 20
    unseen = version - history.spec.retraining.test_days + 1
    assert 0 <= history.served_score([version], unseen) <= 1
    with pytest.raises(RuntimeError, match="it has learned from the rows before"):
        history.served_score([version], unseen - 1)


def test_the_sample_is_that_of_all_days_at_once(history):
    records, seed = history.records, history.spec.retraining.seed
    days = range(2, 47)
    each = [
        sample_of(
            records.frame.iloc[records.rows(day, day)], records.date(day), rows=500, seed=seed
        )
        for day in days
    ]
    expected = merged(each, rows=500)
    found = history._sample(days[0], days[-1], 500)
    assert sorted(found.frame["row_id"]) == sorted(expected.frame["row_id"])


def test_the_gain_is_that_of_the_monitoring_pipeline(history):
    spec, records = history.spec, history.records
    settings, day = StalenessSpec(compare_days=3, rows=1_000), DAYS - 1
    last = records.date(day)
    learned = range(day - spec.retraining.test_days + 1)
    sample = merged(
        [
            sample_of(
                records.frame.iloc[records.rows(it, it)],
                records.date(it),
                rows=settings.rows,
                seed=spec.retraining.seed,
            )
            for it in learned
        ],
        rows=settings.rows,
    )
    champion, _ = trained(history, history.first)
    expected = probing(
        Asked(last, Stopwatch.start()),
        sample.frame,
        records.frame.iloc[records.rows(day - 2, day)].reset_index(drop=True),
        champion,
        spec=spec,
        settings=settings,
    )
    found = history.gain(history.first, day, settings)
    assert found.share == pytest.approx(expected.gain, abs=1e-12)
    assert found.interval.standard_error == pytest.approx(expected.standard_error, abs=1e-12)


def test_the_probe_sees_the_change_and_a_fresh_champion_has_nothing_to_gain(history):
    settings = StalenessSpec(compare_days=3, rows=3_000)
    last = DAYS - 1
    stale, fresh = (history.gain(it, last, settings) for it in (history.first, last - 1))
    assert stale.share > 0.15
    assert abs(fresh.share) < 0.1


def test_triggers_decide_as_declared(history):
    def retrains(**declared):
        when = TriggerSpec(when=[ConditionSpec(**declared)], max_per_30_days=None)
        return walk(history, Triggered("one", when, 0)).retrains

    assert retrains(performance=PerformanceSpec(max_drop=1.0)) == 0
    bare = {"max_drop": 0.2, "days_between_false_alarms": 2}
    assert retrains(performance=PerformanceSpec(**bare)) > 0
    assert retrains(performance=PerformanceSpec(consecutive=3, **bare)) > 0
    probe = {"compare_days": 3, "rows": 3_000}
    assert retrains(staleness=StalenessSpec(accumulated_gain=0.15, min_gain=1.0, **probe)) > 0
    assert retrains(staleness=StalenessSpec(accumulated_gain=None, min_gain=1.0, **probe)) == 0
    days = DAYS - 1 - history.first
    assert retrains(max_age=MaxAgeSpec(days=20)) == math.floor(days / 20)


def test_rejections_are_counted_from_the_champion_on(history, monkeypatch):
    monkeypatch.setattr(history, "is_better", lambda _, champion: champion == history.first)
    always = TriggerSpec(
        when=[ConditionSpec(max_age=MaxAgeSpec(days=1))], cooldown_days=1, max_per_30_days=None
    )
    # day 11 is promoted; 13, 16, 21, 30 and 47 are rejected: each waits twice as long, to 16 days
    assert walk(history, Triggered("always", always, 0)).retrains == 6


def test_every_policy_has_a_name_of_its_own_and_phases_that_differ():
    found = [(it.name, it.phase) for it in policies()]
    assert len(set(found)) == len(found)
    assert {"never", "default"} <= {name for name, _ in found}


def test_the_runner_writes_a_row_for_each_path(monkeypatch, tmp_path, capsys):
    asked = [Never(), Clock(14, 7), Clock(14, 14), Triggered("default", TriggerSpec(), 0)]
    monkeypatch.setattr(policies_main, "policies", lambda _: asked)
    monkeypatch.setattr(policies_main, "flights", lambda **_: stream(40))
    file = tmp_path / "rows.json"
    policies_main.main(["--quick", "--json", str(file)])
    rows = json.loads(file.read_text())
    assert [(it["policy"], it["phase"]) for it in rows] == [(it.name, it.phase) for it in asked]
    assert all(set(it) == FIELDS and it["seed"] == 0 for it in rows)
    assert all(0.5 <= it["mean_score"] <= 1 for it in rows)
    assert "default" in capsys.readouterr().out


def test_without_its_file_bike_is_left_out_and_says_so(monkeypatch, capsys):
    monkeypatch.setattr(policies_main, "policies", lambda _: [Never()])
    policies_main.main(["--data", "bike"])
    assert "bike is left out" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--seeds", "0"], ["--quick", "--data", "bike"]])
def test_what_cannot_be_measured_is_refused(arguments):
    with pytest.raises(SystemExit):
        policies_main.main(arguments)


def test_each_seed_is_measured_in_a_process_of_its_own_alike():
    jobs = [Job(stream(20), seed, (Never(), Clock(7, 7))) for seed in (0, 1)]
    apart = list(measured(jobs))
    assert apart == [measure(job) for job in jobs]
    assert [{row.seed for row in rows} for rows in apart] == [{0}, {1}]
