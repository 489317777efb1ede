"""Dagster resources: the lake, and the IO managers that store asset values in it."""

from pathlib import Path

from ctml_assets.resources.io_managers import DocumentIOManager, TableIOManager
from ctml_assets.resources.lake import LAKE_VARIABLE, LakeResource, default_lake_root, is_url
from ctml_assets.resources.studies import STUDIES_VARIABLE, StudiesResource

TABLES = "lake_tables"
DOCUMENTS = "lake_documents"


def lake_resources(lake: LakeResource | None = None) -> dict[str, object]:
    """Return every resource that the assets need, all on one lake.

    Studies lie beside a lake in a folder, and beside the instance otherwise: SQLite needs a disk.
    """
    lake = lake or LakeResource()
    in_folder = bool(lake.root) and not is_url(lake.root)
    beside = str(Path(lake.root).parent / "studies") if in_folder else ""
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
    "is_url",
    "lake_resources",
]
