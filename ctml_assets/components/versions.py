"""A fitted candidate becomes a version in the registry."""

import datetime as dt
from importlib.metadata import packages_distributions
from importlib.metadata import version as installed
from typing import Any

from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import feature_names, split_days
from ctml_assets.errors import DataError
from ctml_assets.lake import Registry, Version

_PACKAGES = ("scikit-learn", "numpy", "pandas", "skops", "optuna")


def store_candidate(
    registry: Registry,
    fitted: Any,
    *,
    spec: ModelSpec,
    as_of: dt.date,
    study: dict[str, Any],
    rows: int,
    run_id: str,
) -> Version:
    """Store a fitted pipeline with what is known about its making."""
    if spec.task is None:
        raise DataError(f"{spec.name}: task is neither declared nor inferred yet")
    days = split_days(spec, as_of)
    return registry.add_version(
        fitted,
        as_of=as_of,
        task=spec.task,
        estimator=spec.retraining.estimator.name,
        parameters={**study["best_parameters"], **spec.retraining.estimator.parameters},
        features=feature_names(spec),
        dtypes=feature_dtypes(spec),
        train_start=days.train_start,
        train_end=days.validation_end,
        test_start=days.test_start,
        test_end=days.test_end,
        train_rows=rows,
        seed=spec.retraining.seed,
        study=study["study"],
        code_version=installed("ctml-assets"),
        packages={name: installed(name) for name in (*_PACKAGES, *_packages_of(fitted))},
        run_id=run_id,
        trusted=spec.retraining.estimator.trusted,
    )


def feature_dtypes(spec: ModelSpec) -> dict[str, str]:
    """Return the type of each of the model's inputs, as records that keep the contract have it."""
    numeric = feature_names(spec, "numeric")
    return {name: "float64" if name in numeric else "str" for name in feature_names(spec)}


def _packages_of(fitted: Any) -> list[str]:
    """Return the distributions that the learner comes from; a project's own class has none."""
    steps = getattr(fitted, "steps", [("learn", fitted)])
    module = type(steps[-1][1]).__module__.partition(".")[0]
    return sorted(packages_distributions().get(module, ()))
