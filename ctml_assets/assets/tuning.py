"""The asset ``tuning_study`` as plain functions: a training data set in, a study out."""

import datetime as dt
import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

from ctml_assets.assets.shared_study import this_worker, with_helpers
from ctml_assets.assets.training import rows_of
from ctml_assets.core.drift import line_weights
from ctml_assets.core.estimators import Parameters, estimator_of
from ctml_assets.core.estimators.any_class import class_at
from ctml_assets.core.records import labels
from ctml_assets.core.spec import EstimatorSpec, ModelSpec, SliceSpec
from ctml_assets.core.training import fold_days
from ctml_assets.core.tuning import (
    Budget,
    FoldRows,
    Judgement,
    Objective,
    Progress,
    Start,
    StudyResult,
    tune,
    usable,
)
from ctml_assets.core.tuning.history import earlier_studies, gaps_of, starts_of
from ctml_assets.core.yardstick import yardstick

# Another version of one of these may give the same trial another worth.
_PACKAGES = ("ctml-assets", "scikit-learn", "numpy", "pandas")


def tuning_objective(
    training_dataset: pd.DataFrame, *, spec: ModelSpec, as_of: dt.date
) -> Objective:
    """Return the objective of a study: fit on the days before each fold, score the fold's days.

    Parameters
    ----------
    training_dataset
        As made by the function of that name; its test rows play no part.
    spec
        A complete declaration.
    as_of
        The training's day.

    Raises
    ------
    DataError
        If a fold has too little to learn from, or nothing to be scored on.
    """
    known = rows_of(training_dataset, "train", "validation")
    day = known[spec.event_time].dt.normalize()
    folds = []
    for days in fold_days(spec, as_of):
        train = known[(day <= pd.Timestamp(days.train_end)).to_numpy()]
        later = (day >= pd.Timestamp(days.validation_start)).to_numpy()
        validation = known[later & (day <= pd.Timestamp(days.validation_end)).to_numpy()]
        folds.append(
            FoldRows(
                train.reset_index(drop=True),
                labels(train, spec),
                validation.reset_index(drop=True),
            )
        )
    return Objective(folds, spec=spec)


def searched(spec: ModelSpec) -> str:
    """Return the digest of what a study searches: estimator, space, and what a trial is worth."""
    retraining = spec.retraining
    weights = {name: (line.weight, line.by) for name, line in line_weights(_lines(spec)).items()}
    space = estimator_of(retraining.estimator).space
    said = {
        "estimator": retraining.estimator.model_dump(mode="json", exclude={"trusted_types"}),
        "space": {name: repr(dimension) for name, dimension in space.items()},
        "yardstick": yardstick(spec),
        "weights": weights,
        "min_support": spec.monitoring.min_support,
    }
    return _digest(said)


def fingerprint(spec: ModelSpec, dataset_digest: str) -> str:
    """Return the digest of all that decides what a trial of a study is worth.

    A training that is repeated on the same rows goes on with its study, or takes it as it is; one
    on other rows or of another declaration begins a new one.
    """
    features = [feature.model_dump(mode="json") for feature in spec.features or ()]
    said = {
        "search": searched(spec),
        "code": code_of(spec.retraining.estimator),
        "dataset": dataset_digest,
        "folds": (spec.retraining.folds, spec.retraining.validation_days),
        "seed": spec.retraining.seed,
        "features": features,
        "time_features": spec.time_feature_names,
    }
    return _digest(said)


def code_of(estimator: EstimatorSpec) -> dict[str, str]:
    """Return the versions of what gives a trial its worth; of a class its module's source too."""
    own = estimator.class_path
    top = estimator.name.partition(".")[0]
    distributions = packages_distributions().get(top, ())
    code = {name: version(name) for name in (*_PACKAGES, *distributions)}
    module = None if own is None else sys.modules.get(class_at(own).__module__)
    file = getattr(module, "__file__", None)
    if own is not None and file is not None:
        # also of one with a version: a project that is installed in place changes without another
        code[own] = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    return code


@dataclass(frozen=True, eq=False)
class StudyPlace:
    """Where a study is kept.

    Attributes
    ----------
    open
        Opens the storage, in this process and in those that help it.
    name
        The study's name in it.
    explained
        Makes a context in which a failing storage is a clear error.
    """

    open: "Callable[[], BaseStorage]"
    name: str
    explained: Callable[[], AbstractContextManager[None]] = nullcontext


def study_seed(spec: ModelSpec, as_of: dt.date) -> int:
    """Return the seed of a study's draws: another one each day.

    With the same seed every study would draw again what the last one drew first.
    """
    return int(
        np.random.SeedSequence([spec.retraining.seed, as_of.toordinal()]).generate_state(1)[0]
    )


def tuning_study(
    training_dataset: pd.DataFrame,
    *,
    spec: ModelSpec,
    as_of: dt.date,
    champion: Parameters | None = None,
    place: StudyPlace | None = None,
    progress: Progress | None = None,
) -> StudyResult:
    """Search the estimator's space: fit on train, weighted slice score on validation.

    The champion's parameters are the first trial, then the best of the last studies; the preset's
    defaults if there are neither.

    Parameters
    ----------
    training_dataset, spec, as_of
        As for `tuning_objective`.
    champion
        Parameters of the champion, if it is of the same estimator.
    place
        Where the study is kept; None: in memory, by this process alone.
    progress
        Told each trial as it ends.

    Raises
    ------
    DataError
        If nothing can be learned or scored.
    StudyError
        If the storage fails.
    """
    retraining, seed = spec.retraining, study_seed(spec, as_of)
    # a study that is over already needs none
    objective = cache(partial(tuning_objective, training_dataset, spec=spec, as_of=as_of))
    budget = Budget(retraining.trials, retraining.timeout_seconds, retraining.min_improvement)

    def value(*arguments: Any, **named: Any) -> Judgement:
        return objective()(*arguments, **named)

    search = partial(
        tune,
        value,
        preset=estimator_of(retraining.estimator),
        budget=budget,
        seed=seed,
        # before any trial: what fails here is no fault of its parameters, and its time not theirs
        prepare=objective,
        progress=progress,
    )
    starts = _starts(champion, retraining.estimator)
    if place is None:
        return search(first=starts)
    with place.explained():
        storage, what = place.open(), searched(spec)
        before = earlier_studies(storage, spec.name, as_of.isoformat(), what)
        first, gaps = [*starts, *starts_of(before)], gaps_of(before)
        helpers = partial(
            with_helpers,
            objective,
            budget,
            reopen=place.open,
            name=place.name,
            seed=seed,
            count=retraining.n_workers - 1,
            starts=usable(first, estimator_of(retraining.estimator)),
            earlier=gaps,
        )
        if retraining.n_workers > 1:
            search = partial(search, helpers=helpers)
        return search(
            first=first,
            earlier=gaps,
            storage=storage,
            name=place.name,
            search=what,
            worker=this_worker(),
        )


def _starts(champion: Parameters | None, estimator: EstimatorSpec) -> list[Start]:
    if champion is None:
        return []
    preset = estimator_of(estimator)
    tried = {*preset.space, preset.iterations}
    given = {name: value for name, value in champion.items() if name not in tried}
    same = given == dict(estimator.parameters)
    # with another given value it is not what the champion is, though its parameters may be good
    return [Start(champion, "champion" if same else "earlier study")]


def _lines(spec: ModelSpec) -> Sequence[SliceSpec]:
    return spec.monitoring.slices or ()


def _digest(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]
