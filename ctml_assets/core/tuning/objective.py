"""What a trial is worth: the model's own drift score on the validation days."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ctml_assets.core.drift import LineWeight, line_weights, score_lines, weighted_score
from ctml_assets.core.estimators import (
    Fold,
    Learner,
    Parameters,
    Preset,
    Setting,
    estimator_of,
)
from ctml_assets.core.metrics import Metric, Outcomes, get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.records.target import known_classes
from ctml_assets.core.slices import SliceLine, cut
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import (
    as_inputs,
    as_prediction,
    as_target,
    feature_names,
    rows_to_learn_from,
    weight_argument,
)
from ctml_assets.errors import DataError

Report = Callable[[int, float], bool]
"""Told the step and the running best of a trial; says whether the trial goes on."""

# A trial ends when its running best is older than so many iterations, or this share of them.
PATIENCE = 30
PATIENCE_SHARE = 0.3
# Trials are compared whenever they have spent twice as much: each report is a write to the storage.
DOUBLED = 2


@dataclass(frozen=True, eq=False)
class FoldRows:
    """The labelled records of one fold.

    Attributes
    ----------
    train : DataFrame of shape (n, columns)
        Records to learn from.
    y : ndarray of float64, shape (n,)
        Their labels.
    validation : DataFrame of shape (m, columns)
        Labelled records of later days, on which a trial is scored.
    """

    train: pd.DataFrame
    y: NDArray[np.float64]
    validation: pd.DataFrame


@dataclass(frozen=True)
class Judgement:
    """What became of one trial.

    Attributes
    ----------
    value
        Mean over the folds of the weighted slice score, higher is better; None: it was pruned, or
        no slice could be scored.
    parameters
        What was tried, with the iterations that were best.
    pruned
        Whether it was stopped for being worse than others.
    """

    value: float | None
    parameters: Mapping[str, Any]
    pruned: bool = False


@dataclass(frozen=True, eq=False)
class _Prepared:
    learner: Learner
    rungs: tuple[int, ...]
    outcomes: Outcomes
    lines: tuple[SliceLine, ...]
    learned: tuple[int, ...]


class Objective:
    """The objective of a study; whatever no parameter changes is done once, when it is made.

    It can be pickled: several processes then share its arrays.

    Parameters
    ----------
    folds
        At least one; the earliest first.
    spec
        A complete declaration.

    Raises
    ------
    DataError
        If the training rows of a fold cannot be learned from, or nothing can be scored.
    """

    def __init__(self, folds: Sequence[FoldRows], *, spec: ModelSpec) -> None:
        task, lines, name = spec.task, spec.monitoring.slices, spec.monitoring.metric
        if task is None or lines is None or name is None:
            raise DataError(f"{spec.name}: task, metric and slices are not inferred yet")
        self._spec = spec
        self._preset = estimator_of(spec.retraining.estimator)
        self._metric: Metric = get_metric(name)
        self._weights: Mapping[str, LineWeight] = line_weights(lines)
        setting = Setting(
            task=task,
            numeric=len(feature_names(spec, "numeric")),
            categorical=len(feature_names(spec, "categorical")),
            seed=spec.retraining.seed,
            threads=spec.retraining.threads,
        )
        with threadpool_limits(spec.retraining.threads):
            self._folds = tuple(_prepared(fold, spec, self._preset, setting) for fold in folds)

    @property
    def preset(self) -> Preset:
        """The estimator that is tuned."""
        return self._preset

    def __call__(
        self, parameters: Parameters, report: Report | None = None, *, at_least: int = 0
    ) -> Judgement:
        """Fit on each fold and score its validation days.

        Parameters
        ----------
        parameters
            One value for each dimension of the space.
        report
            Told the running best every now and then; a trial that must not go on is pruned.
        at_least
            Iterations below which no trial ends early, and which are scored exactly: those of a
            champion, so that a study is never worse than keeping them.
        """
        bests: list[float] = []
        iterations: list[int] = []
        for number, fold in enumerate(self._folds):
            watching = _Watching(self, fold, number, bests, report, at_least)
            with threadpool_limits(self._spec.retraining.threads):
                fold.learner.fit(parameters, watching, rungs=watching.rungs)
            if watching.pruned or watching.best is None:
                return Judgement(None, dict(parameters), watching.pruned)
            bests.append(watching.best)
            iterations.append(watching.best_at)
        name = self._preset.iterations
        found = {} if name is None else {name: round(float(np.mean(iterations)))}
        return Judgement(float(np.mean(bests)), {**parameters, **found})

    def score(self, fold: _Prepared, said: NDArray[Any]) -> float | None:
        """Return the weighted slice score of predictions of a fold's validation rows."""
        prediction = as_prediction(said, fold.learned, self._spec)
        if not np.isfinite(prediction).all():
            return None
        scores = score_lines(
            fold.lines,
            replace(fold.outcomes, prediction=prediction),
            metric=self._metric,
            min_support=self._spec.monitoring.min_support,
        )
        return weighted_score(scores, self._weights)


class _Watching:
    """Scores the rungs of one fit, and says when to stop it."""

    def __init__(
        self,
        objective: Objective,
        fold: _Prepared,
        number: int,
        bests: Sequence[float],
        report: Report | None,
        at_least: int,
    ) -> None:
        self._objective, self._fold, self._before = objective, fold, list(bests)
        self._report, self._at_least = report, at_least
        self._iterates = objective.preset.iterations is not None
        rungs = fold.rungs
        if self._iterates and at_least:
            rungs = tuple(sorted({*rungs, at_least}))
        self.rungs = rungs
        # steps of later folds come after all those of earlier ones
        self._first_step = number * len(fold.rungs)
        self._steps = _compared(fold.rungs, objective.preset.comparable_from)
        self.best: float | None = None
        self.best_at = rungs[-1]
        self.pruned = False

    def __call__(self, rung: int, said: NDArray[Any]) -> bool:
        value = self._objective.score(self._fold, said)
        last = rung == self.rungs[-1]
        if value is not None and (self._iterates or last) and _is_better(value, self.best):
            self.best, self.best_at = value, rung
        if value is None or last:
            return not last
        if self._report is not None and rung in self._steps:
            running = value if self.best is None else self.best
            step = self._first_step + self._steps[rung]
            if not self._report(step, float(np.mean([*self._before, running]))):
                self.pruned = True
                return False
        return not self._is_stale(rung)

    def _is_stale(self, rung: int) -> bool:
        if not self._iterates or rung < self._at_least:
            return False
        return rung - self.best_at >= max(PATIENCE, PATIENCE_SHARE * rung)


def _compared(rungs: Sequence[int], first: int) -> dict[int, int]:
    """Return the rungs at which trials are compared, numbered."""
    chosen: list[int] = []
    for rung in rungs[:-1]:
        if rung >= first and (not chosen or rung >= DOUBLED * chosen[-1]):
            chosen.append(rung)
    return {rung: number for number, rung in enumerate(chosen)}


def _is_better(value: float, best: float | None) -> bool:
    return best is None or value > best


def _prepared(rows: FoldRows, spec: ModelSpec, preset: Preset, setting: Setting) -> _Prepared:
    if rows.validation.empty:
        raise DataError(
            f"{spec.name}: each fold must have labelled rows to be scored on, got one without any; "
            "materialize records of those days, or declare fewer folds"
        )
    learned = rows_to_learn_from(rows.train, rows.y, spec)
    numeric, categorical = feature_names(spec, "numeric"), feature_names(spec, "categorical")
    encoder: Any = preset.encoder(numeric, categorical)
    x = encoder.fit_transform(as_inputs(learned.frame, spec))
    y = as_target(learned.y, spec)
    example = preset.model(
        setting.task,
        preset.default_parameters(),
        numeric=setting.numeric,
        categorical=setting.categorical,
        seed=setting.seed,
    )
    weight = weight_argument(example, learned.weight, spec).get("sample_weight")
    fold = Fold(x, y, weight, encoder.transform(rows.validation.loc[:, list(feature_names(spec))]))
    several = spec.task == "multiclass_classification"
    unknown = (len(rows.validation), len(known_classes(spec))) if several else len(rows.validation)
    return _Prepared(
        learner=preset.learner(fold, setting),
        rungs=preset.rungs(len(y)),
        outcomes=outcomes_of(rows.validation, np.zeros(unknown), spec=spec),
        lines=tuple(cut(rows.validation, spec.monitoring.slices or ())),
        learned=() if spec.task == "regression" else tuple(int(number) for number in np.unique(y)),
    )
