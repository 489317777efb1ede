"""Why rows are bad: every reason of every row, gathered column by column."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.records.values import shown


@dataclass
class Reasons:
    """Reasons against the rows of one day.

    Parameters
    ----------
    rows
        Number of rows.
    """

    rows: int
    _texts: dict[int, list[str]] = field(default_factory=dict)
    _judged: set[tuple[int, str]] = field(default_factory=set)

    def add(self, row: int, column: str, text: str) -> None:
        """Note that a row is bad because of a column."""
        self._texts.setdefault(row, []).append(f"{column}: {text}")
        self._judged.add((row, column))

    def add_where(
        self, bad: NDArray[np.bool_], column: str, accepted: str, values: "list[object]"
    ) -> None:
        """Note a reason for every row of a mask; `values` are the column's raw values."""
        for row in np.flatnonzero(bad).tolist():
            self.add(row, column, f"must be {accepted}, got {shown(values[row])}")

    def against(self, row: int, column: str) -> bool:
        """Tell whether a row is bad because of this column already."""
        return (row, column) in self._judged

    def adopt(self, others: "Reasons", rows: NDArray[np.intp]) -> None:
        """Note what is against each of the others' rows; `rows` says which row it is here."""
        for row, texts in others._texts.items():
            self._texts.setdefault(int(rows[row]), []).extend(texts)

    @property
    def bad(self) -> NDArray[np.bool_]:
        """Which rows have a reason."""
        mask = np.zeros(self.rows, dtype=np.bool_)
        mask[list(self._texts)] = True
        return mask

    def texts(self) -> list[str]:
        """Give the reasons of each bad row, joined by ``; ``, in row order."""
        return ["; ".join(self._texts[row]) for row in sorted(self._texts)]
