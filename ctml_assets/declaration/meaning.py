"""Whether fields of the right type also mean something: names that exist, texts that parse."""

from collections.abc import Iterator
from typing import Final

from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration.columns import check_columns
from ctml_assets.declaration.estimators import check_estimator
from ctml_assets.declaration.formats import check_formats
from ctml_assets.declaration.mistakes import Finding
from ctml_assets.declaration.slice_names import check_cohorts
from ctml_assets.declaration.triggers import check_triggers
from ctml_assets.declaration.wording import none_of

_OF_QUERIES: Final = "map"


def check_meaning(spec: ModelSpec) -> Iterator[Finding]:
    """Check what the types of the fields cannot say.

    Parameters
    ----------
    spec
        A valid specification, in which stand-ins may take the place of wrong values; they are
        passed over.

    Yields
    ------
    Finding
        Paths begin below ``attributes``.
    """
    yield from check_formats(spec)
    yield from _check_metric(spec)
    yield from check_estimator(spec)
    yield from check_columns(spec)
    yield from check_triggers(spec)
    yield from check_cohorts(spec)


def _check_metric(spec: ModelSpec) -> Iterator[Finding]:
    from ctml_assets.core.metrics import DEFAULT_METRIC, METRICS

    at, name = ("monitoring", "metric"), spec.monitoring.metric
    task = spec.implied_task
    fitting = [other for other, metric in METRICS.items() if task is None or task in metric.tasks]
    use = "roc_auc" if task is None else DEFAULT_METRIC[task]
    if name is not None and name not in fitting:
        yield none_of(at, name, fitting, task, use)
    elif name == _OF_QUERIES and spec.query_id is None:
        problem = f"must be another metric where query_id is not declared, got {name!r}"
        yield Finding(at, problem, f"add for example query_id: search_id, or use {use}")
