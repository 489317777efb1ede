"""The lake: where records, results and models lie, and who is champion."""

from ctml_assets.lake.contracts import agree_on_contract, apply_contract
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
    quarantine_key,
    table_key,
    versions_prefix,
)
from ctml_assets.lake.local import LocalLake
from ctml_assets.lake.protocol import KeyMissingError, Lake, check_key
from ctml_assets.lake.registry import PromotionRecord, Registry, Version
from ctml_assets.lake.tables import (
    read_table,
    read_tables,
    table_digest,
    write_table,
)

__all__ = [
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
    "manifest_key",
    "partitions",
    "quarantine_key",
    "read_document",
    "read_table",
    "read_tables",
    "table_digest",
    "table_key",
    "versions_prefix",
    "write_document",
    "write_table",
]
