import pytest

from ctml_assets.core.metrics import DEFAULT_METRIC, METRICS, get_metric
from ctml_assets.errors import DeclarationError

BINARY = {
    "roc_auc",
    "average_precision",
    "map",
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "neg_log_loss",
    "neg_brier_score",
}
SEVERAL = {"roc_auc", "accuracy", "balanced_accuracy", "neg_log_loss"}
NUMBERS = {
    "r2",
    "neg_root_mean_squared_error",
    "neg_mean_absolute_error",
    "neg_mean_absolute_percentage_error",
    "neg_mean_pinball_loss",
}


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("binary_classification", BINARY),
        ("multiclass_classification", SEVERAL),
        ("regression", NUMBERS),
    ],
)
def test_every_task_has_its_metrics_and_a_default_among_them(task, names):
    assert {name for name, metric in METRICS.items() if task in metric.tasks} == names
    assert DEFAULT_METRIC[task] in names


def test_a_metric_stands_under_its_own_name():
    assert set(METRICS) == BINARY | NUMBERS
    assert all(get_metric(name).name == name for name in METRICS)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(DeclarationError, match=r"one of roc_auc, .*, got 'auc'; use"):
        get_metric("auc")


def test_the_registry_cannot_be_changed():
    with pytest.raises(TypeError):
        METRICS["mine"] = METRICS["f1"]
