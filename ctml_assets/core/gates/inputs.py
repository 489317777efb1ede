"""What a version reads, beside what is declared."""

from dataclasses import dataclass

Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Inputs:
    """Columns with their dtypes, in the order in which a model reads them.

    Attributes
    ----------
    version
        Those of the stored version.
    declared
        Those of the declaration.
    """

    version: Columns
    declared: Columns
