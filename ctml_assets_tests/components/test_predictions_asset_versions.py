"""Who is logged: a failing challenger or predecessor is left out; a promotion meanwhile refuses."""

from dataclasses import replace

import numpy as np
import pytest

from ctml_assets.components import predictions_asset
from ctml_assets.components.predictions_asset import versions_of
from ctml_assets.core.rollout import Arm, ArmPlan
from ctml_assets.core.scoring.scorer import Scorer
from ctml_assets.core.training import feature_names
from ctml_assets.lake import read_predictions
from ctml_assets.resources.naming import KIND_TAG, MODEL_TAG, PREDICT, PREDICT_JOB, asset_key
from ctml_assets.sources import batches, path
from ctml_assets_tests import streams
from ctml_assets_tests.lake.models import add_version
from ctml_assets_tests.worlds import QUIET, checks_of, day, declared, failure_text, new_world

TRAINED, FIRST = 15, 16
PLANS = {
    "former": {"former": "other"},
    "shadow": {"challenger": "other", "mode": "shadow"},
    "ab": {"challenger": "other", "mode": "ab", "share": 0.5},
    "staged": {"challenger": "other", "mode": "staged", "cohorts": ("segment=a", "segment=b")},
}


@pytest.fixture
def world(tmp_path, instance):
    source = streams.write_days(tmp_path / "to_predict.parquet", 20)
    spec = declared(tmp_path / "stream.parquet", entity_id="row_id", inference_source=str(source))
    made = new_world(tmp_path, instance, spec, days=20)
    made.ingest(*range(TRAINED + 1))
    made.train(TRAINED)
    return made


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(batches, "BATCH_ROWS", 20)
    monkeypatch.setitem(path.parquet_batches.__globals__, "BATCH_ROWS", 20)


class Failing:
    """A model that goes wrong in its second batch."""

    def __init__(self, how):
        self.how, self.asked = how, 0

    def predict_proba(self, frame):
        self.asked += 1
        said = np.full(len(frame), 0.25)
        if self.asked == 2 and self.how == "raises":
            raise ZeroDivisionError("no\nway")
        if self.asked == 2 and self.how == "nan":
            said[0] = np.nan
        if self.asked == 2 and self.how == "too few":
            said = said[1:]
        return np.column_stack([1 - said, said])


def run(world):
    name = world.spec.name
    return world.definitions.resolve_job_def(PREDICT_JOB).execute_in_process(
        instance=world.instance,
        partition_key=day(FIRST).isoformat(),
        asset_selection=[asset_key(name, "predictions")],
        tags={MODEL_TAG: name, KIND_TAG: PREDICT},
        run_config=QUIET,
        raise_on_error=False,
    )


def logged(world):
    return read_predictions(world.lake, world.spec.name, day(FIRST))


def beside_the_champion(monkeypatch, model, plan, arm):
    """Let a model score in the place that the plan gives it, whatever the registry says."""

    def with_it(registry, spec, of_day):
        found = versions_of(registry, spec, of_day)
        scorer = Scorer("other", model, tuple(feature_names(spec)), None, None)
        chosen = ArmPlan(found.plan.champion, **plan)
        return replace(found, plan=chosen, scorers={**found.scorers, arm: scorer})

    monkeypatch.setattr(predictions_asset, "versions_of", with_it)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("how", ["raises", "nan", "too few"])
@pytest.mark.parametrize("name", PLANS)
def test_an_arm_that_fails_half_way_is_left_out_of_the_day(world, monkeypatch, name, how):
    arm = Arm.FORMER if name == "former" else Arm.CHALLENGER
    model = Failing(how)
    beside_the_champion(monkeypatch, model, PLANS[name], arm)
    result = run(world)
    assert result.success, failure_text(result)
    assert model.asked == 2
    found = logged(world)
    assert set(found["arm"]) == {"champion"}
    assert len(found) == found["record_id"].nunique() == 100
    assert found["served"].all()
    shown = world.metadata("predictions")
    assert shown["rows_champion"] == 100
    assert not {"rows_challenger", "rows_former", "challenger", "former", "rollout"} & set(shown)
    check = checks_of(result)["inference_schema"]
    assert not check.passed
    assert check.description.startswith(f"{arm.value} other cannot score: ")
    if how == "raises":
        assert "ZeroDivisionError: no way" in check.description


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("name", PLANS)
def test_an_arm_that_does_not_fail_is_logged(world, monkeypatch, name):
    arm = Arm.FORMER if name == "former" else Arm.CHALLENGER
    beside_the_champion(monkeypatch, Failing("never"), PLANS[name], arm)
    result = run(world)
    assert result.success, failure_text(result)
    assert arm.value in set(logged(world)["arm"])
    assert checks_of(result)["inference_schema"].passed


@pytest.mark.usefixtures("small_batches")
def test_an_error_of_the_champion_fails_the_day(world, monkeypatch):
    beside_the_champion(monkeypatch, Failing("raises"), {}, Arm.CHAMPION)
    result = run(world)
    assert not result.success
    assert "ZeroDivisionError" in failure_text(result)
    assert logged(world) is None


def promote_another(world):
    """Promote a version that differs by its day only; it serves on the day that is under way."""
    registry = world.registry
    before = registry.champion()
    manifest = registry.version(before.version)
    version = add_version(
        registry,
        registry.load(before.version),
        day(TRAINED + 1),
        task=manifest.task,
        features=manifest.features,
        dtypes=manifest.dtypes,
    ).version
    registry.promote(
        version,
        previous=before,
        serves_from=day(FIRST),
        reference_score=before.reference_score,
        reference=before.reference,
        yardstick=before.yardstick,
        reason="by hand",
        by="ann",
        run_id="run-2",
        promoted_at="2024-01-17T05:00:00+00:00",
    )
    return version


def test_a_promotion_while_a_day_is_predicted_refuses_and_a_retry_has_the_new_one(
    world, monkeypatch
):
    whole, promoted = predictions_asset.predicted, []

    def predicted(*arguments, **named):
        counts = whole(*arguments, **named)
        if not promoted:
            promoted.append(promote_another(world))
        return counts

    monkeypatch.setattr(predictions_asset, "predicted", predicted)
    before = world.registry.champion().version
    result = run(world)
    assert not result.success
    told = failure_text(result)
    assert f"the versions of {day(FIRST)} must stay the same while it is predicted" in told
    assert before in told
    assert promoted[0] in told
    (failed,) = [it.step_failure_data for it in result.all_events if it.is_step_failure]
    assert failed.user_failure_data.label == "intentional-failure"
    assert logged(world) is None
    again = run(world)
    assert again.success, failure_text(again)
    found = logged(world).groupby("arm")["version"].unique().explode().to_dict()
    assert found == {"champion": promoted[0], "former": before}
