"""Situations that the sensor meets, reported by hand, so that each is exact."""

import dagster as dg

from ctml_assets.core.drift import SliceScore, Verdict
from ctml_assets.core.triggers import Drop, Look
from ctml_assets.lake import document_key, write_document
from ctml_assets.resources.naming import LOOK, asset_key
from ctml_assets_tests.worlds import day

REFERENCE = 0.8


def look(world, number, score=REFERENCE, *, model="stream", **changes):
    """Report a drift score of the champion as the asset does; a drop is far from chance."""
    champion = world.lake_resource.registry(model).champion()
    drop = (REFERENCE - score) / REFERENCE
    described = {
        "verdict": Verdict.DEGRADED if drop >= 0.05 else Verdict.OK,
        "reason": "as compared",
        "champion": None if champion is None else champion.version,
        "score": score,
        "drop": Drop(score, REFERENCE, drop, standard_error=0.01, degrees_of_freedom=100.0),
        **changes,
    }
    report(world, number, {LOOK: Look(day=day(number), **described).as_document()}, model)


def unknown(world, number, reason="no data", *, model="stream", **changes):
    """Report a look on which nothing could be scored."""
    champion = world.lake_resource.registry(model).champion()
    described = {"champion": None if champion is None else champion.version, **changes}
    found = Look(day(number), Verdict.UNKNOWN, reason, **described)
    report(world, number, {LOOK: found.as_document()}, model)


def report(world, number, metadata, model="stream"):
    world.instance.report_runless_asset_event(
        dg.AssetMaterialization(
            asset_key(model, "drift_score"), partition=day(number).isoformat(), metadata=metadata
        )
    )


def version(world, number, *, model="stream", champion=True, verdict=True):
    """Train as of a day, to a verdict or not that far, and make it champion."""
    from sklearn.dummy import DummyClassifier

    from ctml_assets.components.versions import store_candidate
    from ctml_assets.core.yardstick import yardstick

    spec = next(spec for spec in world.specs if spec.name == model)
    registry = world.lake_resource.registry(model)
    fitted = DummyClassifier(strategy="prior").fit([[0.0], [1.0]], [0, 1])
    added = store_candidate(
        registry,
        fitted,
        spec=spec,
        as_of=day(number),
        study={"best_parameters": {}, "study": "by hand"},
        rows=2,
        run_id="by hand",
    )
    if verdict:
        key = document_key(model, "candidate_evaluation", day(number).isoformat())
        write_document(world.lake, key, {"candidate": added.version, "promote": champion})
    if verdict and champion:
        registry.promote(
            added.version,
            previous=registry.champion(),
            serves_from=day(number + 1),
            yardstick=yardstick(spec),
            reference_score=REFERENCE,
            reference=(SliceScore("overall", "overall", 100, REFERENCE, ""),),
            reason="by hand",
            by="gates",
            run_id="by hand",
            promoted_at="2024-01-01T00:00:00+00:00",
        )
    return added


def run_of(world, request, status):
    """Launch a request's run as the daemon does, as far as the sensor can see."""
    run = world.instance.create_run_for_job(
        world.definitions.resolve_job_def("retrain"),
        tags={**request.tags, "dagster/run_key": request.run_key},
        asset_selection=frozenset(request.asset_selection),
        status=status,
    )
    return run.run_id
