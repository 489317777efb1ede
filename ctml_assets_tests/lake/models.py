"""Small fitted models, one for every preset and task."""

import datetime as dt
from importlib.metadata import version

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline

from ctml_assets.core.estimators import ESTIMATORS
from ctml_assets.lake import Registry, Version

NUMERIC, CATEGORICAL = ["distance", "hour"], ["origin", "carrier"]
PRESETS = [(name, task) for name, preset in ESTIMATORS.items() for task in sorted(preset.tasks)]


def features(rows=400):
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "distance": rng.normal(size=rows),
            "hour": rng.integers(0, 24, rows).astype(float),
            "origin": pd.Series(rng.choice(["JFK", "EWR", "LGA"], rows), dtype="str"),
            "carrier": pd.Series(rng.choice(["AA", "B6"], rows), dtype="str"),
        }
    )
    frame.loc[frame.index == 1, "distance"] = np.nan
    frame.loc[frame.index == 2, "origin"] = None
    return frame


def fitted_preset(name, task):
    """Fit a preset with its default parameters, few trees."""
    frame, preset = features(), ESTIMATORS[name]
    signal = frame["distance"].fillna(0) + (frame["origin"] == "JFK") * (frame["hour"] > 12)
    y = signal if task == "regression" else (signal > 0.3).astype(float)
    few = {
        "hist_gradient_boosting": {"max_iter": 10, "min_samples_leaf": 5},
        "lightgbm": {"n_estimators": 10, "min_child_samples": 5},
        "random_forest": {"n_estimators": 5, "min_samples_leaf": 0.01},
    }
    parameters = preset.default_parameters() | few.get(name, {})
    model = preset.model(task, parameters, numeric=2, categorical=2, seed=1)
    return Pipeline([("encoder", preset.encoder(NUMERIC, CATEGORICAL)), ("model", model)]).fit(
        frame, y
    )


def predictions(model, frame):
    return (
        model.predict_proba(frame)[:, 1]
        if hasattr(model, "predict_proba")
        else model.predict(frame)
    )


def line(slope):
    """Fit the cheapest model that there is."""
    return Ridge(alpha=1e-9).fit([[0.0], [1.0]], [0.0, float(slope)])


def add_version(registry: Registry, fitted, as_of=dt.date(2024, 3, 31), **changes) -> Version:
    facts = {
        "task": "regression",
        "estimator": "ridge",
        "parameters": {"alpha": 1e-9},
        "features": ("x",),
        "dtypes": {"x": "float64"},
        "train_start": dt.date(2024, 1, 1),
        "train_end": dt.date(2024, 3, 17),
        "test_start": dt.date(2024, 3, 18),
        "test_end": dt.date(2024, 3, 31),
        "train_rows": 2,
        "seed": 0,
        "study": "m-2024-03-31",
        "code_version": "0.1.0",
        "packages": {"scikit-learn": version("scikit-learn")},
        "run_id": "run-1",
    }
    return registry.add_version(fitted, as_of=as_of, **{**facts, **changes})


def promote(registry: Registry, version_id, previous, **changes):
    facts = {
        # The day after its as-of day, which its id begins with.
        "serves_from": dt.date.fromisoformat(version_id[:10]) + dt.timedelta(days=1),
        "reference_score": 0.7,
        "reference": (),
        "yardstick": "{}",
        "reason": "better",
        "by": "gates",
        "run_id": "run-2",
        "promoted_at": "2024-04-01T06:00:00",
    }
    return registry.promote(version_id, previous=previous, **{**facts, **changes})


def roll_back(registry: Registry, to, champion, **changes):
    facts = {
        "serves_from": dt.date(2024, 4, 10),
        "reason": "worse",
        "by": "jane",
        "run_id": "run-3",
        "promoted_at": "2024-04-09T06:00:00",
    }
    return registry.rollback(to, champion=champion, **{**facts, **changes})
