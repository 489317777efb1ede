"""Training: who is train, validation and test; fitting and predicting."""

from ctml_assets.core.training.fitting import fit, weight_argument
from ctml_assets.core.training.inputs import as_inputs, as_target, feature_names
from ctml_assets.core.training.predicting import (
    as_prediction,
    outputs,
    predict,
    refuse_other_classes,
)
from ctml_assets.core.training.rows import (
    TrainingRows,
    refuse_the_unlearnable,
    rows_to_learn_from,
)
from ctml_assets.core.training.split import (
    PARTS,
    FoldDays,
    SplitDays,
    fold_days,
    part_of,
    split_days,
)

__all__ = [
    "PARTS",
    "FoldDays",
    "SplitDays",
    "TrainingRows",
    "as_inputs",
    "as_prediction",
    "as_target",
    "feature_names",
    "fit",
    "fold_days",
    "outputs",
    "part_of",
    "predict",
    "refuse_other_classes",
    "refuse_the_unlearnable",
    "rows_to_learn_from",
    "split_days",
    "weight_argument",
]
