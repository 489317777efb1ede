"""Small frames and quick parameters for every preset and task."""

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from ctml_assets.core.estimators import ESTIMATORS

NUMERIC, CATEGORICAL = ["u", "v"], ["city"]
EVERY = [(name, task) for name, preset in ESTIMATORS.items() for task in sorted(preset.tasks)]


def frame_of(rows=300, seed=3):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "u": rng.normal(size=rows),
            "v": rng.normal(size=rows),
            "city": pd.Series(rng.choice(["oslo", "rome", "bonn"], rows), dtype="str"),
        }
    )


def target_of(frame, task):
    signal = frame["u"].fillna(0).to_numpy() + (frame["city"] == "rome").to_numpy()
    edges = {"binary_classification": [0.3], "multiclass_classification": [-0.5, 0.8]}
    return signal if task == "regression" else np.digitize(signal, edges[task])


def quick_parameters(preset):
    parameters = preset.default_parameters()
    if "max_leaf_nodes" in parameters:
        parameters |= {"max_iter": 8, "min_samples_leaf": 5}
    return parameters


def pipeline_of(name, task, *, seed=0):
    preset = ESTIMATORS[name]
    model = preset.model(
        task,
        quick_parameters(preset),
        numeric=len(NUMERIC),
        categorical=len(CATEGORICAL),
        seed=seed,
    )
    return Pipeline([("encode", preset.encoder(NUMERIC, CATEGORICAL)), ("learn", model)])


def predictions(model, frame, task):
    if task == "regression":
        return model.predict(frame)
    probabilities = model.predict_proba(frame)
    return probabilities[:, 1] if task == "binary_classification" else probabilities
