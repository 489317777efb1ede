import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.scoring import seen as seen_module
from ctml_assets.core.scoring.seen import SeenRecords, record_keys


@pytest.mark.parametrize("seed", range(10))
def test_a_set_says_the_same_batch_by_batch(seed):
    rng = np.random.default_rng(seed)
    seen, known = SeenRecords(), set()
    for _ in range(30):
        keys = rng.integers(0, 2_000, rng.integers(0, 120)).astype(np.uint64)
        wanted = []
        for key in keys.tolist():
            wanted.append(key in known)
            known.add(key)
        assert seen.repeated(keys).tolist() == wanted


def test_long_runs_are_left_as_they_are(monkeypatch):
    monkeypatch.setattr(seen_module, "LARGEST_MERGED", 100)
    seen = SeenRecords()
    keys = np.random.default_rng(1).permutation(2_000).astype(np.uint64)
    assert not any(seen.repeated(some).any() for some in np.split(keys, 40))
    assert max(map(len, seen._runs)) <= 300
    assert all(seen.repeated(some).all() for some in np.split(keys, 10))


def test_the_largest_and_the_smallest_key_count():
    seen = SeenRecords()
    edges = np.array([0, 2**64 - 1], dtype=np.uint64)
    assert seen.repeated(edges).tolist() == [False, False]
    assert seen.repeated(edges).tolist() == [True, True]


def test_runs_grow_geometrically_so_that_few_are_searched():
    seen = SeenRecords()
    rng = np.random.default_rng(0)
    for _ in range(200):
        seen.repeated(rng.integers(0, 2**63, 50).astype(np.uint64))
    runs = seen._runs
    assert sum(map(len, runs)) == 10_000
    assert len(runs) <= 8


def test_a_key_is_of_the_id_and_the_time_and_of_nothing_else():
    ids = pd.Series(["a", "b", "a", "a"], dtype="str")
    times = pd.Series(pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-01"]))
    keys = record_keys(ids, times.astype("datetime64[us]"))
    assert keys[0] == keys[3]
    assert len(set(keys.tolist())) == 3
    alone = record_keys(ids.iloc[[2]], times.iloc[[2]].astype("datetime64[us]"))
    assert alone[0] == keys[2]


def test_neighbouring_times_and_ids_do_not_collide():
    ids = pd.Series([f"{number}" for number in range(300)] * 300, dtype="str")
    times = pd.Series(np.repeat(np.arange(300), 300).astype("datetime64[us]"))
    assert len(np.unique(record_keys(ids, times))) == 90_000
