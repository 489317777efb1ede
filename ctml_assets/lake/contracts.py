"""What was inferred for a model is written down once, so that every later day uses the same."""

from typing import Any

from ctml_assets.core.metrics import get_metric
from ctml_assets.core.records.columns import role_columns
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DeclarationError
from ctml_assets.lake.documents import encode_document, read_document
from ctml_assets.lake.keys import contract_key
from ctml_assets.lake.protocol import Lake

_INFERRED_AT_TOP = ("task", "features", "classes")
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
    declared["task"] = spec.implied_task or contract["task"]
    if declared["task"] == "multiclass_classification" and spec.classes is None:
        # Contracts made before there were classes have none.
        declared["classes"] = contract.get("classes")
    if spec.features is None:
        # Roles that were declared since then go first.
        known = spec.model_copy(update={name: declared[name] for name in ("task", "classes")})
        taken = {*role_columns(spec), *known.added_columns}
        declared["features"] = [it for it in contract["features"] if it["name"] not in taken]
        declared["ignore"] = [*dict.fromkeys([*declared["ignore"], *contract["ignore"]])]
    for name in _INFERRED_IN_MONITORING:
        if declared["monitoring"][name] is None:
            declared["monitoring"][name] = contract["monitoring"][name]
    completed = ModelSpec.model_validate(declared)
    _require_fitting_metric(completed)
    _require_classes(completed)
    return completed


def _require_fitting_metric(spec: ModelSpec) -> None:
    # The metric may have been inferred for the task that was declared, or inferred, at that time.
    metric = get_metric(spec.monitoring.metric or "")
    if spec.task not in metric.tasks:
        raise DeclarationError(
            f"{spec.name}: metric must be one for {spec.task}, got {metric.name}, inferred on the "
            "first day; declare monitoring.metric"
        )


def _require_classes(spec: ModelSpec) -> None:
    # The task may have been another one when the contract was made.
    if spec.task == "multiclass_classification" and spec.classes is None:
        raise DeclarationError(
            f"{spec.name}: classes must be declared for {spec.task}, got a contract without them, "
            "inferred on the first day for another task; declare classes"
        )
