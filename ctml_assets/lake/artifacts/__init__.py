"""Fitted models as bytes: skops with a frozen allow-list, never pickle."""

from ctml_assets.lake.artifacts.skops_format import TRUSTED_TYPES, dump_model, load_model

__all__ = ["TRUSTED_TYPES", "dump_model", "load_model"]
