import json
import math
from dataclasses import asdict
from functools import partial

import numpy as np
import pandas as pd
import pytest

from ctml_assets_tests.benchmarks.slice_scoring import versus
from ctml_assets_tests.benchmarks.slice_scoring.data import Task, batches, make_frame
from ctml_assets_tests.benchmarks.slice_scoring.engines import ENGINES, OURS, require_equal
from ctml_assets_tests.benchmarks.slice_scoring.intervals import uncertainty
from ctml_assets_tests.benchmarks.slice_scoring.memory import in_a_child
from ctml_assets_tests.benchmarks.slice_scoring.windows import MERGED, window

SMALL = Task(3_000, 4)
MIB = 2**20


@pytest.mark.parametrize("name", ENGINES)
def test_engines_agree_also_where_predictions_are_tied(name):
    frame = make_frame(SMALL)
    frame["p"] = frame["p"].round(1)
    require_equal(ENGINES[name](frame), ENGINES[OURS](frame))


@pytest.mark.parametrize("change", [lambda table: table + 1e-8, lambda table: table.iloc[1:]])
def test_engines_that_differ_are_not_compared(change):
    expected = pd.DataFrame(
        np.full((2, 4), 0.5),
        index=["a", "b"],
        columns=["accuracy", "neg_log_loss", "neg_brier_score", "roc_auc"],
    )
    with pytest.raises(RuntimeError, match="must"):
        require_equal(change(expected), expected)


def test_batches_are_all_rows():
    assert sum(len(frame) for frame, _ in batches(Task(250_000, 3))) == 250_000


def test_memory_is_that_of_the_work():
    usage = in_a_child(partial(np.ones, 32 * MIB // 8), 60)
    assert usage is not None
    assert usage.peak_mib == pytest.approx(32, abs=4)


def test_memory_that_earlier_work_freed_counts_again():
    make_frame(Task(3_000_000, 1_000))
    usage = in_a_child(partial(np.ones, 8 * MIB // 8), 60)
    assert usage is not None
    assert usage.peak_mib == pytest.approx(8, abs=2)


def test_work_that_takes_too_long_is_skipped():
    def forever():
        while True:
            pass

    assert in_a_child(forever, 0.2) is None


def test_work_that_fails_is_an_error(capfd):
    def fail():
        raise ZeroDivisionError

    with pytest.raises(RuntimeError, match="the measured work failed"):
        in_a_child(fail, 60)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_skipped_engine_has_a_row_that_says_so(monkeypatch):
    slow = "pandas + scikit-learn"
    some = {name: engine for name, engine in ENGINES.items() if name in (OURS, slow)}
    monkeypatch.setattr(versus, "ENGINES", some)
    usages = {(OURS, SMALL): versus.Usage(0.1, 1.0), (slow, SMALL): None}
    ours, skipped = versus.compare(SMALL, usages, budget_seconds=10, rounds=2)
    assert ours.ratio_to_ours == 1
    assert ours.cpu_seconds > 0
    assert (skipped.cpu_seconds, skipped.note) == (None, "skipped: too slow")
    keys = {"engine", "rows", "slices", "metrics", "cpu_seconds", "peak_mib", "ratio_to_ours"}
    assert keys <= json.loads(json.dumps(asdict(skipped))).keys()


def test_what_an_engine_should_need_grows_with_rows_and_with_slices():
    few, many = Task(1_000, 2), Task(1_000, 50)
    known = {few: versus.Usage(1.0, 1.0), many: versus.Usage(4.0, 1.0)}
    assert versus.expected_seconds({}, few) == 0
    more = Task(10_000, 2)
    assert versus.expected_seconds(known, more) == 10
    known[more] = versus.Usage(8.0, 1.0)
    assert versus.expected_seconds(known, Task(10_000, 50)) == 11
    known[more] = None
    assert versus.expected_seconds(known, Task(10_000, 50)) == math.inf


def test_a_window_is_measured_both_ways():
    rows = window(SMALL)
    assert [row.engine for row in rows] == [MERGED, "ours, all rows again"] * 2


def test_replicates_and_influence_give_one_standard_error():
    rows = uncertainty(SMALL)
    errors = {(row.metrics, row.engine): float(row.note.split()[-1]) for row in rows}
    for (metrics, _), error in errors.items():
        assert error == pytest.approx(errors[metrics, "ours, influence of rows"], rel=0.2)
