"""The one clock of all methods: CPU seconds of their process, and what they had found when."""

import _thread
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

_EVERY_SECONDS = 0.05
# An exception is lost where it meets a callback of the interpreter: then another one follows.
_AGAIN_SECONDS = 1.0
# Of no meaning to anybody else.
_SIGNAL = signal.SIGUSR1


class BudgetSpent(BaseException):
    """The budget is spent; no ``Exception``, since searches take those for failed trials."""


@dataclass(frozen=True)
class Found:
    """One trial that ended.

    Attributes
    ----------
    cpu_seconds : float
        When, in CPU seconds of all threads since the search began.
    valid_score : float or None
        Weighted slice score on validation rows, higher is better; None: it has none.
    parameters : mapping
        What was tried, the iterations among them.
    share : float
        Of the validation rows, how many were scored.
    """

    cpu_seconds: float
    valid_score: float | None
    parameters: Mapping[str, Any]
    share: float = 1.0


class Recorder:
    """Cuts a search off once its CPU budget is spent, as a context: what is under way is lost.

    Attributes
    ----------
    budget_seconds : float
        CPU seconds of this process, all threads.
    found : list of Found
        The trials that ended, in their order.
    cpu_seconds : float
        What the search took, once it is over.
    """

    def __init__(self, budget_seconds: float) -> None:
        self.budget_seconds = budget_seconds
        self.found: list[Found] = []
        self.cpu_seconds = 0.0

    def __enter__(self) -> Self:
        self._over = Event()
        self._before = signal.signal(_SIGNAL, self._cut)
        self._began = time.process_time()
        Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._over.set()
        self.cpu_seconds = self.spent
        signal.signal(_SIGNAL, self._before)
        return kind is BudgetSpent

    @property
    def spent(self) -> float:
        """CPU seconds since the search began."""
        return time.process_time() - self._began

    @property
    def left(self) -> float:
        """CPU seconds that are left."""
        return self.budget_seconds - self.spent

    def record(
        self, valid_score: float | None, parameters: Mapping[str, Any], *, share: float = 1.0
    ) -> None:
        """Note a trial that has just ended."""
        self.found.append(Found(self.spent, valid_score, dict(parameters), share))

    def _watch(self) -> None:
        # the system's own timer of CPU time is not exact everywhere
        wait = _EVERY_SECONDS
        while not self._over.wait(wait):
            if self.left <= 0:
                _thread.interrupt_main(_SIGNAL)
                wait = _AGAIN_SECONDS

    def _cut(self, number: int, frame: object) -> None:
        if not self._over.is_set():
            raise BudgetSpent


def best_within(found: Sequence[Found], seconds: float) -> Found | None:
    """Return the best trial that ended in time, of those that were scored on the most rows."""
    scored = [it for it in found if it.valid_score is not None and it.cpu_seconds <= seconds]
    return max(scored, key=lambda it: (it.share, it.valid_score), default=None)
