"""Preprocessing shared by the linear presets: impute, scale, one-hot."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

# A category rarer than this shares one column with all others as rare.
MIN_CATEGORY_ROWS = 20


class LinearEncoding:
    """The half of a preset that all linear ones share."""

    def encoder(self, numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
        """Return the unfitted encoder for a linear model.

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
            sparse_output=False,
        )
        return ColumnTransformer(
            [("numeric", numbers, list(numeric)), ("categorical", categories, list(categorical))]
        )
