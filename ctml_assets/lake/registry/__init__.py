"""Which versions of a model exist, and which of them was champion when."""

from ctml_assets.lake.registry.promotion import PromotionRecord
from ctml_assets.lake.registry.registry import Registry
from ctml_assets.lake.registry.version import Version

__all__ = ["PromotionRecord", "Registry", "Version"]
