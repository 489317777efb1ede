"""A sample of many days, drawn day by day."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.probe import merged, sample_of, sample_of_days

DAYS = [dt.date(2024, 1, 1) + dt.timedelta(days=number) for number in range(4)]


def frame_of(day, rows):
    number = (day - DAYS[0]).days
    return pd.DataFrame({"row": np.arange(rows) + 1000 * number, "day": number})


def drawn(sizes, *, rows, seed=0, order=None):
    parts = [
        sample_of(frame_of(day, size), day, rows=rows, seed=seed)
        for day, size in zip(DAYS, sizes, strict=False)
    ]
    return merged([parts[at] for at in order or range(len(parts))], rows=rows)


def test_fewer_rows_than_asked_for_are_all_there():
    assert sorted(drawn([3, 2], rows=10).frame["row"]) == [0, 1, 2, 1000, 1001]


def test_no_more_rows_than_asked_for_and_none_twice():
    sample = drawn([50, 50, 50], rows=60)
    assert len(sample.frame) == sample.frame["row"].nunique() == 60
    assert (np.diff(sample.lots) >= 0).all()


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=4), st.integers(1, 40), st.randoms())
def test_day_by_day_or_all_at_once_in_any_order_the_same_rows(sizes, rows, random):
    order = [0, 1, 2, 3]
    random.shuffle(order)
    at_once = drawn(sizes, rows=rows)
    pd.testing.assert_frame_equal(drawn(sizes, rows=rows, order=order).frame, at_once.frame)
    parts = [
        sample_of(frame_of(day, size), day, rows=rows, seed=0)
        for day, size in zip(DAYS, sizes, strict=True)
    ]
    stepwise = merged([merged(parts[:2], rows=rows), *parts[2:]], rows=rows)
    pd.testing.assert_frame_equal(stepwise.frame, at_once.frame)


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=4), st.integers(1, 40), st.randoms())
def test_days_that_come_as_one_frame_are_drawn_from_as_if_each_came_alone(sizes, rows, random):
    order = [0, 1, 2, 3]
    random.shuffle(order)
    frames = [frame_of(DAYS[at], sizes[at]) for at in order]
    frame = pd.concat(frames, ignore_index=True)
    times = pd.Timestamp(DAYS[0]) + pd.to_timedelta(frame["day"] * 24 + 7, unit="h")
    together = sample_of_days(frame, times, rows=rows, seed=0)
    pd.testing.assert_frame_equal(together.frame, drawn(sizes, rows=rows).frame)


def test_the_seed_decides():
    first = drawn([100, 100], rows=50)
    pd.testing.assert_frame_equal(first.frame, drawn([100, 100], rows=50).frame)
    assert not first.frame.equals(drawn([100, 100], rows=50, seed=1).frame)


def test_days_of_equally_many_rows_draw_different_ones():
    sample = drawn([100, 100], rows=100).frame
    assert {*sample["row"] % 1000} != {*sample.loc[sample["day"] == 0, "row"]}


def test_every_row_is_as_likely_as_any_other():
    runs, rows = 400, 30
    counts = np.zeros(90)
    for seed in range(runs):
        chosen = drawn([60, 30], rows=rows, seed=seed).frame
        at = np.where(chosen["day"] == 0, chosen["row"], chosen["row"] - 1000 + 60)
        counts[at] += 1
    # Pearson's statistic; drawing without replacement makes it smaller by 1 - 30 / 90
    expected = runs * rows / 90
    found = ((counts - expected) ** 2 / expected).sum() / (1 - rows / 90)
    assert 89 - 4 * np.sqrt(2 * 89) < found < 89 + 4 * np.sqrt(2 * 89)
    assert counts[:60].mean() == pytest.approx(counts[60:].mean(), rel=0.1)


def test_the_first_rows_of_a_sample_are_a_sample_themselves():
    whole, part = drawn([80, 40], rows=60), drawn([80, 40], rows=20)
    pd.testing.assert_frame_equal(whole.frame.iloc[:20], part.frame)


def test_what_it_is_drawn_from_stays_as_it_was():
    frame = frame_of(DAYS[0], 20)
    before = frame.copy()
    sample_of(frame, DAYS[0], rows=5, seed=0)
    pd.testing.assert_frame_equal(frame, before)
