"""Estimators of the wrong shape: kinds, dimensions and values, whatever they are for."""

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctml_assets.declaration.judge import judge
from ctml_assets_tests.declaration.files import FIVE_LINES, extended, told, told_of

FIELDS = "preset, class, parameters, space, encoding, trusted_types"
VALUE = "true or false, a finite number, text or null"


def dimension(text: str) -> str:
    return f"{{preset: hist_gradient_boosting, space: {{max_leaf_nodes: {text}}}}}"


ONE_MISTAKE = {
    "nothing": (
        "",
        f"@: must be a mapping with some of {FIELDS}, got nothing; use for example "
        "hist_gradient_boosting",
    ),
    "a number": (
        "7",
        f"@: must be a mapping with some of {FIELDS}, got 7; use for example "
        "hist_gradient_boosting",
    ),
    "neither a preset nor a class": (
        "{}",
        "@: must have exactly one of preset and class, got none of them; add for example preset: "
        "hist_gradient_boosting",
    ),
    "parameters of nothing": (
        "{parameters: {max_iter: 3}}",
        "@: must have exactly one of preset and class, got none of them; add for example preset: "
        "hist_gradient_boosting",
    ),
    "a preset and a class": (
        "{preset: ridge, class: sklearn.svm.SVR, encoding: ordinal}",
        "@: must have exactly one of preset and class, got both; remove one of the two",
    ),
    "a preset under a wrong name": (
        "{model: ridge, parameters: {alpha: 3}}",
        f"@.model: must be one of {FIELDS}, got 'model'; remove it",
    ),
    "a preset that is a number": (
        "{preset: 7, parameters: {alpha: 3}}",
        "@.preset: must be text, got 7; put it in quotes",
    ),
    "a class that is a list": (
        "{class: [sklearn.svm.SVR]}",
        "@.class: must be text, got ['sklearn.svm.SVR']; use for example "
        "sklearn.ensemble.ExtraTreesClassifier",
    ),
    "an encoding of a preset": (
        "{preset: hist_gradient_boosting, encoding: one_hot}",
        "@.encoding: must be left out of a preset, which brings its own, got 'one_hot'; remove it",
    ),
    "a trusted type without a package": (
        "{preset: hist_gradient_boosting, trusted_types: [a.B, Booster]}",
        "@.trusted_types[1]: must be package.module.Type, got 'Booster'; use for example "
        "xgboost.core.Booster",
    ),
    "an encoding that does not exist": (
        "{class: sklearn.ensemble.ExtraTreesClassifier, encoding: onehot}",
        "@.encoding: must be one of one_hot, ordinal, got 'onehot'; use for example ordinal",
    ),
    "parameters that are a list": (
        "{preset: hist_gradient_boosting, parameters: [max_iter]}",
        f"@.parameters: must be a mapping, each value {VALUE}, got ['max_iter']; use for example "
        "{max_iter: 200}",
    ),
    "a parameter that is a list": (
        "{preset: hist_gradient_boosting, parameters: {max_iter: [7]}}",
        f"@.parameters.max_iter: must be {VALUE}, got [7]; use for example 200",
    ),
    "a parameter that is no number": (
        "{preset: hist_gradient_boosting, parameters: {learning_rate: .nan}}",
        f"@.parameters.learning_rate: must be {VALUE}, got nan; use for example 200",
    ),
    "a parameter that YAML takes for text": (
        "{preset: hist_gradient_boosting, parameters: {learning_rate: 1e-3}}",
        "@.parameters.learning_rate: must be a number where it looks like one, got the text "
        "'1e-3'; write 0.001 or 1.0e-3, without quotes",
    ),
    "a parameter that is searched too": (
        "{preset: hist_gradient_boosting, parameters: {max_leaf_nodes: 7}, "
        "space: {max_leaf_nodes: {low: 7, high: 9}}}",
        "@.space.max_leaf_nodes: must be searched or given, got it in space and in parameters; "
        "remove one of the two",
    ),
    "a space that is a list": (
        "{preset: hist_gradient_boosting, space: [max_leaf_nodes]}",
        "@.space: must be a mapping, each value a mapping with some of low, high, log, choices, "
        "got ['max_leaf_nodes']; use for example {max_leaf_nodes: {low: 7, high: 31}}",
    ),
    "a dimension that is a list": (
        dimension("[7, 31]"),
        "@.space.max_leaf_nodes: must be a mapping with some of low, high, log, choices, got "
        "[7, 31]; use for example {low: 7, high: 31}",
    ),
    "an empty dimension": (
        dimension("{}"),
        "@.space.max_leaf_nodes: must have low and high, or choices, got none of them; use for "
        "example {low: 3, high: 12}",
    ),
    "a scale of nothing": (
        dimension("{log: true}"),
        "@.space.max_leaf_nodes: must have low and high, or choices, got none of them; use for "
        "example {low: 3, high: 12}",
    ),
    "a range and choices": (
        dimension("{low: 7, high: 31, choices: [7, 31]}"),
        "@.space.max_leaf_nodes: must have low and high, or choices, got low and high and "
        "choices; keep the range or the choices",
    ),
    "a low and choices": (
        dimension("{low: 7, choices: [7, 31]}"),
        "@.space.max_leaf_nodes: must have low and high, or choices, got low and choices; keep "
        "the range or the choices",
    ),
    "a low without a high": (
        dimension("{low: 7}"),
        "@.space.max_leaf_nodes.high: must be given where low is, got low alone; add it, or use "
        "choices in place of the two",
    ),
    "a high without a low": (
        dimension("{high: 7, log: true}"),
        "@.space.max_leaf_nodes.low: must be given where high is, got high alone; add it, or use "
        "choices in place of the two",
    ),
    "a low above the high": (
        dimension("{low: 31, high: 7}"),
        "@.space.max_leaf_nodes.low: must be < high (7), got 31; swap the two",
    ),
    "a low that is the high": (
        dimension("{low: 7, high: 7}"),
        "@.space.max_leaf_nodes.low: must be < high (7), got 7; give the value under parameters "
        "instead",
    ),
    "a log scale from nothing": (
        dimension("{low: 0, high: 7, log: true}"),
        "@.space.max_leaf_nodes.low: must be > 0 on a log scale, got 0; raise it, or remove log",
    ),
    "a log scale of choices": (
        dimension("{choices: [7, 9], log: true}"),
        "@.space.max_leaf_nodes.log: must be left out of choices, got True; remove it",
    ),
    "a log scale that is a number": (
        dimension("{low: 7, high: 9, log: 10}"),
        "@.space.max_leaf_nodes.log: must be true or false, got 10; use for example false",
    ),
    "a low that is true": (
        dimension("{low: true, high: 9}"),
        "@.space.max_leaf_nodes.low: must be a finite number, got True; use for example 0.01",
    ),
    "a high that is text": (
        dimension("{low: 7, high: many}"),
        "@.space.max_leaf_nodes.high: must be a finite number, got 'many'; use for example 1.0",
    ),
    "a low that YAML takes for text": (
        dimension("{low: 1e-3, high: 0.5}"),
        "@.space.max_leaf_nodes.low: must be a finite number, got '1e-3'; write 0.001 or 1.0e-3, "
        "without quotes",
    ),
    "a high without end": (
        dimension("{low: 7, high: .inf}"),
        "@.space.max_leaf_nodes.high: must be a finite number, got inf; use for example 1.0",
    ),
    "a low that is no number": (
        dimension("{low: .nan, high: 9}"),
        "@.space.max_leaf_nodes.low: must be a finite number, got nan; use for example 0.01",
    ),
    "a high that no search gets to": (
        dimension("{low: 7, high: 10000000000000000}"),
        "@.space.max_leaf_nodes.high: must be from -1.0e+15 to 1.0e+15, got 1.00e+16; use a "
        "number within these",
    ),
    "no choices": (
        dimension("{choices: []}"),
        "@.space.max_leaf_nodes.choices: must have at least one item, got none; use for example "
        "[sqrt, log2, null]",
    ),
    "choices that are no list": (
        dimension("{choices: 7}"),
        f"@.space.max_leaf_nodes.choices: must be a list, each item {VALUE}, got 7; use for "
        "example [sqrt, log2, null]",
    ),
    "a choice that is a list": (
        dimension("{choices: [7, [9]]}"),
        f"@.space.max_leaf_nodes.choices[1]: must be {VALUE}, got [9]; use for example sqrt",
    ),
    "a choice that YAML takes for text": (
        dimension("{choices: [7, 1e1]}"),
        "@.space.max_leaf_nodes.choices[1]: must be a number where it looks like one, got the "
        "text '1e1'; write 10 or 1.0e+1, without quotes",
    ),
    "a choice given twice": (
        dimension("{choices: [7, null, 9, null]}"),
        "@.space.max_leaf_nodes.choices[3]: must differ from choice to choice, got None again; "
        "remove it",
    ),
    "a choice that equals another": (
        dimension("{choices: [9, 7, 7.0]}"),
        "@.space.max_leaf_nodes.choices[2]: must differ from choice to choice, got 7.0 besides 7; "
        "remove it",
    ),
    "an unknown field of a dimension": (
        dimension("{low: 7, high: 9, step: 2}"),
        "@.space.max_leaf_nodes.step: must be one of low, high, log, choices, got 'step'; "
        "remove it",
    ),
    "a dimension in other words": (
        dimension("{range: [7, 9]}"),
        "@.space.max_leaf_nodes.range: must be one of low, high, log, choices, got 'range'; "
        "remove it",
    ),
}


@pytest.mark.parametrize("situation", ONE_MISTAKE)
def test_one_mistake_in_an_estimator_is_told_once(tmp_path: Path, situation: str) -> None:
    estimator, message = ONE_MISTAKE[situation]
    assert told_of(tmp_path, estimator) == [message]


def test_the_name_that_the_code_has_for_the_class_is_none_of_the_declaration(
    tmp_path: Path,
) -> None:
    (message,) = told_of(tmp_path, "{class_path: sklearn.ensemble.ExtraTreesClassifier}")
    assert message == (
        f"@.class_path: must be one of {FIELDS}, got 'class_path'; rename it to class"
    )


def test_mistakes_are_told_at_their_lines(tmp_path: Path) -> None:
    more = """\
        retraining:
          folds: 0
          n_workers: 65
          min_improvement: 2
          estimator:
            preset: hist_gradient_bosting
            parameters:
              max_iter: 1e2
            space:
              max_leaf_nodes: {low: 31, high: 7}
              learning_rate:
                low: 0.1
                choices: [0.1, 0.1]
              max_depth: {min: 2, max: 5}
            encoding: ordinal
          trials: -1
    """
    assert [text.partition(": ")[0] for text in told(tmp_path, extended(more))] == [
        "9 retraining.folds",
        "10 retraining.n_workers",
        "11 retraining.min_improvement",
        "13 retraining.estimator.preset",
        "15 retraining.estimator.parameters.max_iter",
        "17 retraining.estimator.space.max_leaf_nodes.low",
        "18 retraining.estimator.space.learning_rate",
        "20 retraining.estimator.space.learning_rate.choices[1]",
        "21 retraining.estimator.space.max_depth.max",
        "21 retraining.estimator.space.max_depth.min",
        "22 retraining.estimator.encoding",
        "23 retraining.trials",
    ]


def test_what_stands_under_the_wrong_kind_is_judged_all_the_same(tmp_path: Path) -> None:
    estimator = (
        "{preset: a, class: b.C, trusted_types: [7], parameters: {x: 1e-3, y: [1], z: 3}, "
        "space: {x: {low: 1, high: 2}, v: {low: 3, high: 1}, w: 7}}"
    )
    assert [text.partition(": ")[0] for text in told_of(tmp_path, estimator)] == [
        "@",
        "@.parameters.x",
        "@.parameters.y",
        "@.space.v.low",
        "@.space.w",
        "@.space.x",
        "@.trusted_types[0]",
    ]


@pytest.mark.parametrize(
    ("field", "value", "limits"),
    [
        ("folds", 0, "must be >= 1 and <= 20"),
        ("folds", 21, "must be >= 1 and <= 20"),
        ("folds", 1.5, "must be a whole number >= 1 and <= 20"),
        ("n_workers", 0, "must be >= 1 and <= 64"),
        ("n_workers", 65, "must be >= 1 and <= 64"),
        ("min_improvement", -0.1, "must be >= 0 and <= 1"),
        ("min_improvement", 1.1, "must be >= 0 and <= 1"),
        ("min_improvement", ".nan", "must be a finite number >= 0 and <= 1"),
    ],
)
def test_a_setting_of_the_study_out_of_range_is_told(
    tmp_path: Path, field: str, value: object, limits: str
) -> None:
    more = f"retraining: {{{field}: {value}}}"
    (message,) = told(tmp_path, extended(more))
    assert message.startswith(f"8 retraining.{field}: {limits}, got {str(value).strip('.')}; use")


def test_history_must_leave_days_before_the_folds(tmp_path: Path) -> None:
    more = "retraining: {folds: 3, validation_days: 14, test_days: 14, window_days: 57}"
    assert told(tmp_path, extended(more)) == [
        "8 retraining.min_history_days: must be > folds * validation_days + test_days (56), got "
        "56; use for example 112, or hold fewer days out"
    ]


def test_however_many_days_are_held_out_other_mistakes_are_told(tmp_path: Path) -> None:
    more = "retraining: {folds: 20, validation_days: 1000000}\nmonitoring: {metric: nonsense}"
    assert [text.partition(": ")[0] for text in told(tmp_path, extended(more))] == [
        "8 retraining.min_history_days",
        "9 monitoring.metric",
    ]


SCALAR = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([10**400, math.nan, math.inf, 0.5, 1.0, "a", "", "1e3", "max_iter", "low"]),
)
NAMES = st.sampled_from(["low", "high", "log", "choices", "max_iter", "learning_rate", "x", ""])
DIMENSIONS = st.one_of(
    SCALAR, st.dictionaries(NAMES, st.one_of(SCALAR, st.lists(SCALAR, max_size=3)), max_size=4)
)
ESTIMATORS = st.one_of(
    SCALAR,
    st.fixed_dictionaries(
        {},
        optional={
            "preset": st.one_of(SCALAR, st.sampled_from(["hist_gradient_boosting", "ridge"])),
            "class": st.one_of(SCALAR, st.just("sklearn.ensemble.ExtraTreesClassifier")),
            "parameters": st.one_of(SCALAR, st.dictionaries(NAMES, DIMENSIONS, max_size=3)),
            "space": st.one_of(SCALAR, st.dictionaries(NAMES, DIMENSIONS, max_size=3)),
            "encoding": SCALAR,
            "trusted_types": st.one_of(SCALAR, st.lists(SCALAR, max_size=2)),
            "other": SCALAR,
        },
    ),
)


@settings(
    derandomize=True,
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(estimator=ESTIMATORS, metric=st.sampled_from(["roc_auc", "nonsense"]))
def test_any_estimator_is_accepted_or_told_and_hides_no_other_mistake(
    estimator: object, metric: str
) -> None:
    import yaml

    attributes = yaml.safe_load(FIVE_LINES) | {
        "retraining": {"estimator": estimator},
        "monitoring": {"metric": metric},
        "task": "binary_classification",
    }
    spec, findings = judge(attributes)
    others = [it for it in findings if it.path[:2] != ("retraining", "estimator")]
    assert [it.path for it in others] == [("monitoring", "metric")] * (metric == "nonsense")
    assert len({(it.path, it.problem) for it in findings}) == len(findings)
    assert all(it.problem.startswith("must ") and it.remedy for it in findings)
    assert (spec is None) == bool(findings)
    assert "\0" not in str(findings)
