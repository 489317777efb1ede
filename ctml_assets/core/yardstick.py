"""What a score was measured with: two scores are comparable only if it was the same."""

import json
from typing import Any

from ctml_assets.core.spec import ModelSpec


def yardstick(spec: ModelSpec) -> str:
    """Return metric, target and slices of a complete declaration, as JSON.

    Weights are left out: they apply when two sides are compared, to both alike.
    """
    lines = spec.monitoring.slices or ()
    return json.dumps(
        {
            "metric": spec.monitoring.metric,
            "task": spec.task,
            "target": spec.target,
            "positive": spec.positive,
            "classes": spec.classes,
            "sample_weight": spec.sample_weight,
            "query_id": spec.query_id,
            "slices": [
                line.model_dump(mode="json", exclude={"weight", "weight_by"}, exclude_none=True)
                for line in lines
            ],
        },
        sort_keys=True,
    )


def difference(then: str, now: str) -> str:
    """Return in what two yardsticks differ; empty if in nothing.

    Examples
    --------
    >>> difference('{"metric": "f1", "target": "late"}', '{"metric": "roc_auc", "target": "late"}')
    'metric "f1" then, "roc_auc" now'
    """
    before: dict[str, Any] = json.loads(then)
    after: dict[str, Any] = json.loads(now)
    return "; ".join(
        f"{name} {json.dumps(before.get(name))} then, {json.dumps(after.get(name))} now"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )
