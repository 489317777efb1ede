"""Uncertainty of an estimate: by hand, and against simulated days."""

import numpy as np
import pytest
from scipy import stats

from ctml_assets.core.estimation.uncertainty import (
    Component,
    around,
    of_days,
    of_labels,
    of_mix,
    overdispersion,
)

HALF = np.full((4, 2), 0.5)


class TestOfLabels:
    def test_by_hand(self):
        # pulls 0 and 1 at .25 and .75: .75 * .25
        found = of_labels(np.array([[0.0, 1.0]]), np.array([[0.25, 0.75]]))
        assert found == pytest.approx([0.1875])

    def test_a_certain_label_adds_nothing(self):
        assert of_labels(np.array([[3.0, 9.0]]), np.array([[0.0, 1.0]])) == pytest.approx([0.0])

    def test_it_is_the_variance_of_labels_drawn(self):
        rng = np.random.default_rng(0)
        pulls, p = rng.normal(size=(1, 3)), np.array([[0.2, 0.5, 0.3]])
        drawn = rng.choice(pulls[0], 200_000, p=p[0])
        assert of_labels(pulls, p)[0] == pytest.approx(drawn.var(), rel=0.02)


class TestOfMix:
    def test_rows_of_a_day_add_up_before_they_are_squared(self):
        # pulls by row 1, 1, -1, -1; by day 2, -2: (4 + 4) * 2 / 1
        pulls = np.array([[2.0, 0.0], [0.0, 2.0], [-2.0, 0.0], [0.0, -2.0]])
        found = of_mix(pulls, HALF, np.array(["mon", "mon", "tue", "tue"]))
        assert found == Component(16.0, 1.0)

    def test_rows_of_one_day_are_independent(self):
        pulls = np.array([[2.0, 0.0], [0.0, 2.0], [-2.0, 0.0], [0.0, -2.0]])
        found = of_mix(pulls, HALF, np.array(["mon"] * 4))
        assert found.variance == pytest.approx(4 * 4 / 3)
        assert found.degrees_of_freedom == 3

    def test_a_day_of_nearly_all_rows_is_as_one_day(self):
        pulls, days = np.ones((100, 2)), np.array(["mon"] * 99 + ["tue"])
        found = of_mix(pulls, np.full((100, 2), 0.5), days)
        assert found.degrees_of_freedom == 99

    def test_days_of_unequal_size_tell_less(self):
        days = np.array(["a"] * 60 + ["b"] * 20 + ["c"] * 20)
        found = of_mix(np.ones((100, 2)), np.full((100, 2), 0.5), days)
        assert found.degrees_of_freedom == pytest.approx(100**2 / (3600 + 400 + 400) - 1)

    def test_one_row(self):
        assert of_mix(np.ones((1, 2)), HALF[:1], np.array(["mon"])).degrees_of_freedom == 1


class TestOverdispersion:
    @staticmethod
    def found(rng, shock, days=40, rows=200):
        p = np.full((days * rows, 2), 0.5)
        chance = np.repeat(np.clip(0.5 + shock * rng.normal(size=days), 0, 1), rows)
        y = (rng.random(days * rows) < chance).astype(float)
        pulls = np.tile([0.0, 1.0], (days * rows, 1))
        return overdispersion(pulls, p, y, np.repeat([f"{n:02d}" for n in range(days)], rows))

    def test_independent_labels_have_about_one(self):
        rng = np.random.default_rng(1)
        assert np.mean([self.found(rng, 0.0) for _ in range(20)]) == pytest.approx(1.1, abs=0.1)

    def test_days_that_share_a_shock_have_what_was_planted(self):
        # variance of a day's sum: 200 * .25 of labels, (200 * .05)^2 of the day
        rng = np.random.default_rng(2)
        found = np.mean([self.found(rng, 0.05) for _ in range(20)])
        assert found == pytest.approx(1 + (200 * 0.05) ** 2 / (200 * 0.25), rel=0.1)

    def test_never_below_one(self):
        # both days have exactly what was expected
        pulls, y = np.tile([0.0, 1.0], (4, 1)), np.array([0.0, 1.0, 0.0, 1.0])
        assert overdispersion(pulls, HALF, y, np.array(["a", "a", "b", "b"])) == 1.0

    def test_labels_that_cannot_vary(self):
        pulls, p = np.ones((2, 2)), np.array([[0.0, 1.0], [0.0, 1.0]])
        assert overdispersion(pulls, p, np.ones(2), np.array(["a", "b"])) == 1.0


class TestAround:
    def test_one_component_is_students(self):
        found = around(1.0, [Component(0.04, 6.0)])
        assert found.standard_error == pytest.approx(0.2)
        assert found.degrees_of_freedom == pytest.approx(6.0)
        assert found.high == pytest.approx(1 + stats.t.ppf(0.975, 6) * 0.2)

    def test_without_any_variance_it_is_a_point(self):
        found = around(0.5, [Component(0.0, 3.0), Component(0.0, 8.0)])
        assert (found.standard_error, found.low, found.high) == (0.0, 0.5, 0.5)
        assert found.degrees_of_freedom == 3.0

    def test_scaling_squares(self):
        assert Component(0.5, 3.0).scaled(-2.0) == Component(2.0, 3.0)


def test_days_that_pull():
    assert of_days({"mon": 0.5, "tue": -0.5}) == Component(1.0, 1)
