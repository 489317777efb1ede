"""Fixtures of the sensor's tests."""

from pathlib import Path

import dagster as dg
import pytest

from ctml_assets_tests.worlds import World, declared, new_world


@pytest.fixture
def two(tmp_path: Path, instance: dg.DagsterInstance) -> World:
    """Two models, "stream" and "other", without data."""
    source = tmp_path / "absent.parquet"
    source.touch()
    specs = [declared(source), declared(source, name="other")]
    return new_world(tmp_path, instance, *specs)
