import warnings

import numpy as np
import pandas as pd

from ctml_assets.core.estimators.encoders import (
    MAX_CATEGORIES,
    MIN_CATEGORY_ROWS,
    one_hot,
    ordinal,
)


def city(values):
    return pd.DataFrame({"city": pd.Series(values, dtype="str")})


def test_the_median_fills_gaps_and_a_column_says_where():
    frame = pd.DataFrame({"u": [1.0, 2.0, 9.0, np.nan]})
    encoded = one_hot(["u"], []).fit_transform(frame)
    filled = np.array([1.0, 2.0, 9.0, 2.0])
    where = np.array([0.0, 0.0, 0.0, 1.0])
    expected = np.column_stack([(c - c.mean()) / c.std() for c in (filled, where)])
    np.testing.assert_allclose(encoded, expected)


def test_rare_and_unseen_categories_share_one_column():
    values = ["oslo"] * MIN_CATEGORY_ROWS + ["rome"] * (MIN_CATEGORY_ROWS - 1) + ["bonn"]
    encoder = one_hot([], ["city"]).fit(city(values))
    asked = city(["oslo", "rome", "bonn", "atlantis"])
    np.testing.assert_array_equal(
        encoder.transform(asked), [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]
    )


def test_an_unseen_category_is_no_reason_to_warn():
    encoder = one_hot([], ["city"]).fit(city(["oslo", "rome"] * 30))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoded = encoder.transform(city(["atlantis"]))
    np.testing.assert_array_equal(encoded, [[0.0, 0.0]])


def test_a_linear_model_pays_for_a_limited_number_of_categories():
    values = [f"c{i}" for i in range(MAX_CATEGORIES + 100)] * MIN_CATEGORY_ROWS
    assert one_hot([], ["city"]).fit_transform(city(values)).shape[1] == MAX_CATEGORIES


def test_a_column_of_gaps_only_gives_a_constant():
    frame = pd.DataFrame({"u": [np.nan, np.nan], "v": [1.0, 3.0]})
    encoded = one_hot(["u", "v"], []).fit_transform(frame)
    # u, v, and where u is missing
    np.testing.assert_allclose(encoded, [[0.0, -1.0, 0.0], [0.0, 1.0, 0.0]])


def test_ordinal_passes_numbers_and_gaps_through_and_numbers_the_categories():
    frame = pd.DataFrame({"u": [3.0, np.nan, -1.0]}).assign(**city(["rome", None, "oslo"]))
    encoder = ordinal(["u"], ["city"]).fit(frame)
    np.testing.assert_array_equal(
        encoder.transform(frame), [[3.0, 1.0], [np.nan, np.nan], [-1.0, 0.0]]
    )


def test_ordinal_gives_a_gap_for_an_unseen_category_also_if_training_had_no_gap():
    encoder = ordinal([], ["city"]).fit(city(["oslo", "rome"]))
    np.testing.assert_array_equal(encoder.transform(city(["atlantis"])), [[np.nan]])
