import optuna
import pytest

from ctml_assets.core.estimators import Choices, FloatRange, IntRange
from ctml_assets.core.tuning.space import combinations, suggest
from ctml_assets_tests.core.tuning.searches import SQUARE, THREE


def drawn(space, count=60):
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    return [suggest(study.ask(), space) for _ in range(count)]


@pytest.mark.parametrize("space", [SQUARE, THREE, {}])
def test_each_dimension_gets_a_value_inside_it(space):
    for parameters in drawn(space):
        assert list(parameters) == list(space)
        assert all(dimension.contains(parameters[name]) for name, dimension in space.items())


def test_values_have_their_types_and_choices_are_what_they_were():
    kinds = {tuple(map(type, parameters.values())) for parameters in drawn(SQUARE)}
    assert kinds == {(float, float, int)}
    assert {parameters["kind"] for parameters in drawn(THREE)} == {"a", None, 3}


@pytest.mark.parametrize("kind", [FloatRange, IntRange])
def test_a_log_scale_is_drawn_evenly_in_the_logarithm(kind):
    low = {
        log: sum(it["a"] < 100 for it in drawn({"a": kind(1, 10_000, log)}, 300))
        for log in (True, False)
    }
    # half of the decades, and a hundredth of the range
    assert 115 < low[True] < 185
    assert low[False] < 15


def test_what_is_queued_comes_back_as_it_is():
    study = optuna.create_study()
    queued = {"x": 1.0, "y": 0.01, "n": 9}
    study.enqueue_trial(queued)
    assert suggest(study.ask(), SQUARE) == queued


@pytest.mark.parametrize(
    ("space", "count"),
    [
        ({}, 1),
        (THREE, 3),
        (THREE | {"n": IntRange(2, 5)}, 12),
        ({"n": IntRange(1, 1_000, log=True)}, 1_000),
        (THREE | {"x": FloatRange(0, 1)}, None),
        ({"one": Choices((None,))}, 1),
    ],
)
def test_combinations_are_counted_unless_there_is_no_end_of_them(space, count):
    assert combinations(space) == count
