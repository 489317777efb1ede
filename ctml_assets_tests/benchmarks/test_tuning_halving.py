import math

import numpy as np
import pytest

from ctml_assets.core.estimators import Choices, FloatRange, IntRange
from ctml_assets_tests.benchmarks.tuning.halving import Draws, affordable, fits, halvings


def test_halving_costs_what_its_rungs_cost():
    # 9 on a ninth, 3 on a third, 1 on all
    assert (halvings(9), fits(9)) == (2, 3)
    # 8 on a third, 3 on all
    assert (halvings(8), fits(8)) == (1, pytest.approx(8 / 3 + 3))
    assert (halvings(2), fits(2)) == (0, 2)
    assert [affordable(it) for it in (0.1, 1, 2.9, 3, 9)] == [1, 1, 3, 9, 27]


def test_draws_are_even_on_the_scale_of_their_dimension_and_never_leave_it():
    state = np.random.RandomState(0)
    drawn = {
        name: [Draws(it).rvs(state) for _ in range(2000)]
        for name, it in {
            "log": FloatRange(0.01, 100.0, log=True),
            "whole": IntRange(1, 3),
            "whole log": IntRange(1, 100, log=True),
            "even": FloatRange(1.0, 3.0),
            "choices": Choices(("a", None)),
        }.items()
    }
    # 2000 draws: the share below a point is known to .034 at three deviations
    assert np.mean(np.array(drawn["log"]) < 1) == pytest.approx(0.5, abs=0.034)
    assert np.mean(np.array(drawn["even"]) < 2) == pytest.approx(0.5, abs=0.034)
    for value in (1, 2, 3):
        assert np.mean(np.array(drawn["whole"]) == value) == pytest.approx(1 / 3, abs=0.034)
    assert np.mean(np.array(drawn["whole log"]) <= 7) == pytest.approx(
        math.log(7.5 / 0.5) / math.log(100.5 / 0.5), abs=0.034
    )
    assert (min(drawn["whole log"]), max(drawn["whole log"])) == (1, 100)
    assert set(drawn["choices"]) == {"a", None}
    assert {type(it) for it in drawn["whole"]} == {int}
