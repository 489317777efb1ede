"""Which versions of a model exist, and which of them was champion when."""

from ctml_assets.lake.registry.promotion import PromotionKind, PromotionRecord
from ctml_assets.lake.registry.registry import Registry
from ctml_assets.lake.registry.report import Finding, Problem, RegistryReport
from ctml_assets.lake.registry.version import Version

__all__ = [
    "Finding",
    "Problem",
    "PromotionKind",
    "PromotionRecord",
    "Registry",
    "RegistryReport",
    "Version",
]
