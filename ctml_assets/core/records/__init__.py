"""What a source returned, judged row by row: records that keep their contract, and bad rows."""

from ctml_assets.core.records.contract import record_schema
from ctml_assets.core.records.limits import too_many_bad_rows
from ctml_assets.core.records.prepare import PreparedRecords, prepare
from ctml_assets.core.records.queries import queries
from ctml_assets.core.records.target import labels
from ctml_assets.core.records.weights import weights

__all__ = [
    "PreparedRecords",
    "labels",
    "prepare",
    "queries",
    "record_schema",
    "too_many_bad_rows",
    "weights",
]
