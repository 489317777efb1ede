"""A monitored model's ``defs.yaml``, read and judged: one specification, or every mistake."""

from ctml_assets.declaration.mistakes import DeclarationMistakes, Mistake
from ctml_assets.declaration.names import check_names
from ctml_assets.declaration.reader import COMPONENT_TYPE, read_declaration

__all__ = ["COMPONENT_TYPE", "DeclarationMistakes", "Mistake", "check_names", "read_declaration"]
