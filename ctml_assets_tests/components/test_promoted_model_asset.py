"""The promotion through Dagster: at once, after an approval, beside the champion, again."""

from functools import partialmethod

import dagster as dg
import pytest

from ctml_assets.components import promoted_model_asset
from ctml_assets.components.promoting import admit
from ctml_assets.components.rollout_records import Signature, end
from ctml_assets.core.rollout import RolloutOutcome, rollout_of
from ctml_assets.lake import document_key, document_of, write_document
from ctml_assets_tests.rollouts import NOW
from ctml_assets_tests.sensors.situations import version
from ctml_assets_tests.worlds import checks_of, day, failure_text

TRAINING, AS_OF = "the-training", 12


@pytest.fixture
def judged(trained, tmp_path):
    """Make a candidate as of day 12 that passed the gates beside the champion of day 9."""

    def make(*, promote=True, reason="improvement pass: gain +3.00%", **promotion):
        source = str(tmp_path / "trained" / "stream.parquet")
        world = trained(promotion=promotion, inference_source=source)
        candidate = version(world, AS_OF, champion=False, verdict=False).version
        champion = world.registry.champion()
        document = {
            "candidate": candidate,
            "champion": champion.version,
            "champion_number": champion.number,
            "promote": promote,
            "reason": reason,
            "yardstick": champion.yardstick,
            "run_id": TRAINING,
            "reference_score": 0.9,
            "reference": [document_of(part) for part in champion.reference],
            "compared_to": day(AS_OF).isoformat(),
            "evidence": {"champion": []},
        }
        number = world.registry.add_evaluation(candidate, document)
        key = document_key("stream", "candidate_evaluation", day(AS_OF).isoformat())
        write_document(world.lake, key, {**document, "evaluation": number})
        return world

    return make


@pytest.fixture
def of_the_training(monkeypatch):
    """Let further runs be repetitions of the training's own, as a retry or a re-execution is."""
    made = dg.DagsterInstance.create_run_for_job

    def repeat():
        again = partialmethod(made, root_run_id=TRAINING, parent_run_id=TRAINING)
        monkeypatch.setattr(dg.DagsterInstance, "create_run_for_job", again)

    return repeat


def materialize(world, **arguments):
    return world.train(AS_OF, assets=["promoted_model"], **arguments)


def materialized(result):
    return [it.asset_key.path[-1] for it in result.get_asset_materialization_events()]


def told(result):
    check = checks_of(result)["serves"]
    assert check.severity is dg.AssetCheckSeverity.WARN
    return check.passed, check.description


def test_a_training_promotes_at_once_what_passed_the_gates(judged, of_the_training):
    world = judged()
    of_the_training()
    result = materialize(world)
    record = world.registry.champion()
    assert materialized(result) == ["promoted_model"]
    assert told(result) == (True, f"{record.version} serves from {record.serves_from} on")
    assert (record.number, record.kind, record.by) == (2, "promotion", "gates")
    assert record.run_id == result.run_id
    shown = world.metadata("promoted_model")
    assert (shown["version"], shown["kind"], shown["by"]) == (record.version, "promotion", "gates")
    assert (shown["number"], shown["serves_from"]) == (2, day(13).isoformat())
    assert world.document("promoted_model", AS_OF)["version"] == record.version


def test_what_failed_a_gate_is_not_promoted_even_by_hand(judged):
    world = judged(promote=False, reason="floor fail: 0.4 < 0.6")
    result = materialize(world)
    assert materialized(result) == []
    assert told(result) == (False, "not promoted: floor fail: 0.4 < 0.6")
    assert len(world.registry.history()) == 1


def test_a_candidate_waits_and_the_check_says_how_to_approve_it(judged, of_the_training):
    world = judged(approval="manual")
    of_the_training()
    result = materialize(world)
    (event,) = world.registry.rollout_events()
    assert (event.kind, event.by, event.run_id) == ("waiting", "gates", result.run_id)
    assert materialized(result) == []
    assert told(result) == (
        False,
        f"{event.version} passed the gates and waits for approval: materialize "
        "stream/promoted_model of this day alone, or run ctml promote stream "
        f"{event.version} --reason ...",
    )
    # a retry, or a re-execution, of the training is nobody's approval
    assert told(materialize(world)) == told(result)
    assert world.registry.rollout_events() == (event,)
    assert len(world.registry.history()) == 1


def test_materialized_alone_it_is_approved(judged):
    world = judged(approval="manual")
    result = materialize(world)
    record = world.registry.champion()
    assert (record.number, record.by, record.kind) == (2, "by hand", "promotion")
    assert materialized(result) == ["promoted_model"]
    assert told(result)[0]


def test_what_waited_is_approved_and_its_waiting_ended(judged, of_the_training, monkeypatch):
    world = judged(approval="manual")
    of_the_training()
    materialize(world)
    monkeypatch.undo()
    materialize(world)
    waited, ended = world.registry.rollout_events()
    assert (waited.kind, ended.kind, ended.outcome) == ("waiting", "ended", "promoted")
    assert ended.by == "by hand"
    assert world.registry.champion().version == waited.version
    # and the training again finds it promoted
    of_the_training()
    assert told(materialize(world))[0]
    assert len(world.registry.history()) == 2


@pytest.mark.parametrize("approval", ["automatic", "manual"])
def test_a_rollout_begins(approval, judged, of_the_training):
    world = judged(approval=approval, rollout="shadow")
    if approval == "automatic":
        of_the_training()
    result = materialize(world)
    (event,) = world.registry.rollout_events()
    assert (event.kind, event.rollout.mode, event.day) == ("started", "shadow", day(13))
    assert event.by == ("gates" if approval == "automatic" else "by hand")
    assert materialized(result) == []
    assert told(result) == (
        False,
        f"{event.version} runs beside the champion from {day(13)} on (shadow)",
    )
    assert told(materialize(world)) == told(result)
    assert len(world.registry.history()) == 1


def test_what_its_rollout_rejected_stays_so_when_the_training_is_repeated(judged, of_the_training):
    world = judged(rollout="shadow")
    materialize(world)
    now = rollout_of(world.registry.rollout_events())
    signed = Signature("rollout", "", NOW)
    facts = {"day": day(20), "reason": "worse than the champion", "signed": signed}
    end(world.registry, 2, now, RolloutOutcome.REJECTED, **facts)
    of_the_training()
    passed, text = told(materialize(world))
    assert not passed
    assert text.startswith(
        f"{now.version} was rejected: worse than the champion; to take it up again, materialize "
        "stream/promoted_model of this day alone, or run ctml promote stream "
    )
    assert len(world.registry.rollout_events()) == 2


def test_a_champion_promoted_meanwhile_fails_the_run_and_says_what_to_do(judged):
    world = judged()
    other = version(world, 11)
    text = failure_text(materialize(world, fails=True))
    assert f"{other.version} is champion now; materialize candidate_evaluation again" in text
    assert world.registry.champion().version == other.version


def test_a_champion_promoted_during_a_training_is_met_before_anything_follows(trained, monkeypatch):
    world = trained(promotion={"max_slice_regression": 1.0})
    world.ingest(*range(10, 23))
    others = []

    def overtaken(registry, evaluation, **arguments):
        if not others:
            others.append(version(world, 13))
        return admit(registry, evaluation, **arguments)

    monkeypatch.setattr(promoted_model_asset, "admit", overtaken)
    result = world.train(22)
    (other,) = others
    first, again = world.registry.evaluations(world.document("trained_candidate", 22)["version"])
    assert (first["champion_number"], again["champion_number"]) == (1, 2)
    assert again["champion"] == other.version
    assert world.document("candidate_evaluation", 22)["champion"] == other.version
    # the other one is a coin's worth; the candidate is better than it, too
    assert told(result)[0] is again["promote"]
    assert (world.registry.champion().as_of == day(22)) is again["promote"]
    assert len(world.registry.history()) == 2 + again["promote"]


def test_a_champion_that_changes_at_every_comparison_fails_the_run(trained, monkeypatch):
    world = trained(promotion={"max_slice_regression": 1.0})
    world.ingest(*range(10, 23))
    numbers = iter(range(13, 20))

    def overtaken(registry, evaluation, **arguments):
        version(world, next(numbers))
        return admit(registry, evaluation, **arguments)

    monkeypatch.setattr(promoted_model_asset, "admit", overtaken)
    text = failure_text(world.train(22, fails=True))
    assert "materialize candidate_evaluation again" in text
    assert next(numbers) == 16


def test_a_whole_training_leaves_its_candidate_waiting(trained):
    world = trained(promotion={"approval": "manual", "max_slice_regression": 1.0})
    world.ingest(*range(10, 23))
    result = world.train(22)
    assert world.document("candidate_evaluation", 22)["promote"]
    assert "waits for approval" in told(result)[1]
    (event,) = world.registry.rollout_events()
    # all again by hand: it is evaluated anew, waits once, and nobody has approved it
    assert "waits for approval" in told(world.train(22))[1]
    assert world.registry.rollout_events() == (event,)
    assert len(world.registry.history()) == 1
    result = world.train(22, assets=["promoted_model"])
    assert told(result)[0]
    assert world.registry.champion().as_of == day(22)
