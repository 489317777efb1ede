"""Preprocessing shared by presets: one-hot for linear models, ordinal for trees."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

# A category rarer than this shares one column with all others as rare.
MIN_CATEGORY_ROWS = 20
# Rarer categories than so many share one: scikit-learn's histograms have 255 bins, and a linear
# model pays for each with a column.
MAX_CATEGORIES = 255


def one_hot(numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
    """Return an unfitted encoder whose columns are scaled numbers without gaps.

    Numbers: the median fills gaps, a further column says where, then unit variance.
    Categories: one column each, the rare and the unseen ones share one.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = Pipeline(
        [
            (
                "impute",
                SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
            ),
            ("scale", StandardScaler()),
        ]
    )
    categories = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=MIN_CATEGORY_ROWS,
        max_categories=MAX_CATEGORIES,
        sparse_output=False,
    )
    return ColumnTransformer(
        [("numeric", numbers, list(numeric)), ("categorical", categories, list(categorical))]
    )


def ordinal(numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
    """Return an unfitted encoder that passes numbers and gaps through, and numbers the categories.

    A category that training never saw becomes a gap.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OrdinalEncoder

    categories = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=float("nan"),
        encoded_missing_value=float("nan"),
        max_categories=MAX_CATEGORIES,
    )
    return ColumnTransformer(
        [("numeric", "passthrough", list(numeric)), ("categorical", categories, list(categorical))]
    )
