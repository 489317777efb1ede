"""Slices: named groups of rows, cut as the declaration says."""

from ctml_assets.core.slices.cut import MISSING, Slice, cut
from ctml_assets.core.slices.predicate import Predicate, parse_predicate
from ctml_assets.core.slices.tokens import PredicateError

__all__ = ["MISSING", "Predicate", "PredicateError", "Slice", "cut", "parse_predicate"]
