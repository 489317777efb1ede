"""The code location: every model declared under ``defs/``."""

from pathlib import Path

from ctml_assets.components import compose, load_models

DEFS_ROOT = Path(__file__).parent / "defs"

defs = compose(load_models(DEFS_ROOT))
