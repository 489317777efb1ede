"""Champion against candidate through Dagster: what is stored, what is shown, what stops it."""

import datetime as dt

import numpy as np
import pytest

from ctml_assets.components import infra_check
from ctml_assets.components.evaluation_asset import asked_alone, opponent
from ctml_assets.core.gates import GATES
from ctml_assets.lake import artifact_key, sample_key
from ctml_assets_tests.worlds import checks_of, day, declared, new_world

LENIENT = {"max_slice_regression": 1.0, "margin": 1.0}
CHAIN = ["training_dataset", "tuning_study", "trained_candidate", "candidate_evaluation"]


def verdicts(world):
    return {row.data["gate"]: row.data["verdict"] for row in gates(world)}


def gates(world):
    return world.metadata("candidate_evaluation")["gates"].records


def test_every_gate_says_what_it_found(trained):
    world = trained(promotion=LENIENT)
    world.ingest(*range(10, 23))
    result = world.train(22, assets=CHAIN)
    assert [*verdicts(world)] == [gate.name for gate in GATES]
    assert {*verdicts(world).values()} == {"pass"}
    assert all(row.data["reason"] for row in gates(world))
    check = checks_of(result)["candidate"]
    assert check.passed
    assert check.metadata["infra"].value.startswith("pass: a fresh process predicts 400 test rows")


def test_both_sides_are_shown_slice_by_slice_with_their_difference(trained):
    world = trained(promotion=LENIENT)
    world.ingest(*range(10, 23))
    world.train(22, assets=CHAIN)
    shown = world.metadata("candidate_evaluation")
    rows = [row.data for row in shown["slices"].records]
    assert [row["slice"] for row in rows] == ["overall", "segment=a", "segment=b", "segment=c"]
    for row in rows:
        assert row["difference"] == pytest.approx(row["candidate"] - row["champion"], abs=2e-6)
        assert row["standard_error"] > 0
        # four test days are too few to tell how days differ
        assert row["independent"] == "rows"
    assert shown["picture"].startswith("![slice by slice](data:image/svg+xml;base64,")
    assert shown["memory_mb"] > 0
    assert 0 <= shown["calibration_error"] <= 1


def test_the_evaluation_is_sealed_beside_its_version(trained):
    world = trained(promotion=LENIENT)
    world.ingest(*range(10, 23))
    result = world.train(22, assets=CHAIN)
    document = world.document("candidate_evaluation", 22)
    stored = world.registry.evaluation(document["candidate"], document["evaluation"])
    assert {**stored, "evaluation": document["evaluation"]} == document
    assert document["run_id"] == result.run_id
    champion = world.registry.champion()
    assert (document["champion"], document["champion_number"]) == (champion.version, 1)
    assert document["reference_score"] == document["evidence"]["reference_score"]
    assert document["evidence"]["calibration"]["rows"] == 400
    # the influence of a hundred groups of rows is not kept
    assert not {"candidate_by_rows", "champion_by_rows"} & {*document["evidence"]}
    assert all(it["standard_error"] > 0 for it in document["slices"])
    world.train(22, assets=["candidate_evaluation"])
    assert world.document("candidate_evaluation", 22)["evaluation"] == 2
    assert len(world.registry.evaluations(document["candidate"])) == 2


def test_a_candidate_that_is_better_overall_and_worse_on_a_heavy_cohort_is_rejected_by_name(
    tmp_path, instance
):
    decisions = {weight: cohort_decision(tmp_path, instance, weight) for weight in (3.0, 0.0)}
    heavy, weightless = decisions[3.0], decisions[0.0]
    assert heavy["candidate"] == weightless["candidate"]
    assert not heavy["promote"]
    findings = {it["gate"]: it for it in heavy["decision"]["findings"]}
    assert findings["slice regression"]["verdict"] == "fail"
    assert "segment=b" in findings["slice regression"]["reason"]
    assert "segment=a" not in findings["slice regression"]["reason"]
    overall = heavy["slices"][0]
    assert (overall["name"], overall["difference"] > 0) == ("overall", True)
    assert weightless["promote"], weightless["reason"]


def cohort_decision(folder, instance, weight):
    """Train as of day 9 and day 22 on `_changed`, the cohort b weighing so much."""
    place = folder / f"weight_{weight:g}"
    world = new_world(place, instance, days=24, rows=300)
    world.rewrite(_changed)
    monitoring = {
        "slices": [
            {"overall": True, "weight": 3.0},
            {"column": "segment", "values": ["a", "c"]},
            {"where": "segment == 'b'", "name": "segment=b", "weight": weight},
        ]
    }
    spec = declared(
        world.source,
        monitoring=monitoring,
        retraining={"window_days": 12},
        promotion={"max_slice_regression": 0.05, "max_calibration_error": None},
    )
    world = new_world(place, instance, spec)
    world.ingest(*range(23))
    world.train(9)
    world.train(22)
    return world.document("candidate_evaluation", 22)


def _changed(frame):
    """Return the stream where from day 11 on x6 decides, as the champion cannot know.

    On the candidate's test days x1 decides again in segment b alone, as the candidate cannot know.
    """
    late = frame["ts"].dt.date >= day(11)
    tested = frame["ts"].dt.date >= day(19)
    follows_x6 = late & ~(tested & (frame["segment"] == "b"))
    signal = np.where(follows_x6, 3 * frame["x6"], 3 * frame["x1"])
    rng = np.random.default_rng(0)
    outcome = (rng.random(len(frame)) < 1 / (1 + np.exp(-signal))).astype(float)
    return frame.assign(outcome=outcome)


def test_a_version_that_does_not_answer_alone_is_rejected_and_the_champion_stays(
    trained, monkeypatch
):
    world = trained(promotion=LENIENT)
    world.ingest(*range(10, 23))
    before = world.registry.history()
    monkeypatch.setattr(infra_check, "ask", lambda *_: "a fresh process died: out")
    result = world.train(22)
    assert result.success
    assert verdicts(world)["infra"] == "fail"
    assert (
        world.metadata("candidate_evaluation")["reason"] == "infra fail: a fresh process died: out"
    )
    assert world.registry.history() == before


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ({"max_memory_mb": 1.0}, "allowed 1 MB"),
        ({"max_latency_ms": 0.0001}, "allowed 0.0001 ms"),
        ({"min_score": 0.999}, "needed >= 0.999"),
        ({"max_calibration_error": 1e-6}, "allowed 1e-06"),
    ],
)
def test_declared_limits_reach_their_gates(trained, limit, told):
    world = trained(promotion=LENIENT | limit)
    world.train(9, assets=["candidate_evaluation"])
    assert any(told in row.data["reason"] for row in gates(world))


def test_a_damaged_artifact_or_sample_is_a_finding(trained):
    world = trained()
    version = world.registry.version(world.registry.champion().version)
    world.lake.write(sample_key("stream", version.version), b"no table")
    found = asked_alone(world.lake, version, world.spec)
    assert version.version in found.problem
    world.lake.write(artifact_key("stream", version.version), b"no model")
    assert "it is damaged" in asked_alone(world.lake, version, world.spec).problem


def test_a_version_without_a_sample_is_not_evaluable(trained):
    world = trained(promotion=LENIENT)
    world.lake.delete(sample_key("stream", world.registry.champion().version))
    world.train(9, assets=["candidate_evaluation"])
    assert verdicts(world)["infra"] == "not evaluable"
    assert not world.document("candidate_evaluation", 9)["promote"]


def test_a_version_whose_inputs_are_not_declared_any_more_is_rejected(trained):
    features = [{"name": f"x{it}", "kind": "numeric"} for it in range(1, 7)]
    segment = {"name": "segment", "kind": "categorical"}
    world = trained(features=[features[1], features[0], *features[2:], segment])
    world.train(9, assets=["candidate_evaluation"])
    assert verdicts(world)["schema"] == "fail"
    assert "in another order" in world.metadata("candidate_evaluation")["reason"]


def test_the_opponent_of_a_candidate_that_is_champion_already_is_its_predecessor(trained):
    world = trained(promotion=LENIENT)
    world.ingest(*range(10, 23))
    world.train(22)
    first, second = world.registry.history()
    assert opponent([], "x") is None
    assert opponent([first], first.version) is None
    assert opponent([first], "x") == first
    assert opponent([first, second], second.version) == first
    assert opponent([first, second], "x") == second
    assert isinstance(second.as_of, dt.date)
