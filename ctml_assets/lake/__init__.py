"""The lake: where records, results and models lie, and who is champion."""

from ctml_assets.lake.contracts import agree_on_contract, apply_contract
from ctml_assets.lake.decisions import (
    SUPERSEDED,
    DecisionRow,
    newest_decided,
    read_decisions,
    write_decisions,
)
from ctml_assets.lake.documents import (
    document_of,
    encode_document,
    read_document,
    write_document,
)
from ctml_assets.lake.keys import (
    artifact_key,
    champion_key,
    champion_prefix,
    contract_key,
    document_key,
    document_partitions,
    manifest_key,
    partitions,
    quality_key,
    quality_partitions,
    quarantine_key,
    sample_key,
    table_key,
    versions_prefix,
)
from ctml_assets.lake.local import LocalLake
from ctml_assets.lake.protocol import KeyMissingError, Lake, check_key
from ctml_assets.lake.quality import judged, left_out, store_quality, stored_quality
from ctml_assets.lake.registry import PromotionRecord, Registry, Version
from ctml_assets.lake.tables import (
    read_table,
    read_tables,
    table_digest,
    write_table,
    write_table_if_absent,
)

__all__ = [
    "SUPERSEDED",
    "DecisionRow",
    "KeyMissingError",
    "Lake",
    "LocalLake",
    "PromotionRecord",
    "Registry",
    "Version",
    "agree_on_contract",
    "apply_contract",
    "artifact_key",
    "champion_key",
    "champion_prefix",
    "check_key",
    "contract_key",
    "document_key",
    "document_of",
    "document_partitions",
    "encode_document",
    "judged",
    "left_out",
    "manifest_key",
    "newest_decided",
    "partitions",
    "quality_key",
    "quality_partitions",
    "quarantine_key",
    "read_decisions",
    "read_document",
    "read_table",
    "read_tables",
    "sample_key",
    "store_quality",
    "stored_quality",
    "table_digest",
    "table_key",
    "versions_prefix",
    "write_decisions",
    "write_document",
    "write_table",
    "write_table_if_absent",
]
