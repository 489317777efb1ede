"""How many rows the time suffices for."""

import pytest

from ctml_assets.core.probe import affordable_rows


@pytest.mark.parametrize(
    ("rows", "seconds", "left", "wanted"),
    [
        (15_000, 0.2, 60.0, 15_000),
        (15_000, 2.0, 20.0, 10_000),
        (15_000, 2.0, 1.0, 1_000),
        (15_000, 2.0, -5.0, 1_000),
        (15_000, 0.0, 1.0, 15_000),
        (800, 2.0, 1.0, 800),
    ],
)
def test_by_hand(rows, seconds, left, wanted):
    found = affordable_rows(rows, pilot_rows=1000, pilot_seconds=seconds, seconds_left=left)
    assert found == wanted


def test_a_pilot_that_takes_next_to_nothing_overflows_nothing():
    found = affordable_rows(500, pilot_rows=100, pilot_seconds=5e-324, seconds_left=60.0)
    assert found == 500
