"""The declaration of one monitored model: plain, frozen, validated data."""

from ctml_assets.core.spec.features import FeatureKind, FeatureSpec, TimeFeature
from ctml_assets.core.spec.model import NAME_PATTERN, ModelSpec, Task
from ctml_assets.core.spec.slices import SliceSpec
from ctml_assets.core.spec.source import SourceSpec, SqlSource
from ctml_assets.core.spec.stages import (
    MonitoringSpec,
    PromotionSpec,
    RetrainingSpec,
    SliceDiscoverySpec,
    TriggerSpec,
)

__all__ = [
    "NAME_PATTERN",
    "FeatureKind",
    "FeatureSpec",
    "ModelSpec",
    "MonitoringSpec",
    "PromotionSpec",
    "RetrainingSpec",
    "SliceDiscoverySpec",
    "SliceSpec",
    "SourceSpec",
    "SqlSource",
    "Task",
    "TimeFeature",
    "TriggerSpec",
]
