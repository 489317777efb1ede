"""Classes: there, with scikit-learn's interface, fitting the task, and given what they take."""

import importlib
from pathlib import Path

import pytest

from ctml_assets.declaration import read_declaration
from ctml_assets_tests.declaration.files import extended, told, told_of, write

TREES = "class: sklearn.ensemble.ExtraTreesClassifier"
LACKING = "choose another, or wrap it in a class that has them"
MISTAKES = {
    "no dotted path": (
        "{class: ExtraTrees}",
        "@.class: must be the path of a class that can be imported, got 'ExtraTrees' (ValueError: "
        "Empty module name); ",
    ),
    "a module that does not exist": (
        "{class: nowhere.Class}",
        "@.class: must be the path of a class that can be imported, got 'nowhere.Class' "
        "(ModuleNotFoundError: No module named 'nowhere'); ",
    ),
    "a module of a package that does not exist": (
        "{class: sklearn.ensembles.ExtraTreesClassifier}",
        "@.class: must be the path of a class that can be imported, got "
        "'sklearn.ensembles.ExtraTreesClassifier' (ModuleNotFoundError: No module named "
        "'sklearn.ensembles'); ",
    ),
    "a misspelt class": (
        "{class: sklearn.ensemble.ExtraTreeClassifier}",
        "@.class: must be the path of a class that can be imported, got "
        "'sklearn.ensemble.ExtraTreeClassifier' (AttributeError: module 'sklearn.ensemble' has no "
        "attribute 'ExtraTreeClassifier'); rename it to sklearn.ensemble.ExtraTreesClassifier",
    ),
    "a class like no other": (
        "{class: sklearn.ensemble.Zzz}",
        "@.class: must be the path of a class that can be imported, got 'sklearn.ensemble.Zzz' "
        "(AttributeError: module 'sklearn.ensemble' has no attribute 'Zzz'); ",
    ),
    "a function": (
        "{class: sklearn.base.clone}",
        "@.class: must be the path of a class, got 'sklearn.base.clone', which is ",
    ),
    "a module": (
        "{class: sklearn.ensemble}",
        "@.class: must be the path of a class, got 'sklearn.ensemble', which is ",
    ),
    "no estimator at all": (
        "{class: collections.OrderedDict}",
        "@.class: must have scikit-learn's interface, got 'collections.OrderedDict' without fit, "
        "predict, get_params; ",
    ),
    "an estimator that predicts nothing": (
        "{class: sklearn.preprocessing.StandardScaler}",
        "@.class: must have scikit-learn's interface, got 'sklearn.preprocessing.StandardScaler' "
        "without predict; ",
    ),
    "a classifier without probabilities": (
        "{class: sklearn.svm.LinearSVC}",
        "@.class: must have scikit-learn's interface, got 'sklearn.svm.LinearSVC' without "
        "predict_proba; ",
    ),
    "a classifier without probabilities as it is declared": (
        "{class: sklearn.linear_model.SGDClassifier, parameters: {loss: hinge}}",
        "@.class: must have fit, predict, get_params, predict_proba, got "
        f"sklearn.linear_model.SGDClassifier without predict_proba; {LACKING}",
    ),
    "a regressor": (
        "{class: sklearn.linear_model.Lasso}",
        "@.class: must be a classifier for binary_classification, got sklearn.linear_model.Lasso, "
        "which is a regressor; name another class",
    ),
    "a clusterer": (
        "{class: sklearn.cluster.KMeans}",
        "@.class: must be a classifier for binary_classification, got sklearn.cluster.KMeans, "
        "which is a clusterer; name another class",
    ),
    "a class that needs more": (
        "{class: sklearn.ensemble.VotingClassifier}",
        "@.class: must be a class that can be made without further parameters, got "
        "VotingClassifier, which raises TypeError: VotingClassifier.__init__() missing 1 required "
        "positional argument: 'estimators'; give what it needs under parameters",
    ),
    "a misspelt parameter": (
        f"{{{TREES}, parameters: {{max_dept: 3}}}}",
        "@.parameters.max_dept: must be a parameter of ExtraTreesClassifier, got 'max_dept'; "
        "rename it to max_depth",
    ),
    "a dimension like no other": (
        f"{{{TREES}, space: {{zzz: {{low: 1, high: 3}}}}}}",
        "@.space.zzz: must be a parameter of ExtraTreesClassifier, got 'zzz'; remove it",
    ),
    "the seed": (
        f"{{{TREES}, parameters: {{random_state: 3}}}}",
        "@.parameters.random_state: must be left out of parameters, since it is set already, got "
        "3; set retraining.seed instead",
    ),
    "a value that it does not take": (
        f"{{{TREES}, parameters: {{n_estimators: 2.5}}}}",
        "@.parameters.n_estimators: must be an int in the range [1, inf), got 2.5; give a value "
        "that it takes",
    ),
    "a low that it does not take": (
        f"{{{TREES}, space: {{n_estimators: {{low: -5, high: 5}}}}}}",
        "@.space.n_estimators.low: must be an int in the range [1, inf), got -5; give a value "
        "that it takes",
    ),
    "a type without a package": (
        f"{{{TREES}, trusted_types: [a.B, Booster]}}",
        "@.trusted_types[1]: must be package.module.Type, got 'Booster'; use for example "
        "xgboost.core.Booster",
    ),
}


@pytest.mark.parametrize("situation", MISTAKES)
def test_one_mistake_in_a_class_is_told_once(tmp_path: Path, situation: str) -> None:
    estimator, expected = MISTAKES[situation]
    (message,) = told_of(tmp_path, estimator)
    # what importing says ends with a remedy of its own
    assert message.startswith(expected)
    assert message == expected or expected.endswith(("; ", "which is "))


def test_a_classifier_is_none_of_a_regression(tmp_path: Path) -> None:
    assert told_of(tmp_path, f"{{{TREES}}}", "task: regression") == [
        "@.class: must be a regressor for regression, got sklearn.ensemble.ExtraTreesClassifier, "
        "which is a classifier; name another class"
    ]


def test_of_an_open_task_a_class_is_a_classifier_or_a_regressor(tmp_path: Path) -> None:
    for name in ("linear_model.Lasso", "ensemble.ExtraTreesClassifier"):
        more = f"retraining: {{estimator: {{class: sklearn.{name}}}}}"
        read_declaration(write(tmp_path, extended(more)))
    (message,) = told_of(
        tmp_path, "{class: sklearn.linear_model.SGDClassifier}", "label_delay_days: 1"
    )
    assert message.startswith("@.class: must have fit, predict, get_params, predict_proba, got ")
    (message,) = told_of(tmp_path, "{class: sklearn.cluster.KMeans}", "label_delay_days: 1")
    assert message.startswith(
        "@.class: must be a classifier or regressor, got sklearn.cluster.KMeans"
    )


def test_declared_weights_must_be_taken(tmp_path: Path) -> None:
    more = "sample_weight: w\ntask: binary_classification\nretraining: {estimator: {class: "
    name = "sklearn.neighbors.KNeighborsClassifier"
    assert told(tmp_path, extended(f"{more}{name}}}}}")) == [
        "10 retraining.estimator.class: must take sample_weight in its fit, since one is declared, "
        f"got {name}; name another class, or remove sample_weight"
    ]
    read_declaration(write(tmp_path, extended(f"{more}sklearn.naive_bayes.GaussianNB}}}}")))


def test_each_wrong_value_is_told(tmp_path: Path) -> None:
    estimator = (
        "{class: sklearn.linear_model.Lasso, parameters: {alpha: -1, max_iter: 0.5}, "
        "space: {tol: {low: -2.0, high: 0.1}}}"
    )
    assert [
        text.partition(", got")[0] for text in told_of(tmp_path, estimator, "task: regression")
    ] == [
        "@.parameters.alpha: must be a float in the range [0.0, inf)",
        "@.parameters.max_iter: must be an int in the range [1, inf) or None",
        "@.space.tol.low: must be a float in the range [0.0, inf)",
    ]


MODULE = """
from numbers import Integral

from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import Interval


class Plain:
    '''No class of scikit-learn's, and no tags.'''

    def __init__(self, *, depth=3, kind="a"):
        if depth > 9:
            raise ValueError(f"too\\ndeep: {depth}")
        self.depth, self.kind = depth, kind

    def fit(self, x, y, sample_weight=None):
        return self

    def predict(self, x):
        return x[:, 0]

    def get_params(self, deep=True):
        return {"depth": self.depth, "kind": self.kind}


class Classifier(ClassifierMixin, BaseEstimator):
    def __init__(self, needed, loss="hinge"):
        self.needed, self.loss = needed, loss

    def fit(self, x, y):
        return self

    def predict(self, x):
        return x[:, 0]

    @property
    def predict_proba(self):
        if self.loss == "hinge":
            raise AttributeError("no probabilities")
        return self.predict


class Shallow(Plain):
    def __init__(self, **more):
        super().__init__()

    def get_params(self):
        return {}


class Needing(BaseEstimator):
    _parameter_constraints = {
        name: [Interval(Integral, 1, None, closed="left")] for name in ("a", "b")
    }

    def __init__(self, a, b=1):
        self.a, self.b = a, b

    def fit(self, x, y):
        return self

    def predict(self, x):
        return x[:, 0]


class Any(Plain):
    def __init__(self, depth=3, **more):
        super().__init__(depth=depth)
        self.more = more

    def get_params(self, deep=True):
        return {"depth": self.depth, "width": 5, **self.more}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that modules are imported from."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "ctml_own_estimators.py").write_text(MODULE)
    monkeypatch.syspath_prepend(folder)
    importlib.invalidate_caches()
    return folder


def told_of_own(folder: Path, name: str, more: str = "", task: str = "regression") -> list[str]:
    estimator = f"{{class: ctml_own_estimators.{name}{more}}}"
    return told_of(folder.parent, estimator, f"task: {task}")


def test_a_class_of_ones_own_is_judged_like_any(own: Path) -> None:
    more = (
        ", parameters: {kind: b, dept: 3}, space: {depth: {low: 2, high: 12}, knd: {choices: [a]}}"
    )
    assert told_of_own(own, "Plain", more) == [
        "@.parameters.dept: must be a parameter of Plain, got 'dept'; rename it to depth",
        "@.space.depth.high: must be a value that it takes, got 12, which raises ValueError: too "
        "deep: 12; give a value that it takes",
        "@.space.knd: must be a parameter of Plain, got 'knd'; rename it to kind",
    ]


def test_a_class_that_cannot_be_made_with_what_is_given_is_told(own: Path) -> None:
    assert told_of_own(own, "Plain", ", parameters: {depth: 10, kind: b}") == [
        "@.parameters: must be parameters that Plain can be made with, got {'depth': 10, 'kind': "
        "'b'}, which raise ValueError: too deep: 10; mend them"
    ]


def test_what_is_wrong_with_a_name_is_not_told_again_of_the_class(own: Path) -> None:
    more = ", parameters: {neded: 3, loss: log}"
    (message,) = told_of_own(own, "Classifier", more, "binary_classification")
    assert message == (
        "@.parameters.neded: must be a parameter of Classifier, got 'neded'; rename it to needed"
    )


def test_a_trial_must_have_probabilities(own: Path) -> None:
    task, hinge = "binary_classification", ", parameters: {needed: 3}"
    (message,) = told_of_own(own, "Classifier", hinge, task)
    assert message.startswith("@.class: must have fit, predict, get_params, predict_proba, got ")
    sound = "parameters: {needed: 3}, space: {loss: {choices: [log, huber]}}"
    more = f"{{class: ctml_own_estimators.Classifier, {sound}}}"
    read_declaration(
        write(own.parent, extended(f"task: {task}\nretraining: {{estimator: {more}}}"))
    )


def test_a_class_that_cannot_tell_its_parameters_is_told(own: Path) -> None:
    (message,) = told_of_own(own, "Shallow")
    assert message.startswith(
        "@.class: must have a get_params that takes deep, got Shallow, whose get_params raises "
        "TypeError: Shallow.get_params() got an unexpected keyword argument 'deep'"
    )
    assert message.endswith("; mend the class")


def test_a_value_is_not_blamed_for_another(own: Path) -> None:
    (message,) = told_of_own(own, "Needing", ", parameters: {a: 0, b: 2}")
    assert message.startswith("@.parameters.a: must be an int in the range [1, inf), got 0; ")


def test_a_class_that_takes_anything_names_its_parameters_itself(own: Path) -> None:
    more = ", parameters: {width: 4, depth: 2, widht: 3}"
    assert told_of_own(own, "Any", more) == [
        "@.parameters.widht: must be a parameter of Any, got 'widht'; rename it to width"
    ]


@pytest.mark.parametrize(
    ("statement", "raised"),
    [
        ("1 / 0", "(ZeroDivisionError: division by zero)"),
        ("import nowhere", "(ModuleNotFoundError: No module named 'nowhere')"),
        ("x = (", "(SyntaxError: "),
        ("raise SystemExit(3)", "(SystemExit: 3)"),
    ],
)
def test_a_module_that_raises_when_it_is_imported_is_told(
    own: Path, statement: str, raised: str
) -> None:
    (own / "ctml_own_broken.py").write_text(statement)
    (message,) = told_of(own.parent, "{class: ctml_own_broken.Class}")
    assert message.startswith(
        "@.class: must be the path of a class that can be imported, got 'ctml_own_broken.Class'"
    )
    assert raised in message


def test_a_sound_class_is_accepted(tmp_path: Path) -> None:
    estimator = (
        f"{{{TREES}, encoding: ordinal, parameters: {{n_jobs: 1}}, space: {{n_estimators: "
        "{low: 50, high: 400}, max_features: {choices: [sqrt, log2, null]}}}"
    )
    more = f"task: binary_classification\nretraining: {{estimator: {estimator}}}"
    declared = read_declaration(write(tmp_path, extended(more))).retraining.estimator
    assert declared.class_path == "sklearn.ensemble.ExtraTreesClassifier"
    assert declared.space["max_features"].choices == ("sqrt", "log2", None)


def test_a_class_without_a_space_is_accepted(tmp_path: Path) -> None:
    more = f"task: binary_classification\nretraining: {{estimator: {{{TREES}}}}}"
    assert read_declaration(write(tmp_path, extended(more))).retraining.estimator.space == {}
