"""The retraining pipeline through Dagster: promoted, rejected, disturbed, run again."""

import dagster as dg
import numpy as np
import pytest

from ctml_assets.core.training import predict
from ctml_assets_tests.worlds import checks_of, day, failure_text

# Nothing that does worse than this is promoted: the share of the score that must be gained.
UNREACHABLE = {"min_improvement": 1.0}
LENIENT = {"max_slice_regression": 1.0}


def _lasting(evaluation):
    """Return an evaluation without its run and what that run measured."""
    evidence = {**evaluation["evidence"], "fresh_process": None}
    return {**evaluation, "evidence": evidence, "run_id": None, "evaluation": None}


def steps_done(result):
    return {event.asset_key.path[-1] for event in result.get_asset_materialization_events()}


def test_the_first_candidate_is_promoted_and_every_step_tells_what_it_did(world):
    world.ingest(*range(10))
    result = world.train(9)
    champion = world.registry.champion()
    assert champion is not None
    assert (champion.number, champion.as_of, champion.previous) == (1, day(9), None)
    assert checks_of(result)["candidate"].passed
    rows = world.metadata("training_dataset")
    assert {key: value for key, value in rows.items() if key.endswith("rows")} == {
        "rows": 1000,
        "train_rows": 300,
        "validation_rows": 300,
        "test_rows": 400,
    }
    study = world.metadata("tuning_study")
    assert study["trials"] == len(study["trial_table"].records) == 2
    best = max(record.data["value"] for record in study["trial_table"].records)
    assert study["best_value"] == pytest.approx(best, abs=1e-6)
    assert world.metadata("trained_candidate")["train_rows"] == 600
    evaluation = world.metadata("candidate_evaluation")
    assert evaluation["verdict"] == "promote"
    assert evaluation["champion"] == "no champion yet"
    assert evaluation["compared_days"] == f"{day(6)} to {day(9)}"
    promoted = world.metadata("promoted_model")
    assert promoted["version"] == evaluation["candidate"] == champion.version
    assert promoted["reference_score"] == pytest.approx(champion.reference_score, abs=1e-6)


def test_the_stored_version_is_the_fitted_candidate_with_its_facts(trained):
    world = trained()
    champion = world.registry.champion()
    version = world.registry.version(champion.version)
    assert (version.train_start, version.train_end) == (day(0), day(5))
    assert (version.test_start, version.test_end) == (day(6), day(9))
    assert version.estimator == "logistic_regression"
    assert version.train_rows == 600
    model = world.registry.load(champion.version)
    rows = world.table("records", 9)
    probability = predict(model, rows, spec=world.spec)
    assert ((probability >= 0) & (probability <= 1)).all()
    assert np.corrcoef(probability, rows["outcome"])[0, 1] > 0.3


def test_a_rejected_candidate_leaves_the_champion_and_the_run_succeeds(trained):
    world = trained(promotion=UNREACHABLE)
    before = world.registry.history()
    world.ingest(*range(10, 14))
    result = world.train(13)
    assert result.success
    assert "promoted_model" not in steps_done(result)
    assert world.metadata("promoted_model") == {}
    assert world.registry.history() == before
    check = checks_of(result)["candidate"]
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert "improvement fail" in check.description
    assert "needed > 100.00%" in world.metadata("candidate_evaluation")["reason"]
    assert world.metadata("candidate_evaluation")["verdict"] == "keep the champion"


def test_a_rejected_training_counts_for_the_cooldown(trained):
    world = trained(
        promotion=UNREACHABLE, triggers={"when": [{"max_age": {"days": 3}}], "cooldown_days": 3}
    )
    world.ingest(*range(10, 17))
    world.train(16)
    world.monitor(19)
    tick = world.tick()
    assert not tick.run_requests
    assert "cooldown: last training 3 days ago <= 3 days" in tick.skip_message


def test_a_stream_that_changed_is_repaired(trained):
    world = trained(promotion=LENIENT)
    world.ingest(*range(10, 22))
    world.monitor(22)
    assert world.metadata("drift_score")["verdict"] == "DEGRADED"
    degraded = world.metadata("drift_score")["score"]
    world.train(22)
    champion = world.registry.champion()
    assert champion.number == 2
    assert champion.as_of == day(22)
    world.monitor(23)
    assert world.metadata("drift_score")["champion"] == champion.version
    assert world.metadata("drift_score")["score"] > degraded + 0.05


def test_the_champions_parameters_are_tried_first(trained):
    world = trained()
    before = world.registry.version(world.registry.champion().version)
    world.ingest(*range(10, 14))
    world.train(13, assets=["training_dataset", "tuning_study"])
    first = world.document("tuning_study", 13)["trials"][0]
    assert first["parameters"] == dict(before.parameters)


@pytest.mark.parametrize(
    "retraining",
    [
        {"estimator": "random_forest"},
        {
            "estimator": {
                "preset": "logistic_regression",
                "space": {"C": {"low": 0.1, "high": 1.0}},
            }
        },
    ],
    ids=["another estimator", "another space"],
)
def test_a_candidate_takes_no_parameters_of_another_search(trained, retraining):
    world = trained(retraining=retraining)
    before = world.registry.versions()
    told = failure_text(world.train(9, assets=["trained_candidate"], fails=True))
    study = world.document("tuning_study", 9)["study"]
    assert (
        "stream: the tuning study must be one of the declaration as it is now, got "
        f"{study!r}, which searched something else; materialize tuning_study first"
    ) in told
    assert world.registry.versions() == before
    assert world.train(9, assets=["tuning_study", "trained_candidate"]).success
    assert world.document("tuning_study", 9)["study"] != study


def test_a_study_whose_budget_has_changed_is_of_the_same_search(trained):
    world = trained(retraining={"trials": 9, "seed": 5})
    assert world.train(9, assets=["trained_candidate"]).success


def test_champion_and_candidate_are_compared_on_days_that_neither_learned_from(trained):
    world = trained(
        retraining={"validation_days": 1, "test_days": 6, "min_history_days": 10},
        promotion=LENIENT,
    )
    world.ingest(10)
    world.train(10)
    # the champion learned from days 0 to 5; the candidate's test days are 5 to 10
    assert world.metadata("candidate_evaluation")["compared_days"] == f"{day(6)} to {day(10)}"
    assert world.metadata("candidate_evaluation")["rows"] == 500


def test_champion_changed_meanwhile_fails_clearly_and_is_evaluated_again(trained):
    world = trained(promotion=LENIENT)
    world.ingest(*range(10, 23))
    chain = ["training_dataset", "tuning_study", "trained_candidate", "candidate_evaluation"]
    world.train(22, assets=chain)
    assert world.document("candidate_evaluation", 22)["promote"]
    world.train(21)
    other = world.registry.champion()
    assert (other.number, other.as_of) == (2, day(21))
    told = failure_text(world.train(22, assets=["promoted_model"], fails=True))
    assert "was compared with champion number 1" in told
    assert f"{other.version} is champion now; materialize candidate_evaluation again" in told
    assert world.registry.champion() == other
    world.train(22, assets=["candidate_evaluation", "promoted_model"])
    assert world.document("candidate_evaluation", 22)["champion"] == other.version


def test_the_whole_training_again_after_its_promotion_comes_to_the_same_end(trained):
    world = trained(promotion=LENIENT)
    world.ingest(*range(10, 23))
    world.train(22)
    history = world.registry.history()
    assert len(history) == 2
    evaluation = world.document("candidate_evaluation", 22)
    world.train(22)
    assert world.registry.history() == history
    again = world.document("candidate_evaluation", 22)
    assert (evaluation["evaluation"], again["evaluation"]) == (1, 2)
    assert _lasting(again) == _lasting(evaluation)
    world.train(22, assets=["promoted_model"])
    assert world.registry.history() == history


def test_the_first_training_again_comes_to_the_same_end(trained):
    world = trained()
    history = world.registry.history()
    world.train(9)
    assert world.registry.history() == history
    assert world.document("candidate_evaluation", 9)["champion"] is None


def test_a_candidate_of_any_day_can_be_made_by_hand(trained):
    world = trained()
    world.ingest(10, 11)
    for number in (8, 11):
        assets = ["training_dataset", "tuning_study", "trained_candidate"]
        assert steps_done(world.train(number, assets=assets)) == set(assets)
        version = world.document("trained_candidate", number)["version"]
        assert world.registry.version(version).as_of == day(number)
    assert world.registry.champion().as_of == day(9)


def test_a_candidate_older_than_the_champion_is_never_promoted(trained):
    world = trained(promotion=LENIENT)
    world.ingest(*range(10, 23))
    world.train(22)
    champion = world.registry.champion()
    assert champion.as_of == day(22)
    world.train(12)
    assert "not evaluable" in world.metadata("candidate_evaluation")["reason"]
    assert world.metadata("candidate_evaluation")["rows"] == 0
    assert world.registry.champion() == champion


def test_too_short_a_history_fails_and_says_which_day_will_do(world):
    world.ingest(*range(7))
    told = failure_text(world.train(6, fails=True))
    assert f"as of {day(6)} no day is left to train on" in told
    assert f"choose {day(7)} or later" in told


def test_one_class_only_fails_and_registers_nothing(world):
    world.rewrite(lambda frame: frame.assign(outcome=0.0))
    world.ingest(*range(10))
    result = world.train(9, fails=True)
    assert "all 300 labels are 0; a classifier needs both classes" in failure_text(result)
    assert world.registry.versions() == ()
    assert world.registry.champion() is None
