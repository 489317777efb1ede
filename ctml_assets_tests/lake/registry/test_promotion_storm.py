import json
import subprocess
import sys

import pytest

from ctml_assets.lake import Registry
from ctml_assets.resources import LakeResource

PROCESSES, ROUNDS = 8, 50


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def root(request, tmp_path):
    if request.param == "folder":
        return str(tmp_path / "lake")
    return request.getfixturevalue("s3_root")


def test_06_of_many_promoters_one_wins_every_number(root, tmp_path):
    module = "ctml_assets_tests.lake.registry.promotion_storm"
    arguments = [root, str(tmp_path), str(PROCESSES), str(ROUNDS)]
    subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", module, *arguments], check=True, timeout=600
    )
    results = [
        json.loads((tmp_path / f"result-{number}").read_text()) for number in range(PROCESSES)
    ]
    history = Registry(LakeResource(root=root).open(), "m").history()
    won = {number: run for run, result in enumerate(results) for number in result["won"]}
    assert sorted(won) == list(range(1, len(history) + 1))
    assert len(won) == sum(len(result["won"]) for result in results), "one winner a number"
    assert {record.number: record.run_id for record in history} == {
        number: f"run-{run}" for number, run in won.items()
    }
    conflicts = sum(result["conflicts"] for result in results)
    assert len(won) + conflicts == PROCESSES * ROUNDS
    assert conflicts > 0, "they did meet"
