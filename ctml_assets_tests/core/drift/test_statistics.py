import weakref
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.drift import accumulate, accumulate_batches, merge, statistics
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.metrics.ranking import RocAuc
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError
from ctml_assets_tests.core.drift.samples import (
    CASE_IDS,
    CASES,
    LINES,
    ROWS,
    SEEDED,
    assert_same_statistics,
    parted,
    sample,
    taken,
)

ACCURACY = METRICS["accuracy"]
FEWER = settings(SEEDED, max_examples=20)


@pytest.mark.parametrize(("name", "several"), CASES, ids=CASE_IDS)
@FEWER
@given(rows=ROWS, weighted=st.booleans())
def test_the_merge_of_any_split_is_all_rows_at_once(name, several, rows, weighted):
    frame, outcomes, part = sample(rows, name, several, weighted)
    metric = METRICS[name]
    parts = list(parted(frame, outcomes, part, metric).values())
    whole = accumulate(frame, outcomes, lines=LINES, metric=metric)
    assert_same_statistics(merge(parts, lines=LINES, metric=metric), whole)
    # in steps, and in another order
    late = merge(parts[:1:-1], lines=LINES, metric=metric)
    early = merge(parts[1::-1], lines=LINES, metric=metric)
    assert_same_statistics(merge([late, early], lines=LINES, metric=metric), whole)


@pytest.mark.parametrize("name", ["accuracy", "r2", "average_precision", "map"])
@FEWER
@given(rows=ROWS, size=st.integers(3, 9))
def test_batches_are_all_rows_at_once(name, rows, size):
    frame, outcomes, _ = sample(rows, name)
    numbers = np.arange(len(frame))
    # at least one batch, and an empty one behind
    starts = range(0, len(frame) + size, size)
    batches = [taken(frame, outcomes, (numbers >= at) & (numbers < at + size)) for at in starts]
    # few rows, so that batches are merged in many steps
    with mock.patch.object(statistics, "_MERGE_ROWS", 4):
        found = accumulate_batches(iter(batches), lines=LINES, metric=METRICS[name])
    expected = accumulate(frame, outcomes, lines=LINES, metric=METRICS[name])
    assert_same_statistics(found, expected)


def test_slices_that_appear_and_vanish_are_merged_by_name_in_the_order_of_cut():
    lines = [SliceSpec(column="origin"), SliceSpec(column="hour", bins=[0, 6, 24])]

    def day(origins, hours, right):
        frame = pd.DataFrame({"origin": np.array(origins, dtype=object), "hour": hours})
        outcomes = Outcomes(np.ones(len(hours)), np.array(right, dtype=np.float64))
        return accumulate(frame, outcomes, lines=lines, metric=ACCURACY)

    first = day([None, "JFK", "JFK"], [1.0, 2.0, 7.0], [1, 0, 1])
    second = day(["EWR", "JFK"], [np.nan, 24.0], [1, 1])
    origin, hour = merge([first, second], lines=lines, metric=ACCURACY)
    assert origin.names == ("origin=EWR", "origin=JFK", "origin=<missing>")
    assert origin.support.tolist() == [1, 3, 1]
    assert ACCURACY.value(origin.statistic).tolist() == [1, pytest.approx(2 / 3), 1]
    assert hour.names == ("hour=[0, 6)", "hour=[6, 24]", "hour=<missing>")
    assert hour.support.tolist() == [2, 2, 1]
    assert ACCURACY.value(hour.statistic).tolist() == [0.5, 1, 1]


def test_merging_one_part_changes_nothing():
    frame, outcomes, _ = sample([("JFK", 1.0, True, 1, (1, 1, 1), 1, 1, 1)] * 3, "roc_auc")
    whole = accumulate(frame, outcomes, lines=LINES, metric=METRICS["roc_auc"])
    assert_same_statistics(merge([whole], lines=LINES, metric=METRICS["roc_auc"]), whole)


def test_without_outcomes_only_support_is_counted():
    frame = pd.DataFrame({"origin": ["JFK", None, "JFK"]})
    (line,) = accumulate(frame, None, lines=[SliceSpec(column="origin")], metric=ACCURACY)
    assert (line.names, line.support.tolist()) == (("origin=JFK", "origin=<missing>"), [2, 1])
    assert line.statistic is None


def test_predictions_that_only_some_parts_have_count_as_none():
    lines = [SliceSpec(overall=True)]
    frame, outcomes = pd.DataFrame({"x": [1, 2]}), Outcomes(np.ones(2), np.ones(2))
    known = accumulate(frame, outcomes, lines=lines, metric=ACCURACY)
    unknown = accumulate(frame, None, lines=lines, metric=ACCURACY)
    for parts in ([known, unknown], [unknown, known], [unknown]):
        (line,) = merge(parts, lines=lines, metric=ACCURACY)
        assert line.statistic is None
        assert line.support.tolist() == [2 * len(parts)]


@pytest.mark.parametrize(
    ("lines", "came"),
    [
        ([SliceSpec(column="hour")], r"\['hour'\]"),
        ([SliceSpec(column="origin"), SliceSpec(overall=True)], r"\['origin', 'overall'\]"),
        ([], r"\[\]"),
    ],
)
def test_statistics_of_other_lines_are_refused(lines, came):
    frame = pd.DataFrame({"origin": ["JFK"], "hour": [1]})
    mine = [SliceSpec(column="origin")]
    parts = [accumulate(frame, None, lines=given, metric=ACCURACY) for given in (mine, lines)]
    with pytest.raises(DataError, match=rf"lines must be \['origin'\], got {came}; compute"):
        merge(parts, lines=mine, metric=ACCURACY)


def test_slices_that_the_line_cannot_make_are_refused():
    frame = pd.DataFrame({"hour": [1.0, 7.0]})
    before = [SliceSpec(column="hour", bins=[0, 6])]
    part = accumulate(frame, None, lines=before, metric=ACCURACY)
    with pytest.raises(DataError, match=r"'hour': name must be .*, got 'hour=\[0, 6\]'"):
        merge([part], lines=[SliceSpec(column="hour", bins=[0, 12])], metric=ACCURACY)


def test_no_part_and_no_batch_are_refused():
    with pytest.raises(DataError, match="got no part; compute"):
        merge([], lines=LINES, metric=ACCURACY)
    with pytest.raises(DataError, match="got no part; compute"):
        accumulate_batches([], lines=LINES, metric=ACCURACY)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_lengths_that_differ_are_refused(rows):
    outcomes = Outcomes(np.ones(rows), np.ones(rows))
    with pytest.raises(DataError, match=f"of one length, got 2 and {rows}; align"):
        accumulate(
            pd.DataFrame({"x": [1, 2]}), outcomes, lines=[SliceSpec(overall=True)], metric=ACCURACY
        )


def test_a_batch_is_let_go_before_the_next_one_is_made():
    made = []

    def batches():
        for _ in range(4):
            assert [ref() for ref in made] == [None] * len(made)
            frame = pd.DataFrame({"x": np.arange(5)})
            made.append(weakref.ref(frame))
            batch = (frame, Outcomes(np.ones(5), np.ones(5)))
            del frame
            yield batch
            del batch

    accumulate_batches(batches(), lines=[SliceSpec(overall=True)], metric=ACCURACY)
    assert len(made) == 4


def test_a_ranking_of_many_batches_stays_within_its_entries_and_says_how_far_it_is_off():
    rng = np.random.default_rng(0)
    lines, exact, coarse = [SliceSpec(overall=True)], RocAuc(), RocAuc(max_entries=300)
    batches = []
    for _ in range(20):
        p = rng.uniform(size=200)
        outcomes = Outcomes((rng.uniform(size=200) < p).astype(np.float64), p)
        batches.append((pd.DataFrame({"x": np.zeros(200)}), outcomes))
    with mock.patch.object(statistics, "_MERGE_ROWS", 500):
        (line,) = accumulate_batches(batches, lines=lines, metric=coarse)
        (full,) = accumulate_batches(batches, lines=lines, metric=exact)
    assert line.support.tolist() == [4000]
    assert len(line.statistic) <= 300 < len(full.statistic)
    off = abs(coarse.value(line.statistic) - exact.value(full.statistic))
    assert 0 < off <= coarse.error_bound(line.statistic) < 0.01
