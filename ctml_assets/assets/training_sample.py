"""The champion's training sample: what it learned from, and what it predicted of unseen rows."""

from typing import Any, Final

import numpy as np
import pandas as pd

from ctml_assets.core.outcomes import with_predictions
from ctml_assets.core.records import weights
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import feature_names, predict

PART: Final = "part"
LEARNED, TESTED = "learned", "tested"
SAMPLE_ROWS: Final = 20_000


def training_sample(
    learned: pd.DataFrame, tested: pd.DataFrame, candidate: Any, *, spec: ModelSpec
) -> pd.DataFrame:
    """Draw the rows that later days are compared with.

    Features are compared with rows that the candidate learned from. Predictions are compared with
    those of its test rows: a model is too sure of rows that it has learned from.

    Parameters
    ----------
    learned, tested
        Rows of train and validation days, and of test days; not changed.
    candidate
        The fitted model.
    spec
        A complete declaration; its seed decides which rows are drawn.

    Returns
    -------
    DataFrame
        At most 20,000 rows of either, with event time, features, predictions (missing where
        learned) and ``part``. Rows of weight 0 are left out.
    """
    rng = np.random.default_rng(spec.retraining.seed)
    chosen = {
        LEARNED: _drawn(learned, spec, rng),
        TESTED: _drawn(tested, spec, rng),
    }
    predictions = {
        LEARNED: None,
        TESTED: predict(candidate, chosen[TESTED], spec=spec),
    }
    columns = [spec.event_time, *feature_names(spec)]
    parts = [
        with_predictions(rows[columns], predictions[part], spec).assign(
            **{PART: pd.Series(part, rows.index, "str")}
        )
        for part, rows in chosen.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _drawn(rows: pd.DataFrame, spec: ModelSpec, rng: np.random.Generator) -> pd.DataFrame:
    weight = weights(rows, spec)
    if weight is not None:
        rows = rows[weight > 0]
    if len(rows) > SAMPLE_ROWS:
        rows = rows.iloc[np.sort(rng.choice(len(rows), SAMPLE_ROWS, replace=False))]
    return rows.reset_index(drop=True)
