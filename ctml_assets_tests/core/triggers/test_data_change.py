import pytest

from ctml_assets.core.spec import DataChangeSpec
from ctml_assets.core.triggers import Answered
from ctml_assets.core.triggers.data_change import COUNTS, DataChange
from ctml_assets_tests.core.triggers.looks import SERVING, changes, look


def _answer(found, **settings):
    return DataChange().ask(DataChangeSpec(**settings), look(changes=found), SERVING)


@pytest.mark.parametrize("measure", sorted(set(COUNTS) - {"classifier"}))
def test_an_effect_counts_from_its_default_on(measure):
    counts = COUNTS[measure]
    for effect, answered in ((counts, Answered.YES), (counts - 1e-9, Answered.NO)):
        assert _answer(changes(measure, x1=effect), measure=measure).answered is answered


@pytest.mark.parametrize(
    ("moved", "of", "share", "answered"),
    [
        (2, 10, 0.2, Answered.YES),
        (1, 10, 0.2, Answered.NO),
        # 0.55 * 20 is a little more than 11, as 0.7 * 10 or 0.07 * 100 may be than 7
        (11, 20, 0.55, Answered.YES),
        (10, 20, 0.55, Answered.NO),
        (7, 100, 0.07, Answered.YES),
        (10, 10, 1.0, Answered.YES),
        (9, 10, 1.0, Answered.NO),
        # one of few columns is more than a small share of them, none is not
        (1, 3, 0.01, Answered.YES),
        (0, 3, 0.01, Answered.NO),
        (0, 3, 1e-12, Answered.NO),
    ],
)
def test_a_share_of_the_columns_must_have_changed(moved, of, share, answered):
    effects = {f"x{at}": 0.9 if at < moved else 0.0 for at in range(of)}
    assert _answer(changes(**effects), share_of_features=share).answered is answered


def test_the_reason_names_the_most_changed_columns():
    fired = _answer(changes("psi", a=0.3, b=0.5, c=0.0, d=0.26, e=0.9), measure="psi")
    assert fired.reason == (
        "psi at least 0.25 in 4 of 5 columns (e 0.90, b 0.50, a 0.30), 80% >= 20%"
    )
    below = _answer(changes("psi", a=0.1, b=0.0), measure="psi", at_least=0.2)
    assert below.reason == "psi at least 0.20 in 0 of 2 columns, 0% < 20%"


def test_only_the_declared_columns_are_looked_at():
    found = changes(a=0.9, b=0.0, prediction=0.0)
    assert _answer(found, features=["b", "prediction"]).answered is Answered.NO
    assert _answer(found, features=["a"]).answered is Answered.YES


@pytest.mark.parametrize(
    ("auc", "answered", "reason"),
    [
        (0.8, Answered.YES, "ROC AUC 0.80 >= 0.75, by x1, x2"),
        (0.7, Answered.NO, "ROC AUC 0.70 < 0.75, by x1, x2"),
    ],
)
def test_a_classifier_must_tell_old_rows_from_new(auc, answered, reason):
    answer = _answer(changes("classifier", **{"all columns": auc}), measure="classifier")
    assert answer.answered is answered
    assert answer.reason == f"a model tells old rows from new with {reason}"


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (None, "the data were not compared"),
        (changes(rows=499, x1=0.9), "499 rows, fewer than 500"),
        (changes(sample_rows=0, x1=0.9), "0 rows of the training sample, fewer than 500"),
        (
            changes(reason="champion v1 has no training sample"),
            "champion v1 has no training sample",
        ),
        (changes("psi", x1=0.9), "jensen_shannon could be measured on no column"),
        (changes(), "jensen_shannon could be measured on no column"),
    ],
)
def test_what_is_not_measured_is_not_evaluable(found, why):
    answer = _answer(found)
    assert (answer.answered, answer.reason) == (Answered.UNKNOWN, f"not evaluable: {why}")


def test_the_fewest_rows_are_enough():
    assert _answer(changes(rows=500, sample_rows=500, x1=0.9)).fired


def test_declared_columns_that_are_not_measured_are_not_evaluable():
    answer = _answer(changes(x1=0.9), features=["x2"])
    assert answer.answered is Answered.UNKNOWN
