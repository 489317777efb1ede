"""Every registered metric with rows for it, easy and nasty ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from ctml_assets.core.metrics import METRICS, Outcomes

# no deadline: a busy machine is not a defect
SEEDED = settings(derandomize=True, deadline=None, max_examples=45)
RANKED = ("roc_auc", "average_precision", "map")

HALF = np.nextafter(0.5, 0)
NASTY_PROBABILITIES = [0.0, 1.0, 1e-300, 5e-324, 1 - 2**-53, 0.5, HALF, 1 - HALF, 0.3]
NASTY_NUMBERS = [0.0, -0.0, 1e-300, 5e-324, 0.1, -1e3, 1e6, 1e6 + 1, 7.25]


@dataclass(frozen=True)
class Case:
    """A metric, with the number of classes that its rows have; 0: labels are numbers."""

    metric: Any
    classes: int

    @property
    def name(self):
        return self.metric.name


def _cases():
    for metric in METRICS.values():
        yield Case(metric, 2 if "binary_classification" in metric.tasks else 0)
        if "multiclass_classification" in metric.tasks:
            yield from (Case(metric, classes) for classes in (3, 5))


CASES = tuple(_cases())
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.classes}")
EVERY_RANKED = pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.name in RANKED],
    ids=lambda case: f"{case.name}-{case.classes}",
)


@dataclass(frozen=True)
class Recipe:
    """What rows to make; the seed fixes them."""

    seed: int
    rows: int
    slices: int = 3
    kind: str = "smooth"
    weights: str = "none"
    lean: bool = False


RECIPES = st.builds(
    Recipe,
    seed=st.integers(0, 2**32 - 1),
    rows=st.one_of(st.integers(0, 6), st.integers(7, 60), st.just(400)),
    slices=st.integers(1, 3),
    kind=st.sampled_from(["smooth", "ties", "nasty"]),
    weights=st.sampled_from(["none", "dyadic", "wild"]),
    lean=st.booleans(),
)


def make(case, recipe):
    """Return outcomes and slice codes; where it leans, slices lack classes or rows."""
    rng = np.random.default_rng(recipe.seed)
    codes = rng.integers(-1, recipe.slices, recipe.rows).astype(np.int32)
    y = _labels(case, recipe, rng)
    if recipe.lean:
        codes[codes == 1] = -1
        y[codes == 0] = rng.integers(0, max(case.classes, 2))
    query = rng.integers(0, 5, recipe.rows).astype(np.uint64) * np.uint64(2**62)
    return Outcomes(y, _predictions(case, recipe, rng), _weights(recipe, rng), query), codes


def healthy(case, rows=48, slices=2, weights="dyadic", seed=3):
    """Return outcomes and codes in which every slice has a score."""
    outcomes, _ = make(case, Recipe(seed, rows, slices, "ties", weights))
    codes = np.arange(rows, dtype=np.int32) % slices
    if case.classes:
        y = (np.arange(rows) // slices) % case.classes
        weight = None if outcomes.weight is None else outcomes.weight + 0.5
        outcomes = Outcomes(y.astype(float), outcomes.prediction, weight, outcomes.query)
    return outcomes, codes


def _labels(case, recipe, rng):
    if case.classes:
        return rng.integers(0, case.classes, recipe.rows).astype(float)
    return _numbers(recipe, rng)


def _predictions(case, recipe, rng):
    if not case.classes:
        return _numbers(recipe, rng)
    if case.classes > 2:
        return _class_probabilities(case.classes, recipe, rng)
    if recipe.kind == "nasty":
        return rng.choice(NASTY_PROBABILITIES, recipe.rows)
    p = rng.random(recipe.rows)
    return p if recipe.kind == "smooth" else (p * 5).round() / 5


def _class_probabilities(classes, recipe, rng):
    p = rng.dirichlet(np.ones(classes), recipe.rows)
    if recipe.kind == "ties":
        p = p.round(1) + 0.1
        p /= p.sum(axis=1, keepdims=True)
    if recipe.kind == "nasty":
        p = np.eye(classes)[rng.integers(0, classes, recipe.rows)]
        p[p == 0] = rng.choice([0.0, 1e-300, 5e-324], np.count_nonzero(p == 0))
    return p


def _numbers(recipe, rng):
    if recipe.kind == "nasty":
        return rng.choice(NASTY_NUMBERS, recipe.rows)
    numbers = rng.normal(3, 10, recipe.rows)
    return numbers if recipe.kind == "smooth" else (numbers / 10).round()


def _weights(recipe, rng):
    if recipe.weights == "none":
        return None
    if recipe.weights == "dyadic":
        return rng.choice([0.0, 0.25, 1.0, 3.0, 8.0], recipe.rows)
    return 10 ** rng.uniform(-6, 6, recipe.rows) * (rng.random(recipe.rows) < 0.9)


def rows_of(outcomes, weight=None, chosen=slice(None)):
    """Return some rows, checked anew, with other weights if they are given."""
    weight = outcomes.weight if weight is None else weight
    picked = [None if a is None else a[chosen] for a in (weight, outcomes.query)]
    return Outcomes(outcomes.y[chosen], outcomes.prediction[chosen], *picked)


def assert_close(found, wanted, within=1e-9):
    np.testing.assert_allclose(found, wanted, rtol=within, atol=within)


def assert_same(metric, one, other, exact=False):
    """Assert that two statistics say the same; exact: that the entries of rankings are equal."""
    assert_close(metric.value(one), metric.value(other))
    assert metric.undefined(one).keys() == metric.undefined(other).keys()
    if metric.name in RANKED:
        assert (one.slices, one.bits) == (other.slices, other.bits)
        for name in ("slice", "key", "score", "positives", "negatives"):
            compare = np.testing.assert_array_equal
            if name in ("positives", "negatives") and not exact:
                compare = assert_close
            compare(getattr(one, name), getattr(other, name))
    else:
        np.testing.assert_allclose(one.values, other.values, rtol=1e-9, atol=1e-9)
