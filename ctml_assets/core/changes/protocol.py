"""What a measure of change offers: one effect for one column."""

from typing import Protocol

from ctml_assets.core.changes.column import ColumnPair


class Measure(Protocol):
    """Says how far a column has moved, never how surely: with enough rows every change is sure."""

    @property
    def name(self) -> str:
        """The name in declarations."""
        ...

    def effect(self, pair: ColumnPair) -> float | None:
        """Return the effect, >= 0 and finite, larger is more changed; 0 for the same distribution.

        None where it has none: a side without values, or a column that is not of its kind.
        """
        ...
