"""Stored models asked in real processes: sound ones, and all that can go wrong there."""

import datetime as dt
import signal
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets import fresh_process, training
from ctml_assets.assets.training_sample import training_sample
from ctml_assets.components import infra_check as module
from ctml_assets.components.infra_check import infra_check
from ctml_assets.core.training import feature_names
from ctml_assets.lake.artifacts import dump_model
from ctml_assets_tests import streams

# before the fixture of all tests takes its place
IN_A_PROCESS = module.ask
AS_OF = streams.START + dt.timedelta(days=17)


@pytest.fixture(autouse=True)
def a_process_of_its_own(asked_in_this_process, monkeypatch):
    monkeypatch.setattr(module, "ask", IN_A_PROCESS)


def trained(spec, frame):
    dataset = training.training_dataset(frame, spec=spec, as_of=AS_OF)
    fitted = training.trained_candidate(dataset, {}, spec=spec)
    parts = [training.rows_of(dataset, *it) for it in (("train", "validation"), ("test",))]
    return dump_model(fitted), training_sample(*parts, fitted, spec=spec)


@pytest.fixture(scope="module")
def stored():
    spec = streams.spec()
    return spec, *trained(spec, streams.records_days(18))


def checked(stored, **changes):
    spec, artifact, sample = stored
    return infra_check(
        changes.pop("artifact", artifact),
        changes.pop("sample", sample),
        spec=spec,
        features=feature_names(spec),
        **changes,
    )


def in_place_of_the_child(monkeypatch, tmp_path, code):
    """Let the process run this code; the folder is its first argument."""
    place = tmp_path / "child"
    place.mkdir()
    (place / "strange_child.py").write_text("import sys, pathlib\n" + textwrap.dedent(code))
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.setattr(module.fresh_process, "__name__", "strange_child")


def test_a_sound_artifact_predicts_the_same_and_is_measured(stored):
    found = checked(stored)
    assert found.problem == ""
    assert (found.rows, found.difference) == (400, 0.0)
    assert 0 < found.latency_ms < 60_000
    # Python with scikit-learn, and not what this process holds
    assert 50 < found.memory_mb < 1000


def test_several_classes_predict_the_same():
    base = streams.declared_regression()
    spec = streams.spec(
        task="multiclass_classification",
        classes=streams.CLASSES,
        monitoring=base["monitoring"] | {"metric": "neg_log_loss"},
    )
    frame = streams.with_classes(streams.records_days(18, task="regression"))
    found = checked((spec, *trained(spec, frame)))
    assert (found.problem, found.rows, found.difference) == ("", 400, 0.0)


def test_another_model_than_the_one_that_was_tested_is_found(stored):
    sample = stored[2]
    moved = sample.assign(prediction=sample["prediction"] + 0.25)
    found = checked(stored, sample=moved)
    assert found.difference == pytest.approx(0.25)


def test_what_is_no_archive_fails_with_the_last_words(stored):
    found = checked(stored, artifact=b"no archive")
    assert found.problem.startswith("a fresh process ended with exit code 1: ")
    assert "artifact: model must be a sound skops archive" in found.problem
    assert found.rows == 0


@pytest.mark.parametrize("sample", [None, "learned"])
def test_without_test_rows_nothing_is_started(stored, monkeypatch, sample):
    monkeypatch.setattr(module, "ask", None)
    frame = stored[2]
    rows = None if sample is None else frame[frame["part"] == "learned"]
    assert checked(stored, sample=rows) == module.FreshProcess()


def test_of_many_rows_a_thousand_are_asked_spread_over_all(stored):
    frame = stored[2]
    tested = frame[frame["part"] == "tested"]
    many = pd.concat([tested] * 6, ignore_index=True).assign(
        event_hour=np.arange(2400, dtype=float)
    )
    chosen = module._rows(many)["event_hour"]
    assert len(chosen) == 1000
    assert (chosen.iloc[0], chosen.iloc[-1]) == (0, 2399)
    assert len(module._rows(tested.iloc[:1])) == 1


def test_a_process_that_hangs_is_ended_with_all_that_it_started(stored, monkeypatch, tmp_path):
    child = tmp_path / "started"
    in_place_of_the_child(
        monkeypatch,
        tmp_path,
        f"""
        import subprocess, time
        other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        pathlib.Path({str(child)!r}).write_text(str(other.pid))
        print("about to hang", flush=True)
        time.sleep(600)
        """,
    )
    started = time.monotonic()
    found = checked(stored, seconds=5)
    assert found.problem == "a fresh process did not answer within 5 s: about to hang"
    assert time.monotonic() - started < 60
    state = Path(f"/proc/{int(child.read_text())}/stat")
    for _ in range(100):
        # what has ended may still stand there until it is waited for
        if not state.exists() or " Z " in state.read_text():
            break
        time.sleep(0.1)
    else:
        pytest.fail("what the process had started still runs")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})", "was killed by SIGKILL"),
        ("import os; os.abort()", "was killed by SIGABRT"),
        ("raise MemoryError('all gone')", "ended with exit code 1: MemoryError: all gone"),
        ("print('x' * 10**6); sys.exit(3)", f"ended with exit code 3: {'x' * 300}"),
        ("pass", "gave no answer that can be read (FileNotFoundError"),
    ],
)
def test_however_it_ends_it_is_a_finding(stored, monkeypatch, tmp_path, code, told):
    in_place_of_the_child(monkeypatch, tmp_path, code)
    found = checked(stored)
    assert found.problem.startswith(f"a fresh process {told}")
    assert len(found.problem) < 500


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "[1]",
        "garbage \x00",
        '{"rows": 4}',
        '{"rows": "many", "difference": 0, "latency_ms": 1, "memory_mb": 1}',
        '{"rows": 4, "difference": NaN, "latency_ms": 1, "memory_mb": 1}',
        '{"rows": 4, "difference": 0, "latency_ms": -1, "memory_mb": 1}',
        '{"rows": 4, "difference": 0, "latency_ms": Infinity, "memory_mb": 1}',
    ],
)
def test_garbage_in_the_answer_is_a_finding(stored, monkeypatch, tmp_path, answer):
    code = f"(pathlib.Path(sys.argv[1]) / {fresh_process.ANSWER!r}).write_text({answer!r})"
    in_place_of_the_child(monkeypatch, tmp_path, code)
    assert "gave no answer that can be read" in checked(stored).problem


def test_what_a_library_prints_disturbs_nothing(stored, monkeypatch, tmp_path):
    in_place_of_the_child(
        monkeypatch,
        tmp_path,
        """
        print("{'rows': 0}" * 1000)
        from ctml_assets.assets.fresh_process import answer
        answer(pathlib.Path(sys.argv[1]))
        """,
    )
    assert (checked(stored).problem, checked(stored).rows) == ("", 400)


def test_what_is_importable_here_is_importable_there(stored, monkeypatch, tmp_path):
    only_here, working = tmp_path / "only_here", tmp_path / "working"
    for place, name in ((only_here, "mine"), (working, "beside")):
        place.mkdir()
        (place / f"{name}_of_a_user.py").write_text("")
    in_place_of_the_child(monkeypatch, tmp_path, "import mine_of_a_user, beside_of_a_user")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.chdir(working)
    # an empty entry is where this process runs
    monkeypatch.setattr(sys, "path", [str(only_here), "", *sys.path])
    # both were found: it ended well, and merely answered nothing
    assert "gave no answer that can be read" in checked(stored).problem
