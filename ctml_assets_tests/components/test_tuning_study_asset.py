"""The study through Dagster: shown, kept, gone on with, and begun from what is known."""

import optuna
import pytest

from ctml_assets.components.tuning_study_asset import champion_parameters, progress_log
from ctml_assets.core.spec import RetrainingSpec
from ctml_assets.core.tuning import Objective, TrialResult
from ctml_assets.errors import DataError
from ctml_assets_tests.worlds import day, failure_text

STUDY = ["training_dataset", "tuning_study"]
AS_OF = 9


@pytest.fixture
def fits(monkeypatch):
    """What is fitted, by the objective's parameters."""
    seen, real = [], Objective.__call__

    def spy(self, parameters, *arguments, **named):
        seen.append(dict(parameters))
        return real(self, parameters, *arguments, **named)

    monkeypatch.setattr(Objective, "__call__", spy)
    return seen


@pytest.fixture
def ready(world):
    world.ingest(*range(AS_OF + 1))
    return world


def trials_of(world, number=AS_OF):
    return world.document("tuning_study", number)["trials"]


def kept(world):
    """Return the studies in the file beside the lake, by name."""
    url = f"sqlite:///{world.source.parent}/studies/stream.db"
    return {it.study_name: it for it in optuna.get_all_study_summaries(url)}


def test_the_document_holds_all_trials_and_what_was_found(ready):
    ready.train(AS_OF, assets=STUDY)
    document = ready.document("tuning_study", AS_OF)
    assert set(document) == {
        "study",
        "search",
        "best_value",
        "best_parameters",
        "stopped",
        "trials",
    }
    (study,) = kept(ready).values()
    assert study.user_attrs["search"] == document["search"]
    assert document["stopped"] == "all 2 trials are done"
    first, second = document["trials"]
    assert (first["number"], first["state"], first["origin"]) == (0, "complete", "default")
    assert (second["number"], second["origin"]) == (1, "search")
    best = max(document["trials"], key=lambda trial: trial["value"])
    assert document["best_value"] == best["value"]
    assert document["best_parameters"] == best["parameters"]
    model, as_of, fingerprint = document["study"].split("/")
    assert (model, as_of, len(fingerprint)) == ("stream", day(AS_OF).isoformat(), 12)


def test_everything_that_is_asked_for_is_shown(ready):
    ready.train(AS_OF, assets=STUDY)
    shown, document = ready.metadata("tuning_study"), ready.document("tuning_study", AS_OF)
    assert shown["best_value"] == pytest.approx(document["best_value"], abs=1e-6)
    assert shown["best_parameters"] == document["best_parameters"]
    counted = [shown[f"trials_{state}"] for state in ("complete", "pruned", "failed", "resumed")]
    assert (shown["trials"], counted) == (2, [2, 0, 0, 0])
    assert shown["wall_seconds_of_run"] > 0
    assert shown["cpu_seconds_of_trials"] > 0
    assert shown["study"] == document["study"]
    assert shown["storage"].endswith("/studies/stream.db")
    assert shown["storage"] in shown["open_with"]
    assert len(shown["trial_table"].records) == 2
    assert {"history", "importances", "slice"} <= set(shown)


def test_the_champions_trial_is_shown_beside_the_best(trained):
    world = trained()
    world.train(AS_OF, assets=STUDY)
    world.ingest(10)
    world.train(10, assets=STUDY)
    first = trials_of(world, 10)[0]
    assert first["origin"] == "champion"
    assert world.metadata("tuning_study")["champion_value"] == pytest.approx(
        first["value"], abs=1e-6
    )


def test_every_trial_is_told_in_the_log(ready):
    result = ready.train(AS_OF, assets=STUDY)
    told = [event.message for event in ready.instance.all_logs(result.run_id)]
    lines = [text for text in told if text.startswith("trial ")]
    values = [trial["value"] for trial in trials_of(ready)]
    for number, (line, value) in enumerate(zip(lines, values, strict=True), start=1):
        assert line.startswith(f"trial {number} of 2: {value:.4f} in ")
        assert f"best so far {max(values[:number]):.4f}; about " in line
    assert "(default)" in lines[0]
    assert "about 0 s left" in lines[1]


def test_studies_lie_beside_the_lake_and_nothing_where_the_process_works(
    ready, tmp_path, monkeypatch
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    ready.train(AS_OF)
    assert list(elsewhere.iterdir()) == []
    assert list(kept(ready)) == [ready.document("tuning_study", AS_OF)["study"]]
    assert {it.name for it in ready.source.parent.iterdir()} >= {"lake", "studies"}


class TestAgain:
    def test_the_same_partition_takes_its_study_as_it_is(self, ready, fits):
        ready.train(AS_OF, assets=STUDY)
        before = ready.document("tuning_study", AS_OF)
        assert len(fits) == 2
        ready.train(AS_OF, assets=STUDY)
        assert len(fits) == 2
        assert ready.document("tuning_study", AS_OF) == before
        assert ready.metadata("tuning_study")["trials_resumed"] == 2

    def test_the_whole_training_too_once_its_candidate_is_champion(self, ready, fits):
        ready.train(AS_OF)
        before = ready.document("tuning_study", AS_OF), len(fits)
        assert ready.registry.champion() is not None
        ready.train(AS_OF)
        assert (ready.document("tuning_study", AS_OF), len(fits)) == before

    def test_an_interrupted_one_goes_on(self, ready, fits, monkeypatch):
        with monkeypatch.context() as patch:
            spied = Objective.__call__

            def broken(self, *arguments, **named):
                if len(fits) == 1:
                    raise DataError("the lights went out")
                return spied(self, *arguments, **named)

            patch.setattr(Objective, "__call__", broken)
            told = failure_text(ready.train(AS_OF, assets=STUDY, fails=True))
            assert "the lights went out" in told
        ready.train(AS_OF, assets=STUDY)
        assert len(fits) == 2
        assert [it["state"] for it in trials_of(ready)] == ["complete", "failed", "complete"]
        assert ready.metadata("tuning_study")["trials_resumed"] == 2

    def test_corrected_records_make_a_study_of_their_own(self, ready, fits):
        ready.train(AS_OF, assets=STUDY)
        first = ready.document("tuning_study", AS_OF)
        ready.rewrite(lambda frame: frame.assign(x1=-frame["x1"]))
        ready.ingest(*range(AS_OF + 1))
        ready.train(AS_OF, assets=STUDY)
        second = ready.document("tuning_study", AS_OF)
        assert second["study"] != first["study"]
        assert set(kept(ready)) == {first["study"], second["study"]}
        assert len(fits) == 4


def test_a_later_training_begins_with_the_champion_then_with_the_last_study(trained):
    world = trained(retraining={"trials": 4, "min_improvement": 0.0})
    champion = world.registry.version(world.registry.champion().version)
    world.ingest(10, 11)
    world.train(10, assets=STUDY)
    world.train(11, assets=STUDY)
    best = world.document("tuning_study", 10)["best_parameters"]
    first, *others = trials_of(world, 11)
    assert (first["origin"], first["parameters"]) == ("champion", dict(champion.parameters))
    starts = [trial for trial in others if trial["origin"] == "earlier study"]
    if best != dict(champion.parameters):
        assert starts[0]["parameters"] == best
    assert {trial["origin"] for trial in others} <= {"earlier study", "search"}


def test_a_damaged_file_of_studies_fails_the_run_and_is_left_as_it_is(ready):
    folder = ready.source.parent / "studies"
    folder.mkdir()
    (folder / "stream.db").write_bytes(b"no database" * 99)
    told = failure_text(ready.train(AS_OF, assets=STUDY, fails=True))
    assert "studies" in told
    assert "stream.db" in told
    assert (folder / "stream.db").read_bytes() == b"no database" * 99


def test_the_champions_parameters_are_of_use_to_the_same_estimator_only(trained):
    world = trained()
    version = world.registry.version(world.registry.champion().version)
    assert champion_parameters(version, "logistic_regression") == dict(version.parameters)
    assert champion_parameters(version, "hist_gradient_boosting") is None
    assert champion_parameters(None, "logistic_regression") is None


class TestProgressLog:
    class Watch:
        seconds = 0.0

    def told(self, *trials, **retraining):
        lines, watch = [], self.Watch()
        progress = progress_log(lines.append, RetrainingSpec(**retraining), watch)
        for seconds, trial, best, done in trials:
            watch.seconds = seconds
            progress(trial, best, done)
        return lines

    COMPLETE = TrialResult(0, "complete", 0.71236, {}, 3.04, origin="champion")
    PRUNED = TrialResult(1, "pruned", None, {}, 1.0)

    def test_it_says_place_value_seconds_best_and_what_is_left(self):
        lines = self.told((5.0, self.COMPLETE, 0.71236, 1), (8.0, self.PRUNED, 0.71236, 2))
        assert lines == [
            "trial 1 of 20: 0.7124 in 3.0 s (champion); best so far 0.7124; about 95 s left",
            "trial 2 of 20: pruned in 1.0 s (search); best so far 0.7124; about 72 s left",
        ]

    def test_before_any_value_there_is_no_best(self):
        (line,) = self.told((5.0, self.PRUNED, None, 1), trials=1)
        assert line.endswith("best so far none yet; about 0 s left")

    def test_no_more_is_left_than_the_timeout_leaves(self):
        lines = self.told(
            (5.0, self.COMPLETE, 0.7, 1), (40.0, self.COMPLETE, 0.7, 2), timeout_seconds=30
        )
        assert [line.rpartition("; ")[2] for line in lines] == [
            "about 25 s left",
            "about 0 s left",
        ]

    def test_trials_of_earlier_runs_are_done_and_do_not_hurry_the_pace(self):
        (line,) = self.told((10.0, self.COMPLETE, 0.7, 16), trials=20)
        assert line.startswith("trial 16 of 20: ")
        assert line.endswith("about 40 s left")

    def test_the_pace_is_that_of_all_processes(self):
        """They are told together: the number of them says nothing more."""
        lines = self.told(
            (10.0, self.COMPLETE, 0.7, 1),
            (10.0, self.COMPLETE, 0.7, 2),
            trials=22,
            n_workers=2,
        )
        assert lines[1].endswith("about 100 s left")
