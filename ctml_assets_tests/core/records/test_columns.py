import pandas as pd
import pytest

from ctml_assets.core.records.columns import (
    declared_columns,
    require_columns,
    role_columns,
    stored_column,
)
from ctml_assets.errors import DataError
from ctml_assets_tests.core.records.fixtures import bookings


def test_columns_come_in_the_order_of_a_records_frame() -> None:
    spec = bookings(entity_id="id")
    assert declared_columns(spec) == ("ts", "id", "cancelled", "nights", "channel", "rate")
    every = bookings(entity_id="id", query_id="search", sample_weight="guests", label_time="told")
    assert role_columns(every) == ("ts", "id", "search", "cancelled", "told", "guests")


def test_a_stored_column_that_is_younger_than_its_records_is_named() -> None:
    frame = pd.DataFrame({"ts": [1], "rate": [2.0]})
    assert stored_column(frame, "rate", "sample weight", "bookings").tolist() == [2.0]
    with pytest.raises(DataError) as caught:
        stored_column(frame, "guests", "sample weight", "bookings")
    assert str(caught.value) == (
        "bookings: the sample weight guests must be a column of the records, got ts, rate; "
        "materialize the records again"
    )


def test_every_missing_column_is_named_with_its_near_match() -> None:
    frame = pd.DataFrame(columns=["TS", "nigths", "rate"])
    with pytest.raises(DataError) as caught:
        require_columns(frame, ["ts", "nights", "rate"], model="bookings")
    assert str(caught.value) == (
        "bookings: columns must include ts, nights (is it nigths?), got TS, nigths, rate; "
        "mend the source or the declaration"
    )


def test_a_column_that_occurs_twice_is_refused() -> None:
    with pytest.raises(DataError, match="distinct names, got a more than once"):
        require_columns(pd.DataFrame([[1, 2]], columns=["a", "a"]), [], model="m")
