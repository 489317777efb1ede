import io
import random
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ctml_assets.errors import DataError, LakeError
from ctml_assets.lake import (
    KeyMissingError,
    LocalLake,
    read_table,
    read_tables,
    table_digest,
    write_table,
)
from ctml_assets.lake.tables import write_table_if_absent

KEY = "tables/m/records/2024-01-31.parquet"


@pytest.fixture
def lake(tmp_path):
    return LocalLake(tmp_path)


def records(rows=200, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "at": pd.date_range("2024-01-31", periods=rows, freq="min").astype("datetime64[us]"),
            "delay": rng.normal(size=rows),
            "origin": pd.Series(rng.choice(["JFK", "EWR", "LGA"], rows), dtype="str"),
            "count": rng.integers(0, 9, rows),
            "late": rng.random(rows) < 0.5,
        }
    )
    frame.loc[frame.index == 1, "delay"] = np.nan
    frame.loc[frame.index == 2, "origin"] = None
    return frame


def test_a_frame_comes_back_with_its_types(lake):
    frame = records()
    write_table(lake, KEY, frame)
    pd.testing.assert_frame_equal(read_table(lake, KEY), frame)
    assert [str(kind) for kind in read_table(lake, KEY).dtypes] == [
        "datetime64[us]",
        "float64",
        "str",
        "int64",
        "bool",
    ]


@pytest.mark.parametrize("rows", [0, 1])
def test_few_rows_keep_their_types(lake, rows):
    frame = records().head(rows)
    write_table(lake, KEY, frame)
    pd.testing.assert_frame_equal(read_table(lake, KEY), frame)


def test_text_without_a_single_value_stays_text(lake):
    frame = pd.DataFrame({"origin": pd.Series([None, None], dtype="str")})
    write_table(lake, KEY, frame)
    pd.testing.assert_frame_equal(read_table(lake, KEY), frame)


def test_the_index_is_not_stored(lake):
    write_table(lake, KEY, records().set_index(np.arange(200) + 7))
    pd.testing.assert_frame_equal(read_table(lake, KEY), records())


def test_equal_frames_are_equal_bytes(lake):
    write_table(lake, KEY, records())
    first = lake.read(KEY)
    write_table(lake, KEY, records())
    assert lake.read(KEY) == first


def test_other_readers_read_it_and_text_is_a_dictionary(lake):
    write_table(lake, KEY, records())
    data = lake.read(KEY)
    pd.testing.assert_frame_equal(pd.read_parquet(io.BytesIO(data)), records())
    group = pq.read_metadata(io.BytesIO(data)).row_group(0)
    encodings = {group.column(i).path_in_schema: group.column(i).encodings for i in range(5)}
    assert "RLE_DICTIONARY" in encodings["origin"]
    assert "RLE_DICTIONARY" not in encodings["delay"]
    assert group.column(0).compression == "ZSTD"


def test_a_foreign_parquet_file_is_refused(lake):
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), sink)
    lake.write(KEY, sink.getvalue())
    with pytest.raises(LakeError, match=f"{KEY}: table must be as it was written"):
        read_table(lake, KEY)


def test_26_no_flipped_bit_is_read_back_wrong(lake):
    write_table(lake, KEY, records())
    good = lake.read(KEY)
    other = KEY.replace("31", "30")
    write_table(lake, other, records())
    rng = random.Random(26)  # noqa: S311 - a seeded choice of bits
    for _ in range(400):
        data = bytearray(good)
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        lake.write(KEY, bytes(data))
        with pytest.raises(LakeError, match=KEY):
            read_table(lake, KEY)
    pd.testing.assert_frame_equal(read_table(lake, other), records())


@pytest.mark.parametrize("kept", [0, 1, 3, 4, 7, 8, 11, 12, 40, 500, -1, -8, -40])
def test_26_a_truncated_table_is_refused(lake, kept):
    write_table(lake, KEY, records())
    lake.write(KEY, lake.read(KEY)[:kept])
    with pytest.raises(LakeError, match=KEY):
        read_table(lake, KEY)


def test_a_missing_table_is_said_by_name(lake):
    with pytest.raises(KeyMissingError, match=KEY):
        read_table(lake, KEY)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, "x"]}, dtype=object),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({1: [2]}),
    ],
)
def test_a_frame_that_has_no_types_is_refused(lake, frame):
    with pytest.raises(DataError, match=f"{KEY}: column"):
        write_table(lake, KEY, frame)
    assert lake.keys() == []


CHANGES = {
    "a number": lambda frame: frame.assign(count=frame["count"] + 1),
    "the last bit of a number": lambda frame: frame.assign(
        delay=np.nextafter(frame["delay"], np.inf)
    ),
    "a text": lambda frame: frame.assign(origin=frame["origin"].replace("JFK", "JFX")),
    "a missing value": lambda frame: frame.assign(delay=frame["delay"].fillna(0.0)),
    "the order": lambda frame: frame.iloc[::-1],
    "a row less": lambda frame: frame.iloc[:-1],
    "no row": lambda frame: frame.iloc[:0],
    "a name": lambda frame: frame.rename(columns={"count": "counts"}),
    "a type": lambda frame: frame.assign(count=frame["count"].astype(float)),
    "a column less": lambda frame: frame.drop(columns="late"),
    "the order of the columns": lambda frame: frame[frame.columns[::-1]],
}


def told(lake, good):
    try:
        return table_digest(lake, KEY) == good
    except LakeError:
        return "refused"


class TestDigest:
    def digest_of(self, lake, frame, key=KEY):
        write_table(lake, key, frame)
        return table_digest(lake, key)

    @pytest.mark.parametrize("rows", [0, 1, 200])
    def test_it_is_that_of_the_content_alone(self, lake, rows):
        first = self.digest_of(lake, records(rows))
        assert self.digest_of(lake, records(rows), key="t/other") == first
        assert self.digest_of(lake, records(rows).set_index(np.arange(rows) + 7)) == first
        assert len(first) == 64
        assert int(first, 16) >= 0

    @pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
    def test_any_change_is_another(self, lake, change):
        assert self.digest_of(lake, change(records())) != self.digest_of(lake, records())

    def test_it_takes_the_end_of_the_file_alone(self, lake):
        wide = pd.DataFrame({"x": np.random.default_rng(0).normal(size=200_000)})
        write_table(lake, KEY, wide)
        taken = []

        class Watched:
            def read(self, key, last=None):
                data = lake.read(key, last)
                taken.append(len(data))
                return data

        assert table_digest(Watched(), KEY) == table_digest(lake, KEY)
        assert sum(taken) < 3000 < len(lake.read(KEY)) / 100

    def test_26_a_flipped_bit_shows_in_the_digest_or_when_the_table_is_read(self, lake):
        good = self.digest_of(lake, records())
        data = lake.read(KEY)
        rng = random.Random(27)  # noqa: S311 - a seeded choice of bits
        # all bits of the last bytes, and some of the others
        bits = [*range(len(data) * 8 - 512, len(data) * 8)]
        bits += [rng.randrange(len(data) * 8) for _ in range(300)]
        said = set()
        for bit in bits:
            damaged = bytearray(data)
            damaged[bit // 8] ^= 1 << bit % 8
            lake.write(KEY, bytes(damaged))
            said.add(told(lake, good))
            with pytest.raises(LakeError, match=KEY):
                read_table(lake, KEY)
        assert said == {True, False, "refused"}

    @pytest.mark.parametrize("kept", [0, 1, 3, 4, 7, 8, 11, 12, 40, 500, -1, -8, -40])
    def test_26_a_truncated_table_has_none(self, lake, kept):
        write_table(lake, KEY, records())
        lake.write(KEY, lake.read(KEY)[:kept])
        with pytest.raises(LakeError, match=f"{KEY}: table must be as it was written"):
            table_digest(lake, KEY)

    @pytest.mark.parametrize("lost", [1, 100, 2000])
    def test_26_a_table_that_lost_its_beginning_is_refused_when_it_is_read(self, lake, lost):
        write_table(lake, KEY, records())
        lake.write(KEY, lake.read(KEY)[lost:])
        with pytest.raises(LakeError, match=KEY):
            read_table(lake, KEY)

    @pytest.mark.parametrize(
        "foreign",
        [
            b"",
            b"PAR1",
            b"{}",
            b"x" * 5000,
            bytes(5000),
            b"\xff" * 8 + b"PAR1",
            b"x" * 5000 + b"PAR1",
        ],
    )
    def test_what_is_no_table_has_none(self, lake, foreign):
        lake.write(KEY, foreign)
        with pytest.raises(LakeError, match=f"{KEY}: table must be as it was written"):
            table_digest(lake, KEY)

    def test_a_missing_table_is_said_by_name(self, lake):
        with pytest.raises(KeyMissingError, match=KEY):
            table_digest(lake, KEY)


def test_tables_are_stacked_in_the_order_of_the_keys(lake):
    write_table(lake, "t/b", records(3, seed=1))
    write_table(lake, "t/a", records(2, seed=2))
    expected = pd.concat([records(3, seed=1), records(2, seed=2)], ignore_index=True)
    pd.testing.assert_frame_equal(read_tables(lake, ["t/b", "t/a"]), expected)
    pd.testing.assert_frame_equal(
        read_tables(lake, ["t/b", "t/a"], columns=["origin", "delay"]),
        expected[["origin", "delay"]],
    )


def test_integers_above_floats_are_floats_and_absent_columns_are_missing(lake):
    write_table(lake, "t/a", pd.DataFrame({"y": [1, 2], "only": ["u", "v"]}))
    write_table(lake, "t/b", pd.DataFrame({"y": [0.5, np.nan]}))
    expected = pd.DataFrame(
        {
            "y": [1.0, 2.0, 0.5, np.nan],
            "only": pd.Series(["u", "v", None, None], dtype="str"),
        }
    )
    pd.testing.assert_frame_equal(read_tables(lake, ["t/a", "t/b"]), expected)


def test_types_with_nothing_in_common_are_said(lake):
    write_table(lake, "t/a", pd.DataFrame({"y": [1.0]}))
    write_table(lake, "t/b", pd.DataFrame({"y": ["x"]}))
    with pytest.raises(LakeError, match="t/a to t/b: a column must have one type"):
        read_tables(lake, ["t/a", "t/b"])


def test_no_keys_are_refused(lake):
    with pytest.raises(LakeError, match="at least one table"):
        read_tables(lake, [])


def test_a_column_that_is_not_there_is_said(lake):
    write_table(lake, KEY, records())
    with pytest.raises(LakeError, match=rf"{KEY}: columns must be among at, .*got nope"):
        read_tables(lake, [KEY], columns=["nope"])


def test_three_hundred_days_are_read_in_well_under_a_second(lake):
    days = [f"t/{day}" for day in range(300)]
    for day in days:
        write_table(lake, day, records(100))
    start = time.perf_counter()
    frame = read_tables(lake, days)
    assert time.perf_counter() - start < 2, "0.2 s on an idle machine"
    assert len(frame) == 30_000


def test_a_table_written_if_absent_leaves_the_one_that_is_there(lake):
    first, second = records(seed=1), records(seed=2)
    assert write_table_if_absent(lake, KEY, first) is True
    assert write_table_if_absent(lake, KEY, second) is False
    pd.testing.assert_frame_equal(read_table(lake, KEY), first)
