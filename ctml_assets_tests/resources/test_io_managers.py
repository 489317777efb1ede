import dagster as dg
import pandas as pd
import pytest

from ctml_assets.components.partitions import last_days
from ctml_assets.lake import read_document, read_table, write_document, write_table
from ctml_assets.resources import DOCUMENTS, TABLES, LakeResource, lake_resources
from ctml_assets_tests.worlds import QUIET, failure_text

DOWN = [dg.AssetKey(["m", "down"])]
DAYS = dg.DailyPartitionsDefinition("2024-01-01", end_date="2024-01-11")


@pytest.fixture
def lake(tmp_path):
    return LakeResource(root=str(tmp_path))


def frame(number):
    return pd.DataFrame({"n": [number, number], "text": pd.Series(["x", None], dtype="str")})


def stored(lake, *numbers):
    for number in numbers:
        write_table(lake.open(), f"tables/m/up/2024-01-{number:02}.parquet", frame(number))


def window(seen, days=3):
    @dg.asset(key=["m", "up"], partitions_def=DAYS, io_manager_key=TABLES)
    def up(context):
        return frame(int(context.partition_key[-2:]))

    mapping = last_days(days)

    @dg.asset(
        key=["m", "down"],
        partitions_def=DAYS,
        io_manager_key=TABLES,
        ins={"up": dg.AssetIn(["m", "up"], partition_mapping=mapping)},
    )
    def down(up: pd.DataFrame):
        seen.append(up)
        return up

    return [up, down]


def run(lake, assets, day, only=None):
    return dg.materialize(
        assets,
        partition_key=f"2024-01-{day:02}",
        selection=only or "*",
        resources=lake_resources(lake),
        run_config=QUIET,
        raise_on_error=False,
    )


def test_a_window_arrives_as_one_frame_oldest_day_first(lake):
    stored(lake, 5, 4, 3, 2)
    seen = []
    assert run(lake, window(seen), 5, DOWN).success
    assert seen[0]["n"].tolist() == [3, 3, 4, 4, 5, 5]
    assert seen[0]["text"].dtype == "str"


def test_days_that_are_not_materialized_are_left_out(lake):
    stored(lake, 3, 5)
    seen = []
    assert run(lake, window(seen), 5, DOWN).success
    assert seen[0]["n"].tolist() == [3, 3, 5, 5]


def test_a_window_that_begins_before_the_first_day(lake):
    stored(lake, 1)
    seen = []
    assert run(lake, window(seen), 1, DOWN).success
    assert seen[0]["n"].tolist() == [1, 1]


def test_a_window_of_which_nothing_is_there_fails_naming_the_day(lake):
    result = run(lake, window([]), 5, DOWN)
    assert not result.success
    assert "m/up 2024-01-05 is not materialized; materialize it first" in failure_text(result)


def test_a_partition_written_in_the_same_run_is_read_back(lake):
    seen = []
    assert run(lake, window(seen), 5).success
    assert seen[0]["n"].tolist() == [5, 5]
    table = read_table(lake.open(), "tables/m/down/2024-01-05.parquet")
    pd.testing.assert_frame_equal(table, frame(5))


def test_fault_26_a_damaged_day_fails_what_reads_it_and_nothing_else(lake, tmp_path):
    stored(lake, 2, 3, 4, 5)
    damaged = tmp_path / "tables/m/up/2024-01-02.parquet"
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    failed = run(lake, window([]), 4, DOWN)
    assert not failed.success
    told = failure_text(failed)
    assert "tables/m/up/2024-01-02.parquet: table must be as it was written" in told
    assert "materialize it again" in told
    seen = []
    assert run(lake, window(seen), 5, DOWN).success
    assert seen[0]["n"].tolist() == [3, 3, 4, 4, 5, 5]


def test_a_frame_that_no_table_can_hold_fails_naming_the_partition(lake):
    @dg.asset(key=["m", "mixed"], partitions_def=DAYS, io_manager_key=TABLES)
    def mixed():
        return pd.DataFrame({"a": pd.Series([1, "x"], dtype="object")})

    result = run(lake, [mixed], 3)
    assert not result.success
    assert "m/mixed 2024-01-03" in failure_text(result)
    assert lake.open().keys("tables") == []


def documents(seen):
    @dg.asset(key=["m", "up"], partitions_def=DAYS, io_manager_key=DOCUMENTS)
    def up():
        return {"value": 1.5, "parts": [1, None, "x"]}

    @dg.asset(
        key=["m", "down"],
        partitions_def=DAYS,
        io_manager_key=DOCUMENTS,
        ins={"up": dg.AssetIn(["m", "up"])},
    )
    def down(up):
        seen.append(up)
        return up

    return [up, down]


def test_a_document_comes_back_as_it_was(lake):
    seen = []
    assert run(lake, documents(seen), 3).success
    assert seen == [{"value": 1.5, "parts": [1, None, "x"]}]
    assert read_document(lake.open(), "documents/m/down/2024-01-03.json") == seen[0]


def test_a_missing_document_fails_naming_it(lake):
    result = run(lake, documents([]), 3, DOWN)
    assert not result.success
    assert "m/up 2024-01-03 is not materialized; materialize it first" in failure_text(result)


def test_a_damaged_document_fails_naming_it(lake, tmp_path):
    write_document(lake.open(), "documents/m/up/2024-01-03.json", {"a": 1})
    (tmp_path / "documents/m/up/2024-01-03.json").write_bytes(b'{"a": ')
    result = run(lake, documents([]), 3, DOWN)
    assert not result.success
    assert "documents/m/up/2024-01-03.json" in failure_text(result)


def test_a_document_that_holds_nan_fails_and_writes_nothing(lake):
    @dg.asset(key=["m", "nan"], partitions_def=DAYS, io_manager_key=DOCUMENTS)
    def nan():
        return {"value": float("nan")}

    result = run(lake, [nan], 3)
    assert not result.success
    assert "m/nan 2024-01-03" in failure_text(result)
    assert lake.open().keys("documents") == []


def test_a_lake_that_cannot_be_read_fails_with_its_own_words(tmp_path):
    (tmp_path / "file").write_text("")
    lake = LakeResource(root=str(tmp_path / "file"))
    result = run(lake, documents([]), 3)
    assert not result.success
    assert "m/up 2024-01-03: lake: cannot write" in failure_text(result)
