import io
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from functools import partial

import numpy as np
import pytest
import skops.io

from ctml_assets.lake.artifacts import TRUSTED_TYPES, dump_model, load_model
from ctml_assets.lake.artifacts.canonical import canonical
from ctml_assets_tests.lake.models import PRESETS, features, fitted_preset, predictions

FIT_AND_HASH = """
import hashlib
from ctml_assets.lake.artifacts import dump_model
from ctml_assets_tests.lake.models import PRESETS, fitted_preset
for preset in PRESETS:
    print(*preset, hashlib.sha256(dump_model(fitted_preset(*preset))).hexdigest())
"""


def test_two_processes_write_the_same_bytes():
    runs = [
        subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-c", FIT_AND_HASH],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": seed},
            text=True,
        )
        for seed in ("1", "2")
    ]
    first, second = (run.communicate(timeout=120)[0].splitlines() for run in runs)
    assert len(first) == len(PRESETS)
    assert first == second


@pytest.mark.parametrize(("name", "task"), PRESETS)
def test_a_loaded_model_is_written_as_the_same_bytes(name, task):
    model = fitted_preset(name, task)
    data = dump_model(model)
    time.sleep(0.01)
    predictions(model, features())
    assert dump_model(model) == data, "having predicted changes nothing"
    assert dump_model(load_model(data)) == data


def test_no_address_and_no_time_is_left():
    data = dump_model(fitted_preset(*PRESETS[0]))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        schema = archive.read("schema.json").decode()
    *arrays, last = members
    assert [member.filename for member in arrays] == [
        f"{number + 1:06d}.npy" for number in range(len(arrays))
    ]
    assert last.filename == "schema.json"
    assert {member.date_time for member in members} == {(1980, 1, 1, 0, 0, 0)}
    assert {member.compress_type for member in members} == {zipfile.ZIP_DEFLATED}
    assert "__id__" not in schema


def test_equal_arrays_are_stored_once():
    data = dump_model([np.arange(3.0), np.arange(3.0), np.arange(4.0)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["000001.npy", "000002.npy", "schema.json"]
    np.testing.assert_equal(load_model(data), [np.arange(3.0), np.arange(3.0), np.arange(4.0)])


def test_a_set_has_one_order():
    words = [f"word {number:02d}" for number in range(50)]
    random.Random(0).shuffle(words)  # noqa: S311 - a seeded order
    data = dump_model({"words": set(words)})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        schema = json.loads(archive.read("schema.json"))
    stored = [json.loads(item["content"]) for item in schema["content"]["words"]["content"]]
    assert stored == sorted(words)
    assert load_model(data) == {"words": set(words)}


def test_having_looked_at_a_partial_changes_nothing():
    function = partial(np.add, 1)
    before = canonical(skops.io.dumps(function))
    assert function.__dict__ == {}
    assert canonical(skops.io.dumps(function)) == before
    assert skops.io.loads(before, trusted=TRUSTED_TYPES)(2) == 3


def test_what_lay_in_memory_between_the_fields_of_records_is_not_stored():
    kind = np.dtype({"names": ["a", "b"], "formats": ["u1", "f8"], "offsets": [0, 8]})

    def records(garbage):
        made = np.frombuffer(bytes([garbage]) * 48, dtype=kind).copy()
        made["a"], made["b"] = [1, 2, 3], [0.5, 1.5, 2.5]
        return made

    assert records(7).tobytes() != records(9).tobytes()
    data = dump_model([records(7)])
    assert data == dump_model([records(9)])
    (loaded,) = load_model(data)
    np.testing.assert_array_equal(loaded["a"], [1, 2, 3])
    np.testing.assert_array_equal(loaded["b"], [0.5, 1.5, 2.5])
