"""Training: who is train, validation and test; fitting and predicting."""

from ctml_assets.core.training.fitting import (
    as_inputs,
    as_target,
    feature_names,
    fit,
    predict,
    refuse_the_unlearnable,
)
from ctml_assets.core.training.split import PARTS, SplitDays, part_of, split_days

__all__ = [
    "PARTS",
    "SplitDays",
    "as_inputs",
    "as_target",
    "feature_names",
    "fit",
    "part_of",
    "predict",
    "refuse_the_unlearnable",
    "split_days",
]
