"""From dictionary codes straight to the numbers that a fitted ordinal encoder gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.scoring.batch import Batch, Categories


@dataclass(frozen=True, eq=False)
class OrdinalColumns:
    """What ``core.estimators.encoders.ordinal`` does, once it is fitted, batch by batch.

    Attributes
    ----------
    parts : tuple of (str, tuple of str)
        The columns in the order of the encoder's output: ``numeric`` ones or ``categorical`` ones.
    encoder : OrdinalEncoder or None
        The fitted encoder of the categorical columns; None without any.
    """

    parts: tuple[tuple[str, tuple[str, ...]], ...]
    encoder: Any

    def matrix(self, batch: Batch) -> NDArray[np.float64]:
        """Return the encoded rows, shape (n, columns): equal to the encoder's own answer.

        Only the distinct values are shown to the encoder.
        """
        width = sum(len(names) for _, names in self.parts)
        # column by column, as it is filled
        encoded = np.empty((len(batch), width), dtype=np.float64, order="F")
        at = 0
        for kind, names in self.parts:
            if kind == "categorical":
                table = self._numbers([batch.categorical[name] for name in names], names)
                for place, name in enumerate(names):
                    encoded[:, at + place] = table[batch.categorical[name].codes, place]
            else:
                for place, name in enumerate(names):
                    encoded[:, at + place] = batch.numeric[name]
            at += len(names)
        return encoded

    def _numbers(self, columns: Sequence[Categories], names: Sequence[str]) -> NDArray[np.float64]:
        """Return the number of each value, a column each; that of what is missing comes last."""
        longest = max(len(column.values) for column in columns)
        distinct = {
            name: column.values.reset_index(drop=True).reindex(range(longest + 1))
            for name, column in zip(names, columns, strict=True)
        }
        numbers: NDArray[np.float64] = self.encoder.transform(pd.DataFrame(distinct))
        return numbers


def ordinal_columns(encoder: Any) -> OrdinalColumns | None:
    """Return how a fitted encoder is followed; None of one that is not ``encoders.ordinal``."""
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

    if type(encoder) is not ColumnTransformer or encoder.transformer_weights is not None:
        return None
    parts: list[tuple[str, tuple[str, ...]]] = []
    of_categories = None
    for _, fitted, columns in encoder.transformers_:
        names = tuple(columns)
        if not names:
            continue
        if type(fitted) is OrdinalEncoder and of_categories is None:
            of_categories = fitted
            parts.append(("categorical", names))
        elif type(fitted) is FunctionTransformer and fitted.func is None:
            parts.append(("numeric", names))
        else:
            return None
    return OrdinalColumns(tuple(parts), of_categories)


def fits(columns: OrdinalColumns, kinds: Mapping[str, str]) -> bool:
    """Tell whether the columns are of the kinds (``numeric``, ``categorical``) that they were."""
    return all(kinds.get(name) == kind for kind, names in columns.parts for name in names)
