import datetime as dt

import pandas as pd
import pytest

from ctml_assets.errors import DataError
from ctml_assets.sources import NoDataError
from ctml_assets.sources.path import PathSource

DAY = dt.datetime(2024, 5, 2)  # noqa: DTZ001 - sources are asked in UTC without a zone
NEXT = DAY + dt.timedelta(days=1)


def test_a_file_per_partition_is_returned_whole_with_rows_of_other_days(tmp_path):
    data = pd.DataFrame({"ts": ["2024-05-02", "2031-01-01", None, "soon"], "x": [1, 2, 3, 4]})
    data.to_csv(tmp_path / "2024-05-02.csv", index=False)
    got = PathSource(str(tmp_path / "{partition}.csv"), "ts").read(DAY, NEXT, "2024-05-02")
    assert got["x"].tolist() == [1, 2, 3, 4]
    assert got["ts"].tolist()[3] == "soon"


def test_the_partition_may_stand_in_folders_and_more_than_once(tmp_path):
    folder = tmp_path / "day=2024-05-02"
    folder.mkdir()
    pd.DataFrame({"ts": pd.to_datetime(["2024-05-02"])}).to_parquet(folder / "x-2024-05-02.parquet")
    path = str(tmp_path / "day={partition}" / "x-{partition}.parquet")
    got = PathSource(path, "ts").read(DAY, NEXT, "2024-05-02")
    assert list(got.columns) == ["ts"]


def test_a_partition_without_a_file_has_no_data(tmp_path):
    source = PathSource(str(tmp_path / "{partition}.parquet"), "ts")
    with pytest.raises(NoDataError, match=r"2024-05-02\.parquet: file must exist, got none"):
        source.read(DAY, NEXT, "2024-05-02")


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "all.parquet").mkdir()
    with pytest.raises(DataError, match=r"all\.parquet: file must be readable") as caught:
        PathSource(str(tmp_path / "all.parquet"), "ts").read(DAY, NEXT, "2024-05-02")
    assert not isinstance(caught.value, NoDataError)


def test_a_day_of_a_large_file_reads_only_its_row_group(tmp_path):
    times = pd.date_range("2024-04-01", "2024-06-01", freq="s", inclusive="left")[::60]
    path = tmp_path / "all.parquet"
    pd.DataFrame({"ts": times, "x": 1.0}).to_parquet(path, row_group_size=1440)
    # Pages of other days are spoiled: reading any of them would fail or give other rows.
    import pyarrow.parquet as pq

    metadata = pq.ParquetFile(path).metadata
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    content = bytearray(path.read_bytes())
    for number, group in enumerate(groups):
        if number == 31:
            continue
        column = group.column(0)
        start = column.dictionary_page_offset or column.data_page_offset
        content[start : start + column.total_compressed_size] = bytes(column.total_compressed_size)
    path.write_bytes(content)
    got = PathSource(str(path), "ts").read(DAY, NEXT, "2024-05-02")
    assert len(got) == 1440
    assert got["ts"].iloc[0] == pd.Timestamp(DAY)
    with pytest.raises(DataError):
        PathSource(str(path), "ts").read(NEXT, NEXT + dt.timedelta(days=1), "2024-05-03")
