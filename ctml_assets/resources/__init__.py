"""Dagster resources: the lake, and the IO managers that store asset values in it."""

from pathlib import Path

from ctml_assets.resources.io_managers import DocumentIOManager, TableIOManager
from ctml_assets.resources.lake import LAKE_VARIABLE, LakeResource, default_lake_root
from ctml_assets.resources.studies import STUDIES_VARIABLE, StudiesResource

TABLES = "lake_tables"
DOCUMENTS = "lake_documents"


def lake_resources(lake: LakeResource | None = None) -> dict[str, object]:
    """Return every resource that the assets need, all on one lake; studies lie beside it."""
    lake = lake or LakeResource()
    beside = str(Path(lake.root).parent / "studies") if lake.root else ""
    return {
        "lake": lake,
        "studies": StudiesResource(folder=beside),
        TABLES: TableIOManager(lake=lake),
        DOCUMENTS: DocumentIOManager(lake=lake),
    }


__all__ = [
    "DOCUMENTS",
    "LAKE_VARIABLE",
    "STUDIES_VARIABLE",
    "TABLES",
    "DocumentIOManager",
    "LakeResource",
    "StudiesResource",
    "TableIOManager",
    "default_lake_root",
    "lake_resources",
]
