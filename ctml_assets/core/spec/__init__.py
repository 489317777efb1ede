"""The declaration of one monitored model: plain, frozen, validated data."""

from ctml_assets.core.spec.estimator import DimensionSpec, EstimatorSpec
from ctml_assets.core.spec.features import FeatureKind, FeatureSpec, TimeFeature
from ctml_assets.core.spec.model import NAME_PATTERN, ModelSpec, Task
from ctml_assets.core.spec.slices import SliceSpec
from ctml_assets.core.spec.source import SourceSpec, SqlSource
from ctml_assets.core.spec.stages import (
    MonitoringSpec,
    PromotionSpec,
    RetrainingSpec,
    SliceDiscoverySpec,
)
from ctml_assets.core.spec.triggers import (
    ChangePointSpec,
    ConditionSpec,
    DataChangeSpec,
    IntervalSpec,
    LabelFreeSpec,
    MaxAgeSpec,
    PerformanceSpec,
    ReferenceFloorSpec,
    StalenessSpec,
    TriggerSpec,
    VolumeSpec,
)

__all__ = [
    "NAME_PATTERN",
    "ChangePointSpec",
    "ConditionSpec",
    "DataChangeSpec",
    "DimensionSpec",
    "EstimatorSpec",
    "FeatureKind",
    "FeatureSpec",
    "IntervalSpec",
    "LabelFreeSpec",
    "MaxAgeSpec",
    "ModelSpec",
    "MonitoringSpec",
    "PerformanceSpec",
    "PromotionSpec",
    "ReferenceFloorSpec",
    "RetrainingSpec",
    "SliceDiscoverySpec",
    "SliceSpec",
    "SourceSpec",
    "SqlSource",
    "StalenessSpec",
    "Task",
    "TimeFeature",
    "TriggerSpec",
    "VolumeSpec",
]
