import pytest

from ctml_assets.core.metrics import DEFAULT_METRIC, METRICS, get_metric
from ctml_assets.errors import DeclarationError


def test_the_declared_names():
    assert set(METRICS) == {
        "roc_auc",
        "average_precision",
        "accuracy",
        "f1",
        "neg_log_loss",
        "neg_brier_score",
        "r2",
        "neg_root_mean_squared_error",
        "neg_mean_absolute_error",
    }


@pytest.mark.parametrize("task", ["binary_classification", "regression"])
def test_every_task_has_a_default_that_fits_it(task):
    assert task in get_metric(DEFAULT_METRIC[task]).tasks


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(DeclarationError, match=r"one of roc_auc, .*, got 'auc'; use"):
        get_metric("auc")


def test_the_registry_cannot_be_changed():
    with pytest.raises(TypeError):
        METRICS["mine"] = METRICS["f1"]
