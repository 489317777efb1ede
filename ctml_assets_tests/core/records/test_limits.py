import pytest

from ctml_assets.core.records import too_many_bad_rows
from ctml_assets_tests.core.records.fixtures import bookings


@pytest.mark.parametrize(
    ("limit", "bad", "total", "verdict"),
    [
        ("5%", 5, 100, False),
        ("5%", 6, 100, True),
        ("0.1%", 1, 1000, False),
        ("0.1%", 2, 1000, True),
        ("12.5 %", 1, 8, False),
        ("0%", 1, 10**6, True),
        ("100%", 7, 7, False),
        ("5%", 0, 0, False),
        (3, 3, 3, False),
        (3, 4, 10**6, True),
        (0, 0, 10, False),
    ],
)
def test_exactly_the_limit_is_allowed(
    limit: int | str, bad: int, total: int, verdict: bool
) -> None:
    assert too_many_bad_rows(bookings(max_bad_rows=limit), bad, total) is verdict
