"""The Dagster component: one declaration becomes one monitored model's definitions."""

from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg
from pydantic import BaseModel, ConfigDict

from ctml_assets.components.data_change_asset import data_change_asset
from ctml_assets.components.discovery_asset import discovery_asset
from ctml_assets.components.estimated_score_asset import estimated_score_asset
from ctml_assets.components.monitoring_assets import monitoring_assets
from ctml_assets.components.predictions_asset import predictions_asset
from ctml_assets.components.rollout_status_asset import rollout_status_asset
from ctml_assets.components.staleness_probe_asset import staleness_probe_asset
from ctml_assets.components.training_assets import training_assets
from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration import read_declaration

# What a trigger needs besides the score: one asset, however often the trigger is declared.
_EVIDENCE: Mapping[str, Callable[[ModelSpec, Any], dg.AssetsDefinition]] = {
    "staleness": staleness_probe_asset,
    "data_change": data_change_asset,
    "label_free": estimated_score_asset,
}


class _AnyAttributes(BaseModel):
    """Dagster's first look at the attributes: everything passes, for we check it all ourselves."""

    model_config = ConfigDict(extra="allow")


class ContinuousTrainingModel(dg.Component):
    """One production model that is monitored, and retrained when that pays.

    Parameters
    ----------
    spec
        The declaration; ``docs/declaration.md`` lists its fields.
    """

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """Return a model that lets every attribute through: see ``load``."""
        return _AnyAttributes

    @classmethod
    def load(
        cls, attributes: BaseModel | None, context: dg.ComponentLoadContext
    ) -> "ContinuousTrainingModel":
        """Read the declaration in this folder.

        Raises
        ------
        DeclarationError
            Naming every mistake with file, line and path, which Dagster's own parsing cannot.
        """
        del attributes
        return cls(read_declaration(context.path / "defs.yaml"))

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the model's assets and their checks."""
        del context
        return model_definitions(self.spec)


def model_definitions(spec: ModelSpec) -> dg.Definitions:
    """Return one model's assets: what monitors it, retrains it, and predicts with it."""
    settings = spec.monitoring.slice_discovery
    searches = [] if settings is None else [discovery_asset(spec, settings)]
    evidence = [
        build(spec, settings)
        for trigger, build in _EVIDENCE.items()
        for settings in spec.triggers.declared(trigger)[:1]
    ]
    predicts = []
    if spec.inference_source is not None:
        predicts = [predictions_asset(spec), rollout_status_asset(spec)]
    return dg.Definitions(
        assets=[
            *monitoring_assets(spec),
            *evidence,
            *searches,
            *training_assets(spec),
            *predicts,
        ]
    )
