"""``dagster dev`` in a folder, as a process of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctml_assets_tests.browser.project import plain_environment

_START_SECONDS, _RUN_SECONDS, _STOP_SECONDS = 120, 120, 30
_ENDS = {"SUCCESS", "FAILURE", "CANCELED"}
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_COMPLAINT = re.compile(r"\b(WARNING|ERROR|CRITICAL|Traceback)\b|Warning:|Error:")
# What Dagster says of itself in a folder in which all is well.
_KNOWN = (
    "SupersessionWarning: Function `dev_command` is superseded",
    "No cursor for event type DagsterEventType.",
)


@dataclass(frozen=True)
class DagsterDev:
    """A running ``dagster dev``.

    Attributes
    ----------
    url
        Where its webserver listens, without a slash at the end.
    log
        The file that its output goes to.
    """

    url: str
    log: Path

    def output(self) -> str:
        """Return what it printed so far."""
        return _COLOUR.sub("", self.log.read_text())

    def complaints(self) -> list[str]:
        """Return the lines of its output that warn of something, but for Dagster's own."""
        return [
            line
            for line in self.output().splitlines()
            if _COMPLAINT.search(line) and not any(known in line for known in _KNOWN)
        ]

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the data that answers a GraphQL query."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(  # noqa: S310 - our own server on the loopback
            f"{self.url}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - as above
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def runs(self) -> dict[str, str]:
        """Return the status of the newest runs by id, newest first."""
        answer = self.ask("{ runsOrError(limit: 20) { ... on Runs { results { id status } } } }")
        return {run["id"]: run["status"] for run in answer["runsOrError"]["results"]}

    def wait_for_new_run(self, before: Collection[str]) -> str:
        """Return how the one run that is not among those before has ended."""
        deadline = time.monotonic() + _RUN_SECONDS
        while time.monotonic() < deadline:
            new = {run: status for run, status in self.runs().items() if run not in before}
            assert len(new) <= 1, f"one run was wanted, found {new}"
            if set(new.values()) <= _ENDS and new:
                return next(iter(new.values()))
            time.sleep(0.5)
        raise AssertionError(f"no new run has ended in {_RUN_SECONDS} s: {self.runs()}")

    def wait_for_output(self, text: str) -> None:
        """Wait until it has printed this."""
        deadline = time.monotonic() + _START_SECONDS
        while text not in self.output():
            assert time.monotonic() < deadline, f"no {text!r} in:\n{self.output()}"
            time.sleep(0.3)


@contextmanager
def dagster_dev(folder: Path) -> Iterator[DagsterDev]:
    """Start it without ``DAGSTER_HOME``; stop it, and everything it started, at the end."""
    port, log = _free_port(), folder / "dagster_dev.log"
    command = [sys.executable, "-m", "dagster", "dev", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            cwd=folder,
            env=plain_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # The group of its own has one id to stop it by.
            start_new_session=True,
            # A test session in the background ignores SIGINT, and its children would too.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    server = DagsterDev(f"http://127.0.0.1:{port}", log)
    try:
        _wait_until_it_serves(server, process)
        yield server
    finally:
        _stop(process)


def _wait_until_it_serves(server: DagsterDev, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"dagster dev ended:\n{server.output()}"
        if _answers(server.url):
            return
        time.sleep(0.3)
    raise AssertionError(f"nothing served in {_START_SECONDS} s:\n{server.output()}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/server_info", timeout=5):  # noqa: S310 - our server
            return True
    except (urllib.error.URLError, OSError):
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.terminate()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(_STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
