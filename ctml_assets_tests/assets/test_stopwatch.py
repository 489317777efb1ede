"""Seconds since a start, by the clocks that are given."""

import time

import pytest

from ctml_assets.assets.stopwatch import Stopwatch


def test_by_hand():
    wall, cpu = iter([10.0, 12.5, 20.0]), iter([1.0, 1.25])
    watch = Stopwatch.start(lambda: next(wall), lambda: next(cpu))
    assert watch.seconds == pytest.approx(2.5)
    assert watch.seconds == pytest.approx(10.0)
    assert watch.cpu_seconds == pytest.approx(0.25)


def test_the_machines_clocks():
    before = time.perf_counter()
    watch = Stopwatch.start()
    sum(range(100_000))
    assert 0 < watch.seconds <= time.perf_counter() - before
    assert watch.cpu_seconds >= 0
