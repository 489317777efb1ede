"""Dagster resources: the lake, and the IO managers that store asset values in it."""

from ctml_assets.resources.io_managers import DocumentIOManager, TableIOManager
from ctml_assets.resources.lake import LAKE_VARIABLE, LakeResource, default_lake_root

TABLES = "lake_tables"
DOCUMENTS = "lake_documents"


def lake_resources(lake: LakeResource | None = None) -> dict[str, object]:
    """Return every resource that the assets need, all on one lake."""
    lake = lake or LakeResource()
    return {
        "lake": lake,
        TABLES: TableIOManager(lake=lake),
        DOCUMENTS: DocumentIOManager(lake=lake),
    }


__all__ = [
    "DOCUMENTS",
    "LAKE_VARIABLE",
    "TABLES",
    "DocumentIOManager",
    "LakeResource",
    "TableIOManager",
    "default_lake_root",
    "lake_resources",
]
