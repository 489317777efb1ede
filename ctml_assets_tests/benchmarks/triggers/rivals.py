"""What our triggers are compared with: river's detectors, and a bare threshold."""

from collections.abc import Mapping
from typing import Any

from ctml_assets.core.drift import DriftScore
from ctml_assets_tests.benchmarks.triggers.champion import Watched
from ctml_assets_tests.benchmarks.triggers.streams import HISTORY_DAYS, LEARNED_DAYS

BARE_DROP = 0.05


class Bare:
    """A relative drop, whatever chance makes of it; by day."""

    def __init__(self, drops: Mapping[int, DriftScore]) -> None:
        self._drops = drops

    def look(self, day: int) -> bool:
        """Compare the day's drop with the threshold."""
        drop = self._drops[day].relative_drop
        return drop is not None and drop >= BARE_DROP

    def restart(self, day: int) -> None:
        """Do nothing: it has no memory."""


class River:
    """One of river's detectors, told of each row whether the champion got it wrong.

    It is warmed up with the test days, which our reference is made of. Where it knows the share of
    errors before and after, an alarm counts if there are more: fewer errors call for no training.
    """

    def __init__(self, watched: Watched, detector: Any) -> None:
        self._watched, self._detector = watched, detector
        for day in range(LEARNED_DAYS, HISTORY_DAYS):
            self.look(day)

    def look(self, day: int) -> bool:
        """Tell it of the day's rows."""
        alarmed = False
        for wrong in self._watched.wrong[self._watched.rows(day, day)].tolist():
            before = getattr(self._detector, "estimation", None)
            self._detector.update(wrong)
            if self._detector.drift_detected:
                alarmed |= before is None or self._detector.estimation > before
        return alarmed

    def restart(self, day: int) -> None:
        """Do nothing: they start again by themselves."""
