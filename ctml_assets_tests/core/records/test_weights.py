import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.records import prepare, weights
from ctml_assets.core.records.weights import acceptable_weights
from ctml_assets.errors import DataError
from ctml_assets_tests.core.records.fixtures import DAY, bookings, sound_day

WEIGHED = bookings(sample_weight="guests")


def test_records_without_a_declared_weight_all_count_alike():
    assert weights(pd.DataFrame({"guests": [3.0]}), bookings()) is None


def test_weights_are_the_column_row_by_row():
    frame = pd.DataFrame({"guests": [3, 0, 2]}, index=[9, 4, 7])
    before = frame.copy(deep=True)
    found = weights(frame, WEIGHED)
    assert found.dtype == np.float64
    assert found.tolist() == [3.0, 0.0, 2.0]
    pd.testing.assert_frame_equal(frame, before)
    assert weights(frame.head(0), WEIGHED).shape == (0,)


@given(st.lists(st.floats(), min_size=4, max_size=4))
def test_records_and_metrics_accept_the_same_weights(values):
    prepared = prepare(sound_day().assign(guests=values), WEIGHED, DAY)
    kept = weights(prepared.good, WEIGHED)
    Outcomes(np.zeros(len(kept)), np.zeros(len(kept)), kept)
    assert len(prepared.bad) == 4 - int(acceptable_weights(pd.Series(values)).sum())
    for value in set(values) - set(kept):
        with pytest.raises(DataError):
            Outcomes(np.zeros(1), np.zeros(1), np.array([value]))


def test_columns_that_hold_no_weights_are_refused_with_their_number():
    with pytest.raises(DataError) as caught:
        weights(pd.DataFrame({"guests": [1.0, -1.0, np.nan, np.inf]}), WEIGHED)
    assert str(caught.value) == (
        "bookings: the sample weight guests must be 0, or from 1e-100 to 1e+100, got others in 3 "
        "of 4 rows; materialize the records again"
    )
    with pytest.raises(DataError, match=r"must be 0, or .*, got others in 1 of 2 rows"):
        weights(pd.DataFrame({"guests": ["heavy", "2"]}), WEIGHED)


def test_an_absent_column_is_named():
    with pytest.raises(DataError, match="the sample weight guests must be a column of the records"):
        weights(sound_day(), WEIGHED)
