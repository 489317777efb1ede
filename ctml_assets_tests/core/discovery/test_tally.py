import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.discovery import tally
from ctml_assets.core.discovery.tally import Losses


def drawn(rows=500, days=4):
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 3, rows).astype(np.uint8), rng.integers(0, 2, rows)
    losses = Losses(rng.normal(size=rows), rng.integers(0, days, rows), days)
    return first, second.astype(np.uint8), losses


@pytest.mark.parametrize("chunk", [7, 100, 2**16])
def test_pairs_and_days_equal_a_groupby(monkeypatch, chunk):
    monkeypatch.setattr(tally, "_CHUNK_ROWS", chunk)
    first, second, losses = drawn()
    got = losses.tally_pairs(first, second, (3, 2))
    table = pd.DataFrame({"a": first, "b": second, "d": losses.days, "y": losses.loss})
    by_day = table.groupby(["a", "b", "d"])["y"].agg(["size", "sum"])
    np.testing.assert_array_equal(got.day_rows.ravel(), by_day["size"])
    np.testing.assert_allclose(got.day_sums.ravel(), by_day["sum"])
    squares = (table["y"] ** 2).groupby([first, second]).sum()
    np.testing.assert_allclose(got.squares, squares)
    np.testing.assert_allclose(got.sums, table.groupby(["a", "b"])["y"].sum())


def test_without_days_there_is_one():
    first, second, losses = drawn()
    alone = Losses(losses.loss, None, 1).tally_pairs(first, second, (3, 2))
    together = losses.tally_pairs(first, second, (3, 2))
    assert alone.day_rows.shape == (6, 1)
    np.testing.assert_array_equal(alone.rows, together.rows)
    np.testing.assert_allclose(alone.sums, together.sums)


def test_a_difference_is_the_tally_of_the_other_rows():
    first, _, losses = drawn()
    groups = first.astype(np.intp)
    rest = losses.tally(groups * 0, 1) - losses.tally(groups, 3)[:1]
    direct = losses.only(first != 0).tally(groups[first != 0] * 0, 1)
    np.testing.assert_array_equal(rest.day_rows, direct.day_rows)
    np.testing.assert_allclose(rest.day_sums, direct.day_sums)
    np.testing.assert_allclose(rest.squares, direct.squares)
