"""The lake as a Dagster resource, and where it lies when nothing says so."""

import os
from pathlib import Path

import dagster as dg
from pydantic import Field

from ctml_assets.errors import LakeError
from ctml_assets.lake import Lake, LocalLake, Registry

LAKE_VARIABLE = "CTML_LAKE"


def default_lake_root() -> str:
    """Return ``$CTML_LAKE``, else ``$DAGSTER_HOME/lake``, else ``.dagster/lake`` here.

    So a lake lies beside the instance that knows its runs: both are kept, or removed, together.
    """
    declared = os.environ.get(LAKE_VARIABLE)
    if declared:
        return declared
    home = os.environ.get("DAGSTER_HOME")
    return str(Path(home or ".dagster") / "lake")


class LakeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The root folder under which all data lies."""

    root: str = Field(
        default="",
        description="a folder; empty: $CTML_LAKE, else $DAGSTER_HOME/lake, else .dagster/lake",
    )

    def open(self) -> Lake:
        """Return the storage.

        Raises
        ------
        LakeError
            If the root is a URL: this version stores on a local or mounted folder.
        """
        root = self.root or default_lake_root()
        if "://" in root:
            raise LakeError(f"lake: root must be a folder, got {root!r}; mount it, or use a folder")
        return LocalLake(Path(root).absolute())

    def registry(self, model: str) -> Registry:
        """Return the registry of one model."""
        return Registry(self.open(), model)
