"""What was inferred for a model is written down once, so that every later day uses the same."""

from typing import Any

from ctml_assets.core.metrics import get_metric
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DeclarationError
from ctml_assets.lake.documents import encode_document, read_document
from ctml_assets.lake.keys import contract_key
from ctml_assets.lake.protocol import Lake

_INFERRED_AT_TOP = ("task", "features")
_INFERRED_IN_MONITORING = ("metric", "slices")


def agree_on_contract(lake: Lake, spec: ModelSpec, completed: ModelSpec) -> ModelSpec:
    """Write down what was inferred for a declaration, unless somebody did before.

    Parameters
    ----------
    lake
        Where to write it down.
    spec
        The declaration as it was read.
    completed
        The same with everything inferred.

    Returns
    -------
    ModelSpec
        The declaration completed by the contract that stands: the first writer's.
    """
    key = contract_key(spec.name)
    lake.write_if_absent(key, encode_document(_inferred(completed), key))
    return _completed(spec, read_document(lake, key))


def apply_contract(lake: Lake, spec: ModelSpec) -> ModelSpec:
    """Complete a declaration by what was written down; what it declares itself goes first.

    A declaration without a contract comes back as it is.
    """
    key = contract_key(spec.name)
    if spec.is_complete or not lake.exists(key):
        return spec
    return _completed(spec, read_document(lake, key))


def _inferred(spec: ModelSpec) -> dict[str, Any]:
    everything = spec.model_dump(mode="json")
    return {
        **{name: everything[name] for name in _INFERRED_AT_TOP},
        # Columns that inference left out are expected from then on.
        "ignore": everything["ignore"],
        "monitoring": {name: everything["monitoring"][name] for name in _INFERRED_IN_MONITORING},
    }


def _completed(spec: ModelSpec, contract: dict[str, Any]) -> ModelSpec:
    declared = spec.model_dump(mode="json")
    for name in _INFERRED_AT_TOP:
        if declared[name] is None:
            declared[name] = contract[name]
    for name in _INFERRED_IN_MONITORING:
        if declared["monitoring"][name] is None:
            declared["monitoring"][name] = contract["monitoring"][name]
    if spec.features is None:
        declared["ignore"] = [*dict.fromkeys([*declared["ignore"], *contract["ignore"]])]
    completed = ModelSpec.model_validate(declared)
    _require_fitting_metric(completed)
    return completed


def _require_fitting_metric(spec: ModelSpec) -> None:
    # The metric may have been inferred for the task that was declared, or inferred, at that time.
    metric = get_metric(spec.monitoring.metric or "")
    if spec.task not in metric.tasks:
        raise DeclarationError(
            f"{spec.name}: metric must be one for {spec.task}, got {metric.name}, inferred on the "
            "first day; declare monitoring.metric"
        )
