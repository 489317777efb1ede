"""The optional comparison with the champion's training sample in Dagster."""

import datetime as dt
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from ctml_assets.assets import data_change as comparing
from ctml_assets.assets.data_change import ALL_COLUMNS, CLASSIFIER, DataChanges
from ctml_assets.assets.monitoring import NO_CHAMPION
from ctml_assets.assets.statistics_table import PREDICTED_BY
from ctml_assets.components.common import complete_spec, day_of, model_asset, require_records
from ctml_assets.components.metadata import Metadata, numbers, table, texts
from ctml_assets.components.partitions import last_days
from ctml_assets.components.samples import load_sample
from ctml_assets.components.serving import serving
from ctml_assets.components.usable_rows import usable_rows
from ctml_assets.core.changes import MEASURES
from ctml_assets.core.outcomes import finite_rows, predictions_of, with_predictions
from ctml_assets.core.spec import DataChangeSpec, ModelSpec
from ctml_assets.core.training import predict
from ctml_assets.errors import LakeError
from ctml_assets.lake import PromotionRecord, Registry, document_of
from ctml_assets.resources import DOCUMENTS, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import DATA_CHANGE, MONITOR, asset_key

# The page shows so many; the document has all.
_SHOWN_COLUMNS = 200


def data_change_asset(spec: ModelSpec, settings: DataChangeSpec) -> dg.AssetsDefinition:
    """Return the asset ``data_change`` of a model that declares the trigger.

    Parameters
    ----------
    spec
        The model; one asset serves all its triggers of that name.
    settings
        Those of the first of them.
    """
    del settings
    days = spec.monitoring.window_days
    upstream = asset_key(spec.name, "drift_dataset")

    @model_asset(
        spec,
        DATA_CHANGE,
        kind=MONITOR,
        text=f"How far features and predictions of the last {days} days are from the champion's "
        "training sample (0: not at all), and how well a model tells old rows from new (ROC AUC; "
        "0.5: not at all).",
        ins={"drift_dataset": dg.AssetIn(upstream, partition_mapping=last_days(days))},
        io_manager_key=DOCUMENTS,
        kinds={"json"},
    )
    def data_change(
        context: dg.AssetExecutionContext, drift_dataset: pd.DataFrame, lake: LakeResource
    ) -> dg.Output[dict[str, Any]]:
        with clear_failures():
            opened, day = lake.open(), day_of(context)
            require_records(opened, spec, day)
            completed = complete_spec(opened, spec)
            window = usable_rows(opened, completed, drift_dataset)
            result = _compared(lake.registry(spec.name), window, completed, day)
        return dg.Output(document_of(result), metadata=_metadata(result))

    return data_change


def _compared(
    registry: Registry, window: pd.DataFrame, spec: ModelSpec, day: dt.date
) -> DataChanges:
    record = registry.champion_on(day)
    if record is None:
        return comparing.not_compared(None, NO_CHAMPION)
    try:
        version = registry.version(record.version)
        sample = load_sample(registry.lake, version)
    except LakeError as error:
        # a damaged file would stop the score, and with it every retraining, for good
        why = f"champion {record.version} cannot be compared with: {error}"
        return comparing.not_compared(record.version, why)
    if sample is None:
        why = (
            f"champion {record.version} has no training sample; it was trained before there were "
            "any; retrain"
        )
        return comparing.not_compared(record.version, why)
    learned_to = pd.Timestamp(version.train_end + dt.timedelta(days=1))
    later = window[(window[spec.event_time] >= learned_to).to_numpy()]
    predicted = _predicted_by(record, later.reset_index(drop=True), registry, spec)
    return comparing.data_change(predicted, sample, spec=spec, champion=record.version)


def _predicted_by(
    record: PromotionRecord, window: pd.DataFrame, registry: Registry, spec: ModelSpec
) -> pd.DataFrame:
    """Return the window with the champion's predictions, also of days that another one served."""
    own = (window[PREDICTED_BY] == record.version).to_numpy(dtype=np.bool_)
    if (own & finite_rows(predictions_of(window, spec))).all():
        return window
    champion = serving(registry, record, window.columns, spec)
    if champion.model is None:
        return with_predictions(window, None, spec)
    made = predict(champion.model, window, spec=spec, features=champion.features)
    return with_predictions(window, made, spec)


def _metadata(result: DataChanges) -> Metadata:
    changes = result.changes
    effects = changes.effects
    shown = {"rows": changes.rows, "sample_rows": changes.sample_rows}
    largest = {
        f"largest_{name}": max(effects[name].values()) for name in MEASURES if effects.get(name)
    }
    auc = effects.get(CLASSIFIER, {}).get(ALL_COLUMNS)
    left_out = [{"column": name, "reason": why} for name, why in result.left_out.items()]
    return {
        "columns": table(_by_column(result)[:_SHOWN_COLUMNS], ("column", *MEASURES)),
        **numbers({**shown, **largest, "roc_auc": auc}),
        **texts(
            {
                "champion": result.champion,
                "reason": changes.reason,
                "giveaways": ", ".join(changes.giveaways),
            }
        ),
        **({"left_out": table(left_out, ("column", "reason"))} if left_out else {}),
    }


def _by_column(result: DataChanges) -> list[dict[str, str | float | None]]:
    """Return the effects as rows, the largest Jensen-Shannon distance first."""
    effects = result.changes.effects
    # every column that was compared has this one
    ranked = sorted(effects.get("jensen_shannon", {}).items(), key=lambda it: (-it[1], it[0]))
    return [
        {"column": name, **{measure: effects[measure].get(name) for measure in MEASURES}}
        for name, _ in ranked
    ]
