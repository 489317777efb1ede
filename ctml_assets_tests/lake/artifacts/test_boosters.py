import numpy as np
import pytest

from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts import dump_model, load_model
from ctml_assets.lake.artifacts.boosters import check_settings
from ctml_assets_tests.lake.models import fitted_preset


def model():
    return fitted_preset("lightgbm", "regression")


def test_a_presets_settings_pass():
    check_settings(model())


@pytest.mark.parametrize(
    "settings",
    [
        {"predict_disable_shape_check": True},
        {"learning_rate": "0.1 predict_disable_shape_check=true"},
        {"metric": ["l2", "l1 predict_disable_shape_check=true"]},
        {"metric": np.array(["predict_disable_shape_check=true"] * 3)},
        {"max_bin": {"predict_disable_shape_check": 1}},
    ],
)
def test_a_setting_that_turns_the_check_of_columns_off_is_refused(settings):
    pipeline = model()
    pipeline[-1].set_params(**settings)
    with pytest.raises(RegistryError, match="plain values, none of them predict_disable"):
        check_settings({"deep": [pipeline]})


def test_it_is_refused_when_it_is_loaded():
    pipeline = model()
    pipeline[-1].set_params(predict_disable_shape_check=True)
    with pytest.raises(RegistryError, match="plain values"):
        load_model(dump_model(pipeline))


def test_an_estimator_without_its_settings_is_refused():
    pipeline = model()
    del pipeline[-1].num_leaves
    with pytest.raises(RegistryError, match="settings must be complete"):
        check_settings(pipeline)
