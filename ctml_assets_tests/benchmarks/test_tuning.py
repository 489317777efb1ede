import json
import math
import os
import time
from dataclasses import fields, replace

import numpy as np
import pytest

from ctml_assets.assets.model_scores import model_scores
from ctml_assets.assets.training import rows_of as records_of_parts
from ctml_assets.core.drift import line_weights, weighted_score
from ctml_assets.core.estimators import IntRange, boosting
from ctml_assets.core.records import labels
from ctml_assets.core.training import fit
from ctml_assets.core.tuning import Objective, Start
from ctml_assets_tests.benchmarks.tuning import __main__ as benchmark
from ctml_assets_tests.benchmarks.tuning import data, encoded, measuring, ours, rolling, running
from ctml_assets_tests.benchmarks.tuning.data import Left, generated, last_day, problem_of
from ctml_assets_tests.benchmarks.tuning.encoded import Encoded
from ctml_assets_tests.benchmarks.tuning.measuring import Scope, tasks
from ctml_assets_tests.benchmarks.tuning.methods import (
    COLD,
    FLAML,
    HALVING,
    METHODS,
    STOPS,
    TPE,
    WARM,
)
from ctml_assets_tests.benchmarks.tuning.recorder import (
    BudgetSpent,
    Found,
    Recorder,
    best_within,
)
from ctml_assets_tests.benchmarks.tuning.rows import (
    Row,
    differences,
    mean,
    nearly_best,
    rows_of,
)
from ctml_assets_tests.benchmarks.tuning.running import Outcome, Task, alone, run
from ctml_assets_tests.benchmarks.tuning.tables import verdicts

ROWS_A_DAY = 40
PARAMETERS = {"learning_rate": 0.1, "max_leaf_nodes": 7, "max_features": 0.5, "max_iter": 12}


class Twice(Recorder):
    """Takes the budget for spent after two trials, so that a test is quick and repeatable."""

    def record(self, valid_score, parameters, *, share=1.0):
        super().record(valid_score, parameters, share=share)
        if len(self.found) == 2:
            raise BudgetSpent


@pytest.fixture(scope="module", autouse=True)
def _small_fits():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "MAX_ITERATIONS", 20)
        patch.setattr(encoded, "ITERATIONS", IntRange(10, 20))
        # a second thread makes small fits no faster, and slow on a busy machine
        patch.setattr(data, "THREADS", 1)
        patch.setattr(data, "_DAYS", 72)
        yield


@pytest.fixture(scope="module")
def records():
    return generated(0, rows_a_day=ROWS_A_DAY)


@pytest.fixture(scope="module")
def problem(records):
    return problem_of(records, last_day(records), seed=0)


def test_a_search_is_cut_off_when_its_budget_is_spent_whatever_it_catches():
    with Recorder(0.1) as recorder:
        recorder.record(0.5, {"a": 1})
        while True:
            try:
                sum(range(1000))
            except Exception:  # noqa: BLE001, S112
                continue
    assert recorder.cpu_seconds >= 0.1
    (found,) = recorder.found
    assert (found.valid_score, found.parameters, found.share) == (0.5, {"a": 1}, 1.0)
    assert 0 <= found.cpu_seconds < 0.1


def test_what_waits_spends_nothing():
    with Recorder(60) as recorder:
        time.sleep(0.2)
    assert recorder.cpu_seconds < 0.2


def test_an_error_is_not_taken_for_a_spent_budget():
    with pytest.raises(KeyError), Recorder(60):
        raise KeyError("a")


def test_the_winner_is_the_best_of_those_that_were_scored_on_most_rows_in_time():
    early, lucky, late = (
        Found(1, 0.6, {}),
        Found(2, 0.9, {}, share=0.11),
        Found(3, 0.7, {}),
    )
    failed = Found(2, None, {})
    assert best_within([lucky, early, failed, late], 3) is late
    assert best_within([lucky, early, failed, late], 2) is early
    assert best_within([lucky, failed], 2) is lucky
    assert best_within([failed, late], 2) is None


def outcome(method, *found, seed=0, tests=None, cpu_seconds=9.0):
    return Outcome("flights", seed, method, found, cpu_seconds, tests or {10.0: 0.5})


@pytest.mark.parametrize(("best", "nearly"), [(0.8, 0.7992), (-2.0, -2.002), (0.0, 0.0)])
def test_nearly_best_lies_below_the_best_whatever_its_sign(best, nearly):
    searches = [
        outcome(TPE, Found(1, best, {}), Found(2, best - 1, {})),
        # by luck on few rows
        outcome(HALVING, Found(1, best + 1, {}, share=0.33), Found(1, None, {})),
    ]
    assert nearly_best(searches) == pytest.approx(nearly)


def test_rows_are_read_off_at_each_budget():
    tpe = outcome(
        TPE, Found(1, 0.7, {}), Found(4, 0.7995, {}), Found(8, 0.8, {}), tests={3: 0.6, 10: 0.65}
    )
    other = outcome(HALVING, Found(2, 0.9, {}, share=0.3), Found(6, 0.75, {}), tests={10: None})
    early, late, never = rows_of([tpe, other])
    assert early == Row("flights", TPE, 3, 0, 0.7, 0.6, 1, None, 3)
    # .7995 is within a thousandth of .8
    assert late == Row("flights", TPE, 10, 0, 0.8, 0.65, 3, 4, 9.0)
    assert never == Row("flights", HALVING, 10, 0, 0.75, None, 2, None, 9.0)


def test_a_mean_leaves_out_what_is_not_known():
    # the deviation of 1, 2, 3, 6 is sqrt(14 / 3)
    made = mean([1.0, None, 2.0, 3.0, 6.0])
    assert (made.value, made.standard_error) == pytest.approx((3.0, math.sqrt(14 / 3) / 2))
    assert [str(mean(values)) for values in ([0.5], [None])] == ["0.5000", "-"]


def row(method, *, seed=0, test=0.5, to_best=None, budget=60.0):
    return Row("flights", method, budget, seed, 0.7, test, 9, to_best, budget)


def test_differences_are_of_the_same_seed_and_budget():
    rows = [
        row(COLD, test=0.75),
        row(COLD, seed=1, test=0.5),
        row(COLD, seed=2, test=None),
        row(FLAML, seed=1, test=0.25),
        row(FLAML, test=0.25),
        row(FLAML, seed=2, test=0.75),
        row(FLAML, seed=3, test=0.75),
        row(FLAML, test=0.0, budget=180.0),
    ]
    assert differences(rows, COLD, FLAML) == [0.5, 0.25]


def test_the_verdicts_say_how_far_the_bars_are_met():
    rows = [
        row(WARM, to_best=4.0),
        row(WARM, to_best=8.0, seed=1),
        row(TPE, to_best=30.0),
        row(TPE, seed=1),
        *(row(COLD, seed=seed, test=0.5) for seed in (0, 1)),
        row(FLAML, test=0.5),
        row(FLAML, seed=1, test=0.25),
    ]
    time_told, test_told = verdicts(rows)
    # 4 and 8 seconds, 30 and all 60
    assert "6.0 s / Optuna TPE 45.0 s = 0.13 <= 0.33" in time_told
    assert "ours, warm 0, Optuna TPE 1" in time_told
    assert "+0.1250 >= -0.1250" in test_told
    worse = [replace(it, test_score=0.0) if it.method == COLD else it for it in rows]
    assert "-0.3750 < -0.1250" in verdicts(worse)[1]
    assert "= 7.50 > 0.33" in verdicts([row(WARM, to_best=30.0), row(TPE, to_best=4.0)])[0]
    assert "not both measured" in verdicts([row(TPE)])[0]
    assert "no standard error of 1 seeds" in verdicts([row(COLD), row(FLAML)])[1]


def test_the_stream_is_the_same_again_and_turns_with_time(records):
    again, other = (generated(seed, rows_a_day=ROWS_A_DAY) for seed in (0, 1))
    assert again.frame.equals(records.frame)
    assert not again.frame.equals(other.frame)
    levels = [records.frame[name].nunique() for name in ("c4", "c12", "c40", "c120")]
    assert levels == [4, 12, 40, 120]
    x = np.array([[1.0, 0.0, 2.0, 0.0]] * 2)
    turned = data._turned(x, np.deg2rad([0.0, 90.0]))
    np.testing.assert_allclose(turned, [[1, 0, 2, 0], [0, 1, 0, 2]], atol=1e-15)


def test_train_validation_and_test_follow_each_other(problem):
    times = [
        problem.dataset.loc[problem.dataset["part"] == part, "ts"]
        for part in ("train", "validation", "test")
    ]
    assert times[0].max() < times[1].min()
    assert times[1].max() < times[2].min()


def product_score(problem, learned, scored):
    """Fit and score as the product does it."""
    spec = problem.spec
    rows = records_of_parts(problem.dataset, *learned)
    model = fit(rows, labels(rows, spec), spec=spec, parameters=PARAMETERS)
    scores = model_scores(model, records_of_parts(problem.dataset, scored), spec)
    return weighted_score(scores, line_weights(spec.monitoring.slices))


def test_all_search_for_the_same(problem):
    expected = product_score(problem, ["train"], "validation")
    rows = Encoded(problem)
    assert rows.trial(PARAMETERS) == pytest.approx(expected, abs=1e-12)
    judged = Objective([problem.fold()], spec=problem.spec)({**PARAMETERS})
    assert rows.trial(judged.parameters) == pytest.approx(judged.value, abs=1e-12)


def test_some_rows_are_scored_as_if_there_were_no_others(problem):
    rows, chosen = Encoded(problem), np.arange(0, 300, 2)
    prediction = np.linspace(0, 1, len(rows.y_validation))
    scored = rows.score(prediction[chosen], chosen)
    dataset = problem.dataset
    kept = np.flatnonzero(dataset["part"] == "validation")[chosen]
    others = replace(
        problem, dataset=dataset.iloc[np.r_[np.flatnonzero(dataset["part"] == "train"), kept]]
    )
    assert scored == pytest.approx(Encoded(others).score(prediction[chosen]))
    assert scored != rows.score(prediction)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_tells_of_its_trials_and_is_cut_off(name, problem, monkeypatch):
    monkeypatch.setattr(running, "Recorder", Twice)
    monkeypatch.setattr(ours, "Recorder", Twice)
    left = replace(problem, left=ours.leave(problem, 100.0))
    ended = run(Task(left, name, (50.0, 100.0)))
    first, second = ended.found
    assert 0 < first.cpu_seconds < second.cpu_seconds <= ended.cpu_seconds
    assert all(0 < it.valid_score < 1 for it in ended.found)
    assert first.share == second.share == (0.11 if name == HALVING else 1.0)
    assert {"learning_rate", "max_leaf_nodes", "max_iter"} <= set(first.parameters)
    assert ended.tests[50.0] == ended.tests[100.0] > 0.5


def test_what_an_earlier_study_leaves_are_its_two_best(problem, monkeypatch):
    monkeypatch.setattr(ours, "Recorder", Twice)
    left = ours.leave(problem, 100.0)
    assert [it.origin for it in left.starts] == ["champion", "earlier study"]
    recorder = Twice(100.0)
    ours.warm(replace(problem, left=left), recorder)
    # on the same rows they are worth what they were
    best, second = recorder.found
    assert best.valid_score > second.valid_score


def test_a_warm_start_begins_with_what_was_left(problem):
    defaults = Encoded(problem).default_parameters()
    known = {**defaults, "learning_rate": 0.2, "max_iter": 10}
    recorder = Twice(100.0)
    ours.warm(replace(problem, left=Left((Start(known, "champion"),))), recorder)
    assert {**recorder.found[0].parameters, "max_iter": 10} == known


def test_what_stops_itself_is_told_of_the_earlier_draws(problem, monkeypatch):
    told = {}
    monkeypatch.setattr(ours, "tune", lambda *_, **named: told.update(named))
    monkeypatch.setattr(ours.optuna, "load_study", lambda **_: None)
    left = Left((Start(PARAMETERS, "champion"),), (-0.1, None))
    for search, earlier, least in (
        (ours.stops, left.gaps, problem.spec.retraining.min_improvement),
        (ours.warm, (), 0.0),
    ):
        search(replace(problem, left=left), Recorder(100.0))
        assert (told["first"], told["earlier"]) == (left.starts, earlier)
        assert told["budget"].min_improvement == least
    assert problem.spec.retraining.min_improvement > 0


def test_the_winner_is_tested_as_the_product_would_train_it(problem, monkeypatch):
    found = [Found(1, 0.6, PARAMETERS), Found(5, None, {})]

    def search(problem, recorder):
        recorder.found += found

    monkeypatch.setitem(running.__dict__, "METHODS", {TPE: replace(METHODS[TPE], search=search)})
    tests = run(Task(problem, TPE, (0.5, 2.0))).tests
    expected = product_score(problem, ["train", "validation"], "test")
    assert tests == {0.5: None, 2.0: pytest.approx(expected, abs=1e-12)}


def test_halving_runs_once_a_budget_and_what_stops_itself_at_the_largest(problem):
    planned = [(it.method, tuple(it.budgets)) for it in tasks(problem, (60.0, 180.0))]
    assert (WARM, (60.0, 180.0)) in planned
    assert [it for it in planned if it[0] == HALVING] == [(HALVING, (60.0,)), (HALVING, (180.0,))]
    assert [it for it in planned if it[0] == STOPS] == [(STOPS, (180.0,))]
    assert {name for name, _ in planned} == set(METHODS)


def test_a_search_has_a_process_of_its_own_whose_threads_do_not_spin(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    assert alone(os.getenv, "OMP_WAIT_POLICY") == "PASSIVE"
    assert alone(os.getenv, "OMP_NUM_THREADS") == "2"
    assert (os.environ["OMP_NUM_THREADS"], "OMP_WAIT_POLICY" in os.environ) == ("7", False)


@pytest.fixture
def in_this_process(monkeypatch):
    def here(function, *arguments):
        return function(*arguments)

    for module in (measuring, rolling):
        monkeypatch.setattr(module, "alone", here)
    for module in (running, ours):
        monkeypatch.setattr(module, "Recorder", Twice)


def test_the_benchmark_prints_its_tables_and_writes_its_file(
    in_this_process, monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr(measuring, "ROWS_A_DAY", ROWS_A_DAY)
    monkeypatch.setattr(benchmark, "QUICK", Scope(("generated",), (50.0,), seeds=1))
    file = tmp_path / "rows.json"
    benchmark.main(["--quick", "--budgets", "100,50", "--json", str(file)])
    rows = json.loads(file.read_text())
    assert {(it["method"], it["budget_s"]) for it in rows} == {
        (name, budget) for name in METHODS for budget in (50.0, 100.0)
    } - {(STOPS, 50.0)}
    assert all(set(it) == {field.name for field in fields(Row)} for it in rows)
    assert all(it["test_score"] > 0.5 for it in rows)
    printed = capsys.readouterr().out
    assert all(printed.count(name) >= 2 for name in METHODS)
    assert "generated, 50 CPU seconds" in printed
    assert printed.count("time to 99.9 %: ours, warm") == 2
    assert printed.count("no standard error of 1 seeds") == 2


def test_months_are_compared_one_by_one(in_this_process, records, monkeypatch, capsys):
    monkeypatch.setattr(rolling, "flights", lambda _: records)
    monkeypatch.setattr(rolling, "ROLLING", [last_day(records), records.date(60)])
    benchmark.main(["--rolling", "--budgets", "50"])
    printed = capsys.readouterr().out
    assert all(f"flights {day}" in printed for day in (last_day(records), records.date(60)))
    assert "of 2" in printed


def test_a_month_counts_if_one_wins_both_scores():
    rows = [
        replace(row(method), data=month, valid_score=valid, test_score=test)
        for month, scores in {
            "May": {COLD: (0.75, 0.5), TPE: (0.5, 0.25)},
            "June": {COLD: (0.75, 0.25), TPE: (0.5, 0.5)},
            "July": {COLD: (0.5, None), TPE: (0.5, 0.5)},
        }.items()
        for method, (valid, test) in scores.items()
    ]
    columns = [list(column.cells) for column in rolling.months(rows).columns]
    assert columns[0] == ["May", "June", "July", "mean; one wins both in 1 of 2"]
    assert columns[2] == ["+0.2500", "+0.2500", "-", "0.2500 ± 0.0000"]
    assert columns[4] == ["+0.2500", "-0.2500", "-", "0.0000 ± 0.2500"]


@pytest.mark.parametrize(
    "arguments",
    [["--seeds", "0"], ["--budgets", "60,0"], ["--budgets", "nan"], ["--data", "flights,bike"]],
)
def test_what_cannot_be_measured_is_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        benchmark.main(arguments)
    assert "got" in capsys.readouterr().err
