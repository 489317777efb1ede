"""Slices: named groups of rows, cut as the declaration says."""

from ctml_assets.core.slices.cut import cut
from ctml_assets.core.slices.line import SliceLine
from ctml_assets.core.slices.naming import MISSING
from ctml_assets.core.slices.order import in_order
from ctml_assets.core.slices.predicate import Predicate, parse_predicate
from ctml_assets.core.slices.tokens import PredicateError

__all__ = [
    "MISSING",
    "Predicate",
    "PredicateError",
    "SliceLine",
    "cut",
    "in_order",
    "parse_predicate",
]
