"""Discovery: the worst slices that nobody declared, searched and tested."""

from ctml_assets.core.discovery.discover import discover_slices
from ctml_assets.core.discovery.found import FoundSlice

__all__ = ["FoundSlice", "discover_slices"]
