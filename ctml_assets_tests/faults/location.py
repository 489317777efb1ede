"""Two models in a code location that a workspace can load."""

from ctml_assets.components import LoadedModels, compose
from ctml_assets_tests import streams

defs = compose(LoadedModels((streams.spec(), streams.spec(name="other")), ()))
