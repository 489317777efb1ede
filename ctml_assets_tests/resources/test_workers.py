import os
import signal
import subprocess
import sys

import pytest

from ctml_assets.resources import workers
from ctml_assets.resources.workers import worker_identity, worker_is_alive

CHILD = """
from ctml_assets.resources.workers import worker_identity
print(worker_identity(), flush=True)
input()
"""


@pytest.fixture
def child():
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process, process.stdout.readline().strip()
        process.kill()


def test_this_process_lives():
    assert worker_is_alive(worker_identity()) is True


def test_a_child_lives_until_it_is_killed(child):
    process, identity = child
    assert identity != worker_identity()
    assert worker_is_alive(identity) is True
    process.kill()
    process.wait()
    assert worker_is_alive(identity) is False


def test_a_killed_child_that_nobody_has_asked_after_is_gone(child):
    """A zombie still has its process id."""
    process, identity = child
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    os.kill(process.pid, 0)
    assert worker_is_alive(identity) is False


def test_a_stopped_child_lives(child):
    process, identity = child
    process.send_signal(signal.SIGSTOP)
    assert worker_is_alive(identity) is True
    process.send_signal(signal.SIGCONT)


def test_another_process_with_the_same_number_is_not_taken_for_it():
    before, _, started = worker_identity().rpartition(" ")
    assert worker_is_alive(f"{before} {int(started) - 1}") is False


@pytest.mark.parametrize(
    "change", [lambda it: it.replace("@", "@other-"), lambda it: it.replace("pid:[", "pid:[9")]
)
def test_a_process_of_another_machine_or_container_cannot_be_told(change):
    assert worker_is_alive(change(worker_identity())) is None


@pytest.mark.parametrize("identity", ["", "alone", "@", "x@y z", "-1@host 5"])
def test_what_is_no_identity_cannot_be_told(identity):
    assert worker_is_alive(identity) is None


class TestWithoutProc:
    """As on macOS: who is gone can be told, a number that lives may be anybody's."""

    @pytest.fixture(autouse=True)
    def _no_proc(self, monkeypatch, tmp_path):
        monkeypatch.setattr(workers, "_PROC", tmp_path)

    def test_a_process_that_is_there_cannot_be_told(self):
        assert worker_is_alive(worker_identity()) is None

    def test_a_process_that_is_gone_is_gone(self):
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()
        own = worker_identity()
        assert worker_is_alive(own.replace(f"{os.getpid()}@", f"{process.pid}@")) is False
