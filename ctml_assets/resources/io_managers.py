"""How asset values reach the lake and come back: frames as parquet, documents as JSON."""

from abc import abstractmethod
from typing import Any

import dagster as dg
import pandas as pd

from ctml_assets.errors import CtmlError
from ctml_assets.lake import (
    Lake,
    document_key,
    read_document,
    read_tables,
    table_key,
    write_document,
    write_table,
)
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.lake import LakeResource


class _LakeIOManager(dg.ConfigurableIOManager):
    lake: dg.ResourceDependency[LakeResource]

    def _open(self) -> Lake:
        # Dagster has put the resource in the place of what was declared.
        return self.lake.open()

    @abstractmethod
    def _key(self, model: str, asset: str, partition: str) -> str: ...

    def _address(
        self, context: dg.InputContext | dg.OutputContext, partition: str
    ) -> tuple[str, str]:
        """Return the lake key of a partition, and how messages name it."""
        model, asset = context.asset_key.path
        return self._key(model, asset, partition), f"{model}/{asset} {partition}"


class TableIOManager(_LakeIOManager):
    """DataFrames, one parquet file per partition.

    An input that spans several partitions arrives as one frame, oldest partition first; those
    not materialized are left out.
    """

    def _key(self, model: str, asset: str, partition: str) -> str:
        return table_key(model, asset, partition)

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        """Write one partition."""
        key, name = self._address(context, context.asset_partition_key)
        try:
            write_table(self._open(), key, obj)
        except CtmlError as error:
            raise dg.Failure(f"{name}: {error}", allow_retries=True) from error

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """Read all partitions of the input that are there.

        Raises
        ------
        dagster.Failure
            If none is there, or one is damaged.
        """
        wanted = sorted(context.asset_partition_keys)
        addresses = [self._address(context, partition) for partition in wanted]
        with clear_failures():
            lake = self._open()
            present = [key for key, _ in addresses if lake.exists(key)]
            if not present:
                raise _not_materialized(addresses[-1][1])
            return read_tables(lake, present)


class DocumentIOManager(_LakeIOManager):
    """Dictionaries, one JSON file per partition."""

    def _key(self, model: str, asset: str, partition: str) -> str:
        return document_key(model, asset, partition)

    def handle_output(self, context: dg.OutputContext, obj: dict[str, Any]) -> None:
        """Write one partition."""
        key, name = self._address(context, context.asset_partition_key)
        try:
            write_document(self._open(), key, obj)
        except CtmlError as error:
            raise dg.Failure(f"{name}: {error}", allow_retries=True) from error

    def load_input(self, context: dg.InputContext) -> dict[str, Any]:
        """Read one partition.

        Raises
        ------
        dagster.Failure
            If it is not there or damaged.
        """
        key, name = self._address(context, context.asset_partition_key)
        with clear_failures():
            lake = self._open()
            if not lake.exists(key):
                raise _not_materialized(name)
            return read_document(lake, key)


def _not_materialized(name: str) -> dg.Failure:
    return dg.Failure(f"{name} is not materialized; materialize it first", allow_retries=False)
