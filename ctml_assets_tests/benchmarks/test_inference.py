import pandas as pd
import pytest

from ctml_assets.core.records import prepare
from ctml_assets_tests.benchmarks.inference.__main__ import rows_of
from ctml_assets_tests.benchmarks.inference.data import DAY, flights_spec, write_flights
from ctml_assets_tests.benchmarks.inference.measuring import Usage
from ctml_assets_tests.benchmarks.inference.paths import BARE, OURS


def test_speeds_are_medians_and_ratios_are_within_a_round():
    taken = {
        BARE: [Usage(100, 1.0, 50), Usage(100, 4.0, 60), Usage(100, 2.0, 55)],
        OURS: [Usage(100, 2.0, 30), Usage(100, 4.0, 31), Usage(100, 10.0, 29)],
    }
    bare, ours, more = rows_of(taken, Usage(300, 6.0, 33))
    assert (bare.rows_per_cpu_second, bare.ratio_to_bare, bare.peak_mib) == (50, 1, 60)
    assert (ours.rows_per_cpu_second, ours.ratio_to_bare, ours.peak_mib) == (25, 0.5, 31)
    assert (more.rows, more.rows_per_cpu_second, more.peak_mib) == (300, 50, 33)
    assert more.ratio_to_bare == 1


@pytest.mark.parametrize("rows", [1_000, 120_000])
def test_flights_to_predict_are_sound_all_different_and_alike_each_time(tmp_path, rows):
    write_flights(tmp_path / "a.parquet", rows)
    write_flights(tmp_path / "b.parquet", rows)
    frame, again = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in "ab")
    pd.testing.assert_frame_equal(frame, again)
    assert len(frame) == rows
    assert frame["flight_id"].is_unique
    spec = flights_spec()
    prepared = prepare(frame.head(2_000).assign(**{spec.target: None}), spec, DAY.date())
    assert len(prepared.bad) == 0
