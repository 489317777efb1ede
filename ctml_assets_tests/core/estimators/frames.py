"""Small frames, folds and quick parameters for every preset and task."""

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from ctml_assets.core.estimators import ESTIMATORS, Choices, Fold, IntRange, Setting

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


def gappy(frame):
    """Return the frame with gaps in every column."""
    frame = frame.copy()
    frame.loc[::5, "u"] = np.nan
    frame.loc[::7, "city"] = None
    return frame


def target_of(frame, task):
    signal = frame["u"].fillna(0).to_numpy() + (frame["city"] == "rome").to_numpy()
    edges = {"binary_classification": [0.3], "multiclass_classification": [-0.5, 0.8]}
    return signal if task == "regression" else np.digitize(signal, edges[task])


def fold_of(preset, task, *, rows=400, weighed=False, numeric=NUMERIC, categorical=CATEGORICAL):
    """Return a fold with gaps on both sides, and a city in validation that training never saw."""
    train, validation = gappy(frame_of(rows)), gappy(frame_of(120, seed=9))
    validation.loc[1::6, "city"] = "atlantis"
    encoder = preset.encoder(numeric, categorical).fit(train)
    return Fold(
        encoder.transform(train),
        target_of(train, task),
        np.random.default_rng(1).uniform(0.5, 2, rows) if weighed else None,
        encoder.transform(validation),
    )


def setting_of(task, *, threads=1, numeric=2, categorical=1):
    return Setting(task, numeric=numeric, categorical=categorical, seed=7, threads=threads)


def quick_parameters(preset):
    """Return the defaults with few iterations and leaves for few rows, where there are any."""
    parameters = preset.default_parameters()
    few = {
        "hist_gradient_boosting": {"max_iter": 8, "min_samples_leaf": 5},
        "lightgbm": {"n_estimators": 8, "min_child_samples": 5},
        "random_forest": {"n_estimators": 8, "min_samples_leaf": 0.01},
    }
    return parameters | few.get(preset.name, {})


def drawn(space, seed):
    """Draw parameters evenly."""
    rng = np.random.default_rng(seed)

    def one(dimension):
        if isinstance(dimension, Choices):
            return dimension.values[rng.integers(len(dimension.values))]
        scale, back = (np.log, np.exp) if dimension.log else (float, float)
        value = float(back(rng.uniform(scale(dimension.low), scale(dimension.high))))
        value = min(max(value, dimension.low), dimension.high)
        return round(value) if isinstance(dimension, IntRange) else value

    return {name: one(dimension) for name, dimension in space.items()}


def model_of(preset, task, parameters, *, seed=7, numeric=2, categorical=1):
    return preset.model(task, parameters, numeric=numeric, categorical=categorical, seed=seed)


def fitted_on(fold, model):
    weighing = {} if fold.weight is None else {"sample_weight": fold.weight}
    return model.fit(fold.x, fold.y, **weighing)


def said(model, x, task):
    return model.predict(x) if task == "regression" else model.predict_proba(x)


class Recorder:
    """A watch that keeps what it is told, and stops after so many looks."""

    def __init__(self, most=None):
        self.rungs, self.told, self.most = [], [], most

    def __call__(self, rung, prediction):
        self.rungs.append(rung)
        self.told.append(prediction)
        return self.most is None or len(self.rungs) < self.most


def told(learner, parameters, rungs):
    recorder = Recorder()
    learner.fit(parameters, recorder, rungs=rungs)
    return recorder.told


def pipeline_of(name, task, *, seed=0):
    preset = ESTIMATORS[name]
    model = model_of(preset, task, quick_parameters(preset), seed=seed)
    return Pipeline([("encode", preset.encoder(NUMERIC, CATEGORICAL)), ("learn", model)])


def predictions(model, frame, task):
    if task == "regression":
        return model.predict(frame)
    probabilities = model.predict_proba(frame)
    return probabilities[:, 1] if task == "binary_classification" else probabilities
