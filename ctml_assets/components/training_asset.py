"""What every asset of the retraining pipeline has in common."""

from collections.abc import Callable
from typing import Any

import dagster as dg

from ctml_assets.components.common import model_asset, run_id_of
from ctml_assets.core.spec import ModelSpec
from ctml_assets.resources.naming import RETRAIN
from ctml_assets.resources.trainings import refuse_overlap, training_pool


def training_asset(
    spec: ModelSpec, name: str, text: str, **arguments: Any
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Decorate a function as an asset of a model's training, in the model's pool."""
    return model_asset(
        spec, name, kind=RETRAIN, text=text, pool=training_pool(spec.name), **arguments
    )


def alone(context: dg.AssetExecutionContext, spec: ModelSpec) -> None:
    """Give way to an older training of the model that is still running."""
    refuse_overlap(context.instance, spec.name, run_id_of(context))
