"""Asset checks of the two pipelines."""

from ctml_assets.checks.freshness import fresh_check
from ctml_assets.checks.inference import inference_check
from ctml_assets.checks.results import (
    candidate_check,
    drift_check,
    labels_check,
    schema_check,
)

__all__ = [
    "candidate_check",
    "drift_check",
    "fresh_check",
    "inference_check",
    "labels_check",
    "schema_check",
]
