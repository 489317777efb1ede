"""Situations that the sensor meets, reported by hand, so that each is exact."""

import dagster as dg

from ctml_assets.core.drift import SliceScore
from ctml_assets.resources.naming import asset_key
from ctml_assets_tests.worlds import day

REFERENCE = 0.8


def look(world, number, score=REFERENCE, *, model="stream", **more):
    """Report a drift score as the asset does."""
    drop = (REFERENCE - score) / REFERENCE
    metadata = {
        "verdict": "DEGRADED" if drop >= 0.05 else "OK",
        "score": score,
        "reference": REFERENCE,
        "relative_drop": drop,
        "reason": "as compared",
        **more,
    }
    report(world, number, metadata, model)


def report(world, number, metadata, model="stream"):
    world.instance.report_runless_asset_event(
        dg.AssetMaterialization(
            asset_key(model, "drift_score"), partition=day(number).isoformat(), metadata=metadata
        )
    )


def version(world, number, *, model="stream", champion=True):
    """Register a version as of a day, and make it champion."""
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
    if champion:
        registry.promote(
            added.version,
            previous=registry.champion(),
            serves_from=day(number + 1),
            yardstick=yardstick(spec),
            reference_score=REFERENCE,
            reference=(SliceScore("overall", "overall", 100, REFERENCE, ""),),
            reason="by hand",
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
