"""Studies to the end of their budget, on surfaces and on real values, and when a rule ends them."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import optuna
import pandas as pd

from ctml_assets.core.tuning.stopping import gaps, is_worth_it, prospect

LONGEST = 50
# What a study has spent before its champion is handed on.
EARLIER = 25
REAL = Path(__file__).parent / "random_draws.csv"
KINDS = ("bowl3", "bowl6", "flat", "rare", "heavy")
WORLDS = ("cold", "stable", "changed")

Rule = Callable[["Study", int, int], bool]


@dataclass(frozen=True)
class Study:
    """A whole study.

    ``values`` are of all its trials, ``known`` is None of pruned ones; the first ``starts`` trials
    are no draws.
    """

    kind: str
    starts: int
    values: list[float]
    known: list[float | None]
    points: list
    earlier: tuple[float | None, ...] = ()

    def gaps(self):
        return gaps(starts=self.known[: self.starts], draws=self.known[self.starts : EARLIER])

    def best_point(self):
        return self.points[int(np.argmax(self.values[:EARLIER]))]


@dataclass(frozen=True)
class Surface:
    """An objective over the unit cube: best values near .72, as an area under a curve has."""

    kind: str
    optimum: np.ndarray
    box: np.ndarray
    level: float
    rng: np.random.Generator

    def __call__(self, x):
        weights = 0.5 ** np.arange(len(x))
        bowl = -0.06 * (weights * (x - self.optimum) ** 2).sum() / weights.sum()
        noise = 0.0004 * self.rng.standard_normal()
        if self.kind == "flat":
            bowl = 0.0
        elif self.kind == "rare":
            side = 0.05 ** (1 / len(x))
            inside = ((x > self.box) & (x < self.box + side)).all()
            bowl = 0.3 * bowl + 0.01 * inside
        elif self.kind == "heavy":
            bowl, noise = 0.1 * bowl, 0.002 * self.rng.pareto(3)
        return self.level + bowl + noise


def surface(kind, seed, like=None):
    """Draw a surface; ``like`` another, it has nearly the same optimum at another level."""
    rng = np.random.default_rng(seed)
    d = int(kind[4:]) if kind.startswith("bowl") else 4
    optimum, box = 0.1 + 0.8 * rng.random(d), rng.random(d) * (1 - 0.05 ** (1 / d))
    if like is not None:
        optimum, box = np.clip(like.optimum + 0.03 * rng.standard_normal(d), 0, 1), like.box
    return Surface(kind, optimum, box, 0.72 + 0.01 * rng.standard_normal(), rng)


def searched(on, starts, seed, earlier=()):
    """Run TPE to the longest budget, as the product sets it up, with trials pruned now and then."""
    d = len(on.optimum)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, n_startup_trials=5)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    for start in starts:
        study.enqueue_trial({f"x{i}": float(at) for i, at in enumerate(start)})
    rng, values, points = np.random.default_rng(seed), [], []
    known: list[float | None] = []
    for number in range(LONGEST):
        trial = study.ask()
        x = np.array([trial.suggest_float(f"x{i}", 0, 1) for i in range(d)])
        values.append(float(on(x)))
        points.append(x)
        known.append(_pruned_or_not(values, number, rng))
        if known[-1] is None:
            trial.report(values[-1], 1)
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, values[-1])
    return Study(on.kind, len(starts), values, known, points, earlier)


def _pruned_or_not(values, number, rng):
    poor = number >= 5 and values[-1] < np.median(values[:-1])
    return None if poor and rng.random() < 0.7 else values[-1]


@cache
def _before(kind, seed):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    on = surface(kind, 7 * seed)
    return on, searched(on, [_middle(on)], seed)


def _middle(on):
    return np.full(len(on.optimum), 0.5)


@cache
def synthetic(world, count):
    """Return studies of all kinds; in a world that is not cold after one on a like surface."""
    found = []
    for kind in KINDS:
        for seed in range(count):
            before, first = _before(kind, seed)
            if world == "cold":
                found.append(first)
                continue
            now = surface(kind, 7 * seed + 3, before if world == "stable" else None)
            starts = [first.best_point(), _middle(now)]
            found.append(searched(now, starts, seed + 1000, first.gaps()))
    return tuple(found)


@cache
def replayed(world, count):
    """Return the real draws in random orders; not cold: after a study of the same draws.

    Stable: of the same day, in another order. Changed: of the as-of day before, months away.
    """
    table = pd.read_csv(REAL, comment="#").to_numpy()
    found = []
    for column in range(table.shape[1]):
        if world == "changed" and column % 4 == 0:
            continue
        for seed in range(count):
            rng = np.random.default_rng([column, seed])
            order = rng.permutation(len(table))
            first = _replay(table[:, column - (world == "changed")], order, 1, rng)
            if world == "cold":
                found.append(first)
                continue
            champion = order[int(np.argmax(first.values[:EARLIER]))]
            others = rng.permutation([i for i in order if i not in (champion, order[0])])
            again = np.array([champion, order[0], *others])
            found.append(_replay(table[:, column], again, 2, rng, first.gaps()))
    return tuple(found)


def _replay(values, order, starts, rng, earlier=()):
    taken = [float(value) for value in values[order[:LONGEST]]]
    known = [
        taken[number] if number < starts else _pruned_or_not(taken[: number + 1], number, rng)
        for number in range(LONGEST)
    ]
    return Study("real", starts, taken, known, list(order), earlier)


def stops(min_improvement, use_earlier=True):
    """Return the rule of the product."""

    def rule(study, done, trials):
        outlook = prospect(
            starts=study.known[: study.starts],
            draws=study.known[study.starts : done],
            left=trials - done,
            earlier=study.earlier if use_earlier else (),
        )
        return not is_worth_it(outlook, min_improvement)

    return rule


def stagnates(patience):
    """Return the simple rule: no new best in the last so many trials."""

    def rule(study, done, trials):
        return done - 1 - int(np.argmax(study.values[:done])) >= patience

    return rule


def ended(studies, trials, rule):
    """Return how many trials each study took, and the share of the best value that it missed.

    Returns
    -------
    ndarray of float64, shape (studies, 2)
    """
    rows = []
    for study in studies:
        done = study.starts
        while done < trials and not rule(study, done, trials):
            done += 1
        most = max(study.values[:trials])
        rows.append((done, (most - max(study.values[:done])) / abs(most)))
    return np.array(rows)
