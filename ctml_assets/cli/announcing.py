"""What a command did to a registry, told to the Dagster instance, so that its UI shows it."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from ctml_assets.cli.place import Place
from ctml_assets.cli.plain import plain

if TYPE_CHECKING:
    from ctml_assets.lake import PromotionRecord


def announce(record: "PromotionRecord", place: Place, console: Console) -> None:
    """Report a promotion as a materialization of ``promoted_model``, in the partition of its day.

    The registry is the truth, and holds the record already: whatever goes wrong here is told, and
    undoes nothing.
    """
    try:
        told = _reported(record, place)
    except Exception as error:  # noqa: BLE001 - the promotion holds, whatever Dagster says
        why = plain(f"{type(error).__name__}: {error}")
        line = f"Dagster could not be told of it, its UI will not show it: {why}"
        console.print(Text(line, "yellow"), soft_wrap=True)
        return
    if told:
        day = f"{record.model}/promoted_model, partition {record.as_of}"
        console.print(Text(f"Dagster shows it as {day}"), soft_wrap=True)
    else:
        console.print(Text("No Dagster instance is configured here: its UI will not show it"))


def _reported(record: "PromotionRecord", place: Place) -> bool:
    import dagster as dg

    from ctml_assets.components.promoted_model_asset import promotion_metadata
    from ctml_assets.lake import document_key, document_of, write_document
    from ctml_assets.resources.naming import PROMOTED_MODEL, SERVES, asset_key

    key, partition = asset_key(record.model, PROMOTED_MODEL), record.as_of.isoformat()
    document = document_key(record.model, PROMOTED_MODEL, partition)
    write_document(place.lake.open(), document, document_of(record))
    instance = place.instance()
    if instance is None:
        return False
    with instance:
        instance.report_runless_asset_event(
            dg.AssetMaterialization(key, metadata=promotion_metadata(record), partition=partition)
        )
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=key,
                check_name=SERVES,
                passed=True,
                severity=dg.AssetCheckSeverity.WARN,
                description=f"{record.version} serves from {record.serves_from} on",
            )
        )
    return True
