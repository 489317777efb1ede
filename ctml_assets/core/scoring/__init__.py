"""Scoring many records in batches: typing, judging and predicting them without a whole frame."""

from ctml_assets.core.scoring.logged import (
    as_logged,
    as_outputs,
    logged_columns,
    probability_columns,
)

__all__ = ["as_logged", "as_outputs", "logged_columns", "probability_columns"]
