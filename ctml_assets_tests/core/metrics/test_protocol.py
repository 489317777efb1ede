"""What every metric refuses, by the checks of the protocol, with count and remedy."""

import re

import numpy as np
import pytest

from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.errors import DataError
from ctml_assets_tests.core.metrics.cases import CASES, EVERY, healthy

CLASSIFIERS = pytest.mark.parametrize(
    "case", [case for case in CASES if case.classes], ids=lambda case: f"{case.name}-{case.classes}"
)
PROBABILISTIC = pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.name in ("neg_log_loss", "neg_brier_score")],
    ids=lambda case: f"{case.name}-{case.classes}",
)


def accumulate(case, outcomes):
    return case.metric.accumulate(outcomes, np.zeros(len(outcomes), dtype=np.int32), 1)


@CLASSIFIERS
@pytest.mark.parametrize("odd", [0.5, -1.0, 7.0])
def test_labels_that_are_no_class_are_counted(case, odd):
    outcomes, _ = healthy(case)
    outcomes.y[[3, 5]] = odd
    wanted = "0 or 1" if case.classes == 2 else f"a class number from 0 to {case.classes - 1}"
    with pytest.raises(DataError, match=f"{case.name}: label must be {wanted}, got 2 others of 48"):
        accumulate(case, outcomes)


@PROBABILISTIC
@pytest.mark.parametrize("outside", [-1e-9, 1 + 1e-9, 7.0])
def test_probabilities_outside_0_and_1_are_counted(case, outside):
    outcomes, _ = healthy(case)
    outcomes.prediction[[1, 2, 3]] = outside
    with pytest.raises(DataError, match=r"in \[0, 1\].*, got 3 rows of 48 that are not; predict"):
        accumulate(case, outcomes)


@pytest.mark.parametrize("classes", [3, 5])
def test_class_probabilities_that_do_not_sum_to_1_are_counted(classes):
    case = next(c for c in CASES if (c.name, c.classes) == ("neg_log_loss", classes))
    outcomes, _ = healthy(case)
    outcomes.prediction[:4] *= 0.99
    with pytest.raises(DataError, match=r"in \[0, 1\] and sum to 1, got 4 rows of 48"):
        accumulate(case, outcomes)


def test_float32_probabilities_sum_to_1_well_enough():
    p = np.random.default_rng(0).dirichlet(np.ones(50), 20).astype(np.float32)
    case = next(c for c in CASES if c.name == "neg_log_loss")
    assert np.isfinite(case.metric.value(accumulate(case, Outcomes(np.arange(20.0), p)))).all()


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_of_one_column_refuses_several(name):
    metric = METRICS[name]
    outcomes = Outcomes(np.arange(3.0), np.eye(3), query=np.zeros(3, dtype=np.uint64))
    if "multiclass_classification" in metric.tasks:
        assert metric.accumulate(outcomes, np.zeros(3, np.int32), 1).slices == 1
        return
    with pytest.raises(DataError, match=rf"{name}: prediction must be one .* a row, got 3 columns"):
        metric.accumulate(outcomes, np.zeros(3, np.int32), 1)


@EVERY
def test_a_stored_statistic_of_other_columns_or_slices_is_refused(case):
    outcomes, codes = healthy(case)
    columns = case.metric.accumulate(outcomes, codes, 2).columns()
    where = re.escape(case.name) + ": statistic must have the columns "
    with pytest.raises(DataError, match=where):
        case.metric.from_columns({}, 2)
    with pytest.raises(DataError, match=where + ".* of 3 slices"):
        case.metric.from_columns(columns, 3)
    for lacking in set(columns) - {"key"}:
        rest = {name: column for name, column in columns.items() if name != lacking}
        with pytest.raises(DataError, match=f"{where}.*{lacking}"):
            case.metric.from_columns(rest, 2)


@EVERY
def test_no_rows_are_undefined_and_say_so(case):
    outcomes, _ = healthy(case)
    nothing = case.metric.accumulate(outcomes, np.full(48, -1, dtype=np.int32), 2)
    np.testing.assert_array_equal(case.metric.value(nothing), [np.nan, np.nan])
    assert case.metric.undefined(nothing) == dict.fromkeys((0, 1), "no labelled row of weight")
    weightless = Outcomes(outcomes.y, outcomes.prediction, np.zeros(48), outcomes.query)
    assert case.metric.undefined(accumulate(case, weightless)) == {0: "no labelled row of weight"}
    np.testing.assert_array_equal(case.metric.influence(nothing, nothing), [0, 0])


NUMBERS = pytest.mark.parametrize(
    "case", [case for case in CASES if not case.classes], ids=lambda case: case.name
)


@NUMBERS
@pytest.mark.parametrize("labels", [[1e308, 1e308, 1e308], [1e308, -1e308, 0.0]])
def test_an_overflow_is_an_error_and_no_infinite_score(case, labels):
    y = np.array(labels)
    with pytest.raises(DataError, match="must be small enough for a finite score"):
        case.metric.value(accumulate(case, Outcomes(y, -y[::-1])))


@NUMBERS
def test_large_numbers_are_scored_unless_their_squares_overflow(case):
    total = accumulate(case, Outcomes(np.array([1e200, 2e200]), np.array([2e200, 1e200])))
    if case.name in ("r2", "neg_root_mean_squared_error"):
        with pytest.raises(DataError, match="must be small enough for a finite score"):
            case.metric.value(total)
    else:
        assert np.isfinite(case.metric.value(total)).all()
