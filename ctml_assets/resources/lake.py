"""The lake as a Dagster resource, and where it lies when nothing says so."""

import os
from pathlib import Path

import dagster as dg
from pydantic import Field

from ctml_assets.lake import Lake, LocalLake, Registry
from ctml_assets.resources.s3_client import lake_in_bucket

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


def is_url(root: str) -> bool:
    """Tell whether a lake's root is no folder of this machine."""
    return "://" in root


class LakeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The root under which all data lies: a folder, or a prefix in an S3 bucket.

    Credentials for S3 are AWS's own configuration alone, never part of this one, which Dagster
    shows and stores.
    """

    root: str = Field(
        default="",
        description="a folder, or s3://bucket/prefix; empty: $CTML_LAKE, else $DAGSTER_HOME/lake, "
        "else .dagster/lake",
    )
    endpoint_url: str = Field(
        default="",
        description="of an S3-compatible store, such as http://minio:9000; empty: "
        "$AWS_ENDPOINT_URL, else AWS",
    )
    region_name: str = Field(
        default="", description="the bucket's region; empty: as AWS's configuration has it"
    )
    profile_name: str = Field(
        default="", description="of AWS's shared files; empty: $AWS_PROFILE, else the default"
    )

    def open(self) -> Lake:
        """Return the storage.

        Raises
        ------
        LakeError
            If the root is another URL than ``s3://bucket/prefix``.
        """
        root = self.root or default_lake_root()
        if is_url(root):
            return lake_in_bucket(root, self.endpoint_url, self.region_name, self.profile_name)
        return LocalLake(Path(root).absolute())

    def registry(self, model: str) -> Registry:
        """Return the registry of one model."""
        return Registry(self.open(), model)
