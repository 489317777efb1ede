"""Names that the definitions, the sensor and the command line share."""

import dagster as dg

MONITORING_ASSETS = (
    "records",
    "drift_dataset",
    "slice_statistics",
    "slice_scores",
    "drift_score",
)
DISCOVERY_ASSET = "slice_discovery"
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


def monitoring_keys(model: str, *, discovery: bool = False) -> list[dg.AssetKey]:
    """Return the keys of a model's monitoring pipeline, upstream first.

    ``discovery`` says whether the model declares ``slice_discovery``, whose asset comes last: what
    it finds, or that it fails, plays no part in the score.
    """
    assets = (*MONITORING_ASSETS, DISCOVERY_ASSET) if discovery else MONITORING_ASSETS
    return [asset_key(model, asset) for asset in assets]


def training_keys(model: str) -> list[dg.AssetKey]:
    """Return the keys of a model's retraining pipeline, upstream first."""
    return [asset_key(model, asset) for asset in TRAINING_ASSETS]
