import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.estimators import get_estimator
from ctml_assets.core.estimators.encoders import MAX_CATEGORIES

PRESET = get_estimator("hist_gradient_boosting")


def city(values):
    return pd.DataFrame({"city": pd.Series(values, dtype="str")})


def test_rare_categories_beyond_the_limit_share_one_number():
    frequent = [f"c{i:03}" for i in range(MAX_CATEGORIES - 1)] * 2
    rare = [f"r{i}" for i in range(50)]
    encoder = PRESET.encoder([], ["city"]).fit(city([*frequent, *rare]))
    codes = encoder.transform(city([*frequent, *rare])).ravel()
    assert len(np.unique(codes[: len(frequent)])) == MAX_CATEGORIES - 1
    assert len(np.unique(codes[len(frequent) :])) == 1
    assert codes.max() == MAX_CATEGORIES - 1


def test_an_unseen_category_is_encoded_as_missing():
    encoder = PRESET.encoder([], ["city"]).fit(city(["oslo", "rome"]))
    codes = encoder.transform(city(["oslo", "atlantis", None])).ravel()
    np.testing.assert_array_equal(codes, [0.0, np.nan, np.nan])


def test_the_last_columns_are_the_categories():
    model = PRESET.model("regression", {}, numeric=2, categorical=1, seed=4)
    assert model.categorical_features == [False, False, True]
    assert (model.random_state, model.early_stopping) == (4, False)


@pytest.mark.parametrize("name", ["max_bins", "early_stopping", "warm_start", "class_weight"])
def test_what_the_bins_of_all_trials_depend_on_cannot_be_given(name):
    with pytest.raises(TypeError, match=f"multiple values for keyword argument '{name}'"):
        PRESET.model("binary_classification", {name: None}, numeric=1, categorical=0, seed=0)
