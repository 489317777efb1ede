"""Names that the definitions, the sensor and the command line share."""

import dagster as dg

from ctml_assets.core.spec import ModelSpec

SCORING_ASSETS = ("records", "drift_dataset", "slice_statistics", "slice_scores")
STALENESS_PROBE, DATA_CHANGE, ESTIMATED_SCORE = "staleness_probe", "data_change", "estimated_score"
DRIFT_SCORE = "drift_score"
# The metadata of drift_score that the sensor reads.
LOOK = "look"
MONITORING_IS_FRESH = "monitoring_is_fresh"
DISCOVERY_ASSET = "slice_discovery"
PREDICTIONS = "predictions"
PROMOTED_MODEL, ROLLOUT_STATUS = "promoted_model", "rollout_status"
# The check of promoted_model that says what became of a candidate.
SERVES = "serves"
# What a trigger needs besides the score, by the trigger's name.
_ASSET_OF_TRIGGER = {
    "staleness": STALENESS_PROBE,
    "data_change": DATA_CHANGE,
    "label_free": ESTIMATED_SCORE,
}
TRAINING_ASSETS = (
    "training_dataset",
    "tuning_study",
    "trained_candidate",
    "candidate_evaluation",
    PROMOTED_MODEL,
)
MODEL_TAG, KIND_TAG = "ctml/model", "ctml/kind"
MONITOR, RETRAIN, PREDICT = "monitor", "retrain", "predict"
MONITOR_JOB, RETRAIN_JOB, PREDICT_JOB = "monitor", "retrain", "predict"


def asset_key(model: str, asset: str) -> dg.AssetKey:
    """Return the key of one asset of a model."""
    return dg.AssetKey([model, asset])


def evidence_assets(spec: ModelSpec) -> tuple[str, ...]:
    """Return the assets that the model's triggers need besides the score."""
    return tuple(
        asset for trigger, asset in _ASSET_OF_TRIGGER.items() if spec.triggers.declared(trigger)
    )


def monitoring_keys(spec: ModelSpec) -> list[dg.AssetKey]:
    """Return the keys of a model's monitoring pipeline, upstream first.

    The search for slices comes last: what it finds, or that it fails, plays no part in the score.
    """
    assets = (*SCORING_ASSETS, *evidence_assets(spec), DRIFT_SCORE)
    if spec.inference_source is not None:
        assets = (*assets, ROLLOUT_STATUS)
    if spec.monitoring.slice_discovery is not None:
        assets = (*assets, DISCOVERY_ASSET)
    return [asset_key(spec.name, asset) for asset in assets]


def training_keys(model: str) -> list[dg.AssetKey]:
    """Return the keys of a model's retraining pipeline, upstream first."""
    return [asset_key(model, asset) for asset in TRAINING_ASSETS]
