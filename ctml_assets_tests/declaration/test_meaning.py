import subprocess
import sys
from pathlib import Path

import pytest

from ctml_assets.declaration import read_declaration
from ctml_assets_tests.declaration.files import extended, told, write


def test_an_unknown_metric_is_told_with_those_that_exist(tmp_path: Path) -> None:
    (message,) = told(tmp_path, extended("monitoring: {metric: auc}"))
    assert message.startswith("8 monitoring.metric: must be one of roc_auc, average_precision, ")
    assert message.endswith(", got 'auc'; use for example roc_auc")


@pytest.mark.parametrize(
    ("task", "metric", "use"),
    [
        ("task: regression", "roc_auc", "neg_mean_absolute_error"),
        ("task: binary_classification", "r2", "roc_auc"),
        ("positive: arr_delay > 15", "r2", "roc_auc"),
        ("task: multiclass_classification", "f1", "neg_log_loss"),
        ("task: multiclass_classification", "map", "neg_log_loss"),
        ("classes: [a, b]", "r2", "neg_log_loss"),
        ("task: regression", "map", "neg_mean_absolute_error"),
    ],
)
def test_a_metric_of_another_task_is_told(tmp_path: Path, task: str, metric: str, use: str) -> None:
    (message,) = told(tmp_path, extended(f"{task}\nmonitoring: {{metric: {metric}}}"))
    assert f"got '{metric}'; use for example {use}" in message


@pytest.mark.parametrize("task", ["", "task: binary_classification", "positive: arr_delay > 15"])
def test_the_ranking_metric_asks_for_queries(tmp_path: Path, task: str) -> None:
    more = "monitoring:\n  metric: map\n" + task
    assert told(tmp_path, extended(more)) == [
        "9 monitoring.metric: must be another metric where query_id is not declared, got 'map'; "
        "add for example query_id: search_id, or use roc_auc"
    ]
    spec = read_declaration(write(tmp_path, extended(f"query_id: search\n{more}")))
    assert (spec.monitoring.metric, spec.query_id) == ("map", "search")


def test_queries_may_be_declared_for_any_metric(tmp_path: Path) -> None:
    spec = read_declaration(write(tmp_path, extended("query_id: q\ntask: regression")))
    assert spec.query_id == "q"


def test_a_wrong_query_id_is_told_once(tmp_path: Path) -> None:
    (message,) = told(tmp_path, extended("query_id: 7\nmonitoring: {metric: map}"))
    assert message == "8 query_id: must be text, got 7; put it in quotes"
    (message,) = told(tmp_path, extended("query_id: arr_delay\nmonitoring: {metric: map}"))
    assert message.startswith("8 query_id: must be a column without another role, got 'arr_delay'")


def test_a_metric_is_not_judged_by_a_task_that_is_still_open(tmp_path: Path) -> None:
    spec = read_declaration(write(tmp_path, extended("monitoring: {metric: r2}")))
    assert spec.monitoring.metric == "r2"


def test_reading_a_declaration_imports_no_heavy_library(tmp_path: Path) -> None:
    file = write(tmp_path, extended("positive: arr_delay > 15\nmonitoring: {metric: roc_auc}"))
    code = f"""
import sys
from pathlib import Path
from ctml_assets.declaration import read_declaration
read_declaration(Path({str(file)!r}))
print(sorted({{"dagster", "optuna", "pandera", "sklearn", "scipy"}} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert run.stdout.strip() == "[]"
