"""Asset checks of the two pipelines."""

from ctml_assets.checks.results import (
    MIN_LABEL_COVERAGE,
    candidate_check,
    drift_check,
    labels_check,
    schema_check,
)

__all__ = [
    "MIN_LABEL_COVERAGE",
    "candidate_check",
    "drift_check",
    "labels_check",
    "schema_check",
]
