"""Names that the definitions, the sensor and the command line share."""

import dagster as dg

MONITORING_ASSETS = ("records", "drift_dataset", "slice_scores", "drift_score")
TRAINING_ASSETS = (
    "training_dataset",
    "tuning_study",
    "trained_candidate",
    "candidate_evaluation",
    "promoted_model",
)
MODEL_TAG, KIND_TAG = "ctml/model", "ctml/kind"
MONITOR, RETRAIN = "monitor", "retrain"
MONITOR_JOB, RETRAIN_JOB = "monitor", "retrain"


def asset_key(model: str, asset: str) -> dg.AssetKey:
    """Return the key of one asset of a model."""
    return dg.AssetKey([model, asset])


def monitoring_keys(model: str) -> list[dg.AssetKey]:
    """Return the keys of a model's monitoring pipeline, upstream first."""
    return [asset_key(model, asset) for asset in MONITORING_ASSETS]


def training_keys(model: str) -> list[dg.AssetKey]:
    """Return the keys of a model's retraining pipeline, upstream first."""
    return [asset_key(model, asset) for asset in TRAINING_ASSETS]
