"""Where records come from: a file or object, a Python function, a database query."""

from ctml_assets.sources.batches import Wanted
from ctml_assets.sources.ids import id_columns
from ctml_assets.sources.opening import open_source
from ctml_assets.sources.path import file_batches
from ctml_assets.sources.protocol import NoDataError, Source

__all__ = ["NoDataError", "Source", "Wanted", "file_batches", "id_columns", "open_source"]
