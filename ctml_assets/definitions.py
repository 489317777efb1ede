"""The code location: every model declared under ``defs/``."""

from ctml_assets.components import DEFS_ROOT, compose, load_models

defs = compose(load_models(DEFS_ROOT))
