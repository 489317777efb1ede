import warnings

import numpy as np
import pandas as pd

from ctml_assets.core.estimators.linear_encoding import MIN_CATEGORY_ROWS, LinearEncoding


def test_the_median_fills_gaps_and_a_column_says_where():
    frame = pd.DataFrame({"u": [1.0, 2.0, 9.0, np.nan]})
    encoded = LinearEncoding().encoder(["u"], []).fit_transform(frame)
    filled = np.array([1.0, 2.0, 9.0, 2.0])
    where = np.array([0.0, 0.0, 0.0, 1.0])
    expected = np.column_stack([(c - c.mean()) / c.std() for c in (filled, where)])
    np.testing.assert_allclose(encoded, expected)


def test_rare_and_unseen_categories_share_one_column():
    values = ["oslo"] * MIN_CATEGORY_ROWS + ["rome"] * (MIN_CATEGORY_ROWS - 1) + ["bonn"]
    encoder = (
        LinearEncoding()
        .encoder([], ["city"])
        .fit(pd.DataFrame({"city": pd.Series(values, dtype="str")}))
    )
    asked = pd.DataFrame({"city": pd.Series(["oslo", "rome", "bonn", "atlantis"], dtype="str")})
    np.testing.assert_array_equal(
        encoder.transform(asked), [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]]
    )


def test_an_unseen_category_is_no_reason_to_warn():
    seen = pd.DataFrame({"city": pd.Series(["oslo", "rome"] * 30, dtype="str")})
    encoder = LinearEncoding().encoder([], ["city"]).fit(seen)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoded = encoder.transform(pd.DataFrame({"city": pd.Series(["atlantis"], dtype="str")}))
    np.testing.assert_array_equal(encoded, [[0.0, 0.0]])
