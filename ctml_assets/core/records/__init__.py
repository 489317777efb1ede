"""What a source returned, judged row by row: records that keep their contract, and bad rows."""

from ctml_assets.core.records.cohort import (
    Cohort,
    cohorts,
    immature,
    known_as_of,
    known_at_own_look,
    known_by,
)
from ctml_assets.core.records.contract import record_schema
from ctml_assets.core.records.limits import too_many_bad_rows
from ctml_assets.core.records.prepare import PreparedRecords, prepare
from ctml_assets.core.records.quality import (
    DayQuality,
    MissingShare,
    blocked,
    day_quality,
    refused_day,
    unusable,
)
from ctml_assets.core.records.queries import queries
from ctml_assets.core.records.target import labels
from ctml_assets.core.records.weights import weights

__all__ = [
    "Cohort",
    "DayQuality",
    "MissingShare",
    "PreparedRecords",
    "blocked",
    "cohorts",
    "day_quality",
    "immature",
    "known_as_of",
    "known_at_own_look",
    "known_by",
    "labels",
    "prepare",
    "queries",
    "record_schema",
    "refused_day",
    "too_many_bad_rows",
    "unusable",
    "weights",
]
