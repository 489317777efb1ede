import json

import pytest

from ctml_assets.cli.json_file import write_json


def test_json_is_written_whole_or_not_at_all(tmp_path):
    file = tmp_path / "new" / "out.json"
    write_json(file, {"score": 0.5})
    with pytest.raises(ValueError, match="JSON"):
        write_json(file, {"score": float("nan")})
    assert json.loads(file.read_text()) == {"score": 0.5}
    assert list(file.parent.iterdir()) == [file]


def test_what_stood_there_is_replaced(tmp_path):
    file = tmp_path / "out.json"
    file.write_text("old " * 100)
    write_json(file, {"new": True})
    assert json.loads(file.read_text()) == {"new": True}
