"""What is taken to be independent where uncertainty is asked for: days, or rows."""

from typing import Final, Literal

Unit = Literal["days", "rows"]

FEWEST_DAYS: Final = 7
"""Fewer say too little of how days differ: Student's t asks for the impossible."""
