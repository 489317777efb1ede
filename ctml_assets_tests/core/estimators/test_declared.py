"""A preset with parameters given and dimensions declared."""

import numpy as np
import pytest

from ctml_assets.core.estimators import (
    Choices,
    FloatRange,
    Fold,
    IntRange,
    Overridden,
    Setting,
    dimension_of,
    estimator_of,
    get_estimator,
    lies_in,
    space_of,
)
from ctml_assets.core.spec import DimensionSpec, EstimatorSpec
from ctml_assets.errors import DeclarationError

HGB = "hist_gradient_boosting"
TASK = "binary_classification"


def declared(preset=HGB, **more):
    return estimator_of(EstimatorSpec.model_validate({"preset": preset, **more}))


@pytest.mark.parametrize(
    ("spec", "dimension"),
    [
        ({"low": 1, "high": 5}, IntRange(1, 5)),
        ({"low": 1, "high": 5, "log": True}, IntRange(1, 5, log=True)),
        ({"low": 1.0, "high": 5}, FloatRange(1.0, 5.0)),
        ({"low": 1, "high": 5.5, "log": True}, FloatRange(1.0, 5.5, log=True)),
        ({"choices": ["a", None, 1, 2.0, True][:4]}, Choices(("a", None, 1, 2.0))),
    ],
)
def test_a_dimension_is_what_is_declared(spec, dimension):
    made = dimension_of(DimensionSpec(**spec))
    assert made == dimension
    assert type(made) is type(dimension)
    assert space_of({"x": DimensionSpec(**spec)}) == {"x": dimension}


def test_a_dimension_that_was_never_validated_is_refused():
    with pytest.raises(DeclarationError, match="must be low and high, or choices"):
        dimension_of(DimensionSpec.model_construct(low=3))


def test_a_preset_of_which_nothing_is_declared_is_the_preset():
    assert declared() is get_estimator(HGB)


def test_declared_dimensions_replace_and_extend_the_presets():
    own = {"learning_rate": {"low": 0.2, "high": 0.3}, "max_depth": {"choices": [3, None]}}
    made, preset = declared(space=own), get_estimator(HGB)
    assert made.space == {
        **preset.space,
        "learning_rate": FloatRange(0.2, 0.3),
        "max_depth": Choices((3, None)),
    }
    assert made.iterations == preset.iterations == "max_iter"
    assert (made.name, made.tasks) == (preset.name, preset.tasks)
    assert made.comparable_from == preset.comparable_from
    assert made.rungs(10_000) == preset.rungs(10_000)


def test_given_parameters_are_not_searched():
    made = declared(parameters={"learning_rate": 0.05})
    assert "learning_rate" not in made.space
    assert set(made.space) == set(get_estimator(HGB).space) - {"learning_rate"}


@pytest.mark.parametrize("given", [1, 10, 17, 300, 1000])
def test_given_iterations_are_the_last_rung_and_not_read_off(given):
    made = declared(parameters={"max_iter": given})
    rungs = made.rungs(10_000)
    assert made.iterations is None
    assert rungs[-1] == given
    assert list(rungs) == sorted(set(rungs))
    assert set(rungs[:-1]) <= set(get_estimator(HGB).rungs(10_000))


def test_other_given_parameters_leave_the_rungs_alone():
    assert declared("ridge", parameters={"alpha": 3.0}).rungs(40_000) == (10_000, 40_000)


def test_defaults_lie_in_the_declared_space_and_hold_what_is_given():
    made = declared(
        parameters={"max_features": 0.9, "interaction_cst": "pairwise"},
        space={
            "learning_rate": {"low": 0.2, "high": 0.3},
            "l2_regularization": {"low": 0.5, "high": 2.0},
            "max_depth": {"choices": [3, None]},
        },
    )
    defaults, own = made.default_parameters(), get_estimator(HGB).default_parameters()
    assert lies_in(defaults, made.space)
    assert defaults["learning_rate"] == pytest.approx(0.25)
    assert defaults["max_depth"] == 3
    assert {name: defaults[name] for name in ("max_features", "interaction_cst")} == {
        "max_features": 0.9,
        "interaction_cst": "pairwise",
    }
    # those that may be tried stay as they are
    for name in ("l2_regularization", "max_leaf_nodes", "max_iter"):
        assert defaults[name] == own[name]


def test_the_model_has_what_is_given_whatever_was_tried():
    made = declared(parameters={"learning_rate": 0.05, "max_iter": 40})
    model = made.model(TASK, {"max_leaf_nodes": 9}, numeric=2, categorical=1, seed=3)
    assert (model.learning_rate, model.max_iter, model.max_leaf_nodes) == (0.05, 40, 9)
    # an earlier champion's
    stale = made.model(TASK, {"learning_rate": 0.3}, numeric=2, categorical=1, seed=3)
    assert stale.learning_rate == 0.05


@pytest.mark.parametrize(("asked", "given", "few"), [(12, 40, 12), (50, 40, 40), (12, None, 12)])
def test_a_probe_is_cheap_though_iterations_are_given(asked, given, few):
    parameters = {"learning_rate": 0.05} | ({} if given is None else {"max_iter": given})
    made = declared(parameters=parameters)
    model = made.model(TASK, made.probe_parameters(asked), numeric=2, categorical=1, seed=3)
    assert (model.max_iter, model.learning_rate) == (few, 0.05)


def test_a_probe_of_what_has_no_iterations_has_the_defaults():
    made = declared("ridge", parameters={"alpha": 3.0})
    assert made.probe_parameters(12) == made.default_parameters() == {"alpha": 3.0}


def test_a_trial_is_the_model_with_what_is_given():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(400, 2))
    y = (x[:, 0] + rng.normal(size=400) > 0).astype(int)
    fold = Fold(x=x[:300], y=y[:300], weight=None, x_validation=x[300:])
    setting = Setting(task=TASK, numeric=2, categorical=0, seed=3)
    made = declared(parameters={"learning_rate": 0.05, "max_iter": 15})
    tried, seen = {"max_leaf_nodes": 5}, {}

    def watch(rung, prediction):
        seen[rung] = np.array(prediction)
        return True

    made.learner(fold, setting).fit(tried, watch, rungs=made.rungs(300))
    model = made.model(TASK, tried, numeric=2, categorical=0, seed=3).fit(fold.x, fold.y)
    assert list(seen) == list(made.rungs(300))
    np.testing.assert_allclose(seen[15], model.predict_proba(fold.x_validation), rtol=1e-9)


def test_it_encodes_as_the_preset_does():
    made = Overridden(get_estimator("ridge"), {"alpha": 3.0}, {})
    mine, own = made.encoder(["u"], ["c"]), get_estimator("ridge").encoder(["u"], ["c"])
    assert repr(mine) == repr(own)
