"""The declaration of one monitored model: plain, frozen, validated data."""

from ctml_assets.core.spec.estimator import DimensionSpec, EstimatorSpec
from ctml_assets.core.spec.features import FeatureKind, FeatureSpec, TimeFeature
from ctml_assets.core.spec.model import NAME_PATTERN, ModelSpec, Task
from ctml_assets.core.spec.promotion import (
    Approval,
    GuardSpec,
    PromotionSpec,
    RolloutMode,
    RolloutSpec,
)
from ctml_assets.core.spec.slices import SliceSpec
from ctml_assets.core.spec.source import SourceSpec, SqlSource
from ctml_assets.core.spec.stages import (
    MonitoringSpec,
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
    "Approval",
    "ChangePointSpec",
    "ConditionSpec",
    "DataChangeSpec",
    "DimensionSpec",
    "EstimatorSpec",
    "FeatureKind",
    "FeatureSpec",
    "GuardSpec",
    "IntervalSpec",
    "LabelFreeSpec",
    "MaxAgeSpec",
    "ModelSpec",
    "MonitoringSpec",
    "PerformanceSpec",
    "PromotionSpec",
    "ReferenceFloorSpec",
    "RetrainingSpec",
    "RolloutMode",
    "RolloutSpec",
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
