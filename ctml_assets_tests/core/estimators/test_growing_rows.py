from dataclasses import replace

import numpy as np
import pytest

from ctml_assets.core.estimators import Fold, Setting
from ctml_assets.core.estimators.growing_rows import MIN_ROWS, GrowingRows, row_rungs
from ctml_assets_tests.core.estimators.frames import Recorder


class Remembering:
    """An estimator that knows what it was shown."""

    def __init__(self, seen):
        self.seen = seen

    def fit(self, x, y, **weighing):
        self.seen.append((x, y, weighing))
        self.classes = np.unique(y)
        return self

    def predict_proba(self, x):
        return np.full((len(x), len(self.classes)), 1 / len(self.classes))

    def predict(self, x):
        return np.zeros(len(x))


def shown(y, rungs, *, task="binary_classification", weight=None, seed=0):
    seen = []
    x = np.arange(len(y), dtype=float).reshape(-1, 1)
    setting = Setting(task, numeric=1, categorical=0, seed=seed)
    recorder = Recorder()
    learner = GrowingRows(Fold(x, y, weight, x[:3]), setting, lambda _: Remembering(seen))
    learner.fit({}, recorder, rungs=rungs)
    assert recorder.rungs == list(rungs)
    return [(rows[:, 0].astype(int), labels, weighing) for rows, labels, weighing in seen]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (1, (1,)),
        (4 * MIN_ROWS - 1, (4 * MIN_ROWS - 1,)),
        (4 * MIN_ROWS, (MIN_ROWS, 4 * MIN_ROWS)),
        (1_000_003, (250_000, 1_000_003)),
    ],
)
def test_a_quarter_is_looked_at_where_it_is_worth_a_fit(rows, expected):
    assert row_rungs(rows) == expected


@pytest.mark.parametrize("task", ["binary_classification", "regression"])
def test_samples_are_nested_in_the_order_of_the_rows_and_the_last_is_the_whole(task):
    y = np.random.default_rng(0).integers(0, 2, 400)
    y = y.astype(float) if task == "regression" else y
    small, large, whole = (rows for rows, _, _ in shown(y, (50, 100, 400), task=task))
    assert (len(small), len(large)) == (50, 100)
    assert set(small) < set(large)
    for rows in (small, large):
        assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(whole, np.arange(400))


def test_labels_and_weights_are_those_of_the_sampled_rows():
    rng = np.random.default_rng(1)
    y, weight = rng.integers(0, 3, 300), rng.uniform(size=300)
    for rows, labels, weighing in shown(
        y, (40, 300), task="multiclass_classification", weight=weight
    ):
        np.testing.assert_array_equal(labels, y[rows])
        np.testing.assert_array_equal(weighing["sample_weight"], weight[rows])


def test_without_weights_none_are_given():
    assert [weighing for *_, weighing in shown(np.arange(8) % 2, (4, 8))] == [{}, {}]


def test_a_sample_holds_each_class_by_its_share_and_a_rare_one_once():
    y = np.random.default_rng(2).permutation(np.repeat([0, 1, 2], [9_000, 999, 1]))
    for seed in range(5):
        rows, labels, _ = shown(y, (1_000, 10_000), seed=seed)[0]
        assert len(rows) == 1_000
        counts = np.bincount(labels)
        assert counts[2] == 1
        assert counts[1] == pytest.approx(100, abs=1)


def test_another_seed_draws_other_rows():
    y = np.arange(400) % 2
    first, again, other = (set(shown(y, (50, 400), seed=seed)[0][0]) for seed in (0, 0, 1))
    assert first == again != other


def test_a_sample_is_no_block_of_days():
    rows, _, _ = shown(np.zeros(10_000), (2_000, 10_000), task="regression")[0]
    assert np.histogram(rows, bins=10, range=(0, 10_000))[0] == pytest.approx([200] * 10, rel=0.25)


def test_the_fold_keeps_its_arrays():
    fold = Fold(np.zeros((4, 1)), np.arange(4) % 2, None, np.zeros((1, 1)))
    learner = GrowingRows(fold, Setting("binary_classification", 1, 0, 0), lambda _: None)
    assert learner.fold is fold
    assert replace(fold, weight=np.ones(4)).x is fold.x
