"""The optional search for undeclared slices in Dagster."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from ctml_assets.assets import discovery
from ctml_assets.components.common import complete_spec, model_asset
from ctml_assets.components.metadata import numbers, table
from ctml_assets.components.partitions import last_days
from ctml_assets.components.usable_rows import usable_rows
from ctml_assets.core.spec import ModelSpec, SliceDiscoverySpec
from ctml_assets.resources import TABLES, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import DISCOVERY_ASSET, MONITOR, asset_key

# What fits beside each other on the page; the table in the lake has all.
_SHOWN = ("name", "support", "mean_inside", "mean_outside", "sure_excess", "p_value", "where")


def discovery_asset(spec: ModelSpec, settings: SliceDiscoverySpec) -> dg.AssetsDefinition:
    """Return the asset ``slice_discovery`` of a model that declares it."""
    days = settings.window_days
    upstream = asset_key(spec.name, "drift_dataset")

    @model_asset(
        spec,
        DISCOVERY_ASSET,
        kind=MONITOR,
        text=f"The slices of the last {days} days, of one or two features, with the largest "
        "significant loss. They never enter the score: declare one to monitor it.",
        ins={"drift_dataset": dg.AssetIn(upstream, partition_mapping=last_days(days))},
        io_manager_key=TABLES,
        # The score waits for no search, which may be long, or be killed for want of memory.
        op_tags={"dagster/priority": "-1"},
        kinds={"pandas", "parquet"},
    )
    def slice_discovery(
        drift_dataset: pd.DataFrame, lake: LakeResource
    ) -> Iterator[dg.Output[pd.DataFrame]]:
        with clear_failures():
            completed = complete_spec(lake.open(), spec)
            drift_dataset = usable_rows(lake.open(), completed, drift_dataset)
            found = discovery.slice_discovery(drift_dataset, spec=completed, settings=settings)
            searched = len(discovery.rows_to_search(drift_dataset, spec=completed))
        metadata = {
            **numbers({"rows": searched, "found": len(found)}),
            "worst_slices": table(found, _SHOWN),
        }
        yield dg.Output(found, metadata=metadata)

    return slice_discovery
