import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ctml_assets.errors import LakeError
from ctml_assets.lake import LocalLake, open_table_file, read_table, table_digest
from ctml_assets.lake.tables import table_notes

KEY = "tables/m/predictions/2024-01-01.parquet"
SCHEMA = pa.schema([("id", pa.string()), ("p", pa.float64())])


def batch(start, rows):
    ids = [f"r{number}" for number in range(start, start + rows)]
    return pa.RecordBatch.from_pydict({"id": ids, "p": np.arange(rows) / 7}, schema=SCHEMA)


def stored(lake, batches, schema=SCHEMA):
    with open_table_file(schema, ["id"]) as table:
        for it in batches:
            table.write(it)
        table.store(lake, KEY)


def test_batches_come_back_as_one_table(tmp_path):
    lake = LocalLake(tmp_path)
    stored(lake, [batch(0, 500), batch(500, 3)])
    frame = read_table(lake, KEY)
    assert frame.dtypes.astype(str).to_dict() == {"id": "str", "p": "float64"}
    wanted = pd.concat([batch(0, 500).to_pandas(), batch(500, 3).to_pandas()], ignore_index=True)
    pd.testing.assert_frame_equal(frame, wanted)


def test_a_table_without_rows(tmp_path):
    lake = LocalLake(tmp_path)
    stored(lake, [])
    assert list(read_table(lake, KEY)) == ["id", "p"]
    assert len(read_table(lake, KEY)) == 0


def test_what_was_noted_comes_back(tmp_path):
    lake = LocalLake(tmp_path)
    stored(
        lake,
        [batch(0, 5).replace_schema_metadata({"run_id": "r1"})],
        SCHEMA.with_metadata({"run_id": "r1"}),
    )
    assert table_notes(lake, KEY) == (5, {"run_id": "r1"})


def test_every_changed_byte_is_found(tmp_path):
    lake = LocalLake(tmp_path)
    stored(lake, [batch(0, 50)])
    data = lake.read(KEY)
    for at in np.random.default_rng(0).integers(0, len(data), 60).tolist():
        changed = bytearray(data)
        changed[at] ^= 4
        lake.write(KEY, bytes(changed))
        with pytest.raises(LakeError):
            read_table(lake, KEY)
    lake.write(KEY, data)
    assert len(table_digest(lake, KEY)) == 64


def test_nothing_is_stored_unless_it_is_asked_for(tmp_path):
    lake = LocalLake(tmp_path)
    with open_table_file(SCHEMA) as table:
        table.write(batch(0, 5))
    assert lake.keys() == []


def test_the_local_file_goes_away(tmp_path, monkeypatch):
    (tmp_path / "under_way").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "under_way"))
    with open_table_file(SCHEMA) as table:
        table.write(batch(0, 5))
        assert len(list((tmp_path / "under_way").iterdir())) == 1
    assert list((tmp_path / "under_way").iterdir()) == []
