"""The drift score has fallen below the reference: far enough, and not by chance."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ctml_assets.core.drift.significance import critical_value, standard_errors
from ctml_assets.core.spec import PerformanceSpec
from ctml_assets.core.triggers.look import Drop, Look
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState


@dataclass(frozen=True)
class Performance:
    """Fires if the relative drop is at least ``max_drop``, and significant.

    Significant: larger than chance makes it once in ``days_between_false_alarms`` (see
    ``core.drift.significance``). With ``consecutive``, so many looks in a row must show it; a day
    that is missing, cannot be evaluated or had another champion breaks the row.

    A rejected candidate answers the drop that it was trained for: no retrain helped where the
    champion scored so low. Only a drop from there, as large and as sure, fires again. (A drop that
    the rejected comparison had hardly seen still is one.)
    """

    name: str = "performance"

    def ask(self, settings: PerformanceSpec, look: Look, state: TrainingState) -> Answer:
        """Compare the drop with the threshold and with chance."""
        of = "" if settings.slice is None else f"{settings.slice}: "
        drop = _drop_of(settings, look.drop, look.slices)
        if drop is None:
            why = look.reason if look.drop is None else "it is not scored"
            return Answer(Answered.UNKNOWN, f"{of}not evaluable: {why}", self.name)
        now = self.judged(settings, drop)
        told = of + now.reason
        answered = _drop_of(settings, look.since_rejection, look.slices_since_rejection)
        if now.fired and answered is not None:
            now = self.judged(settings, answered)
            told += f"; where the last candidate was rejected: {now.reason}"
        if now.fired and not of and look.worst:
            told += f"; mostly {look.worst}"
        if not now.fired or settings.consecutive == 1:
            return Answer(now.answered, told, self.name)
        in_a_row = self._in_a_row(settings, look)
        told += f"; {in_a_row} of {settings.consecutive} looks in a row"
        enough = in_a_row >= settings.consecutive
        return Answer(Answered.YES if enough else Answered.NO, told, self.name)

    def judged(self, settings: PerformanceSpec, drop: Drop) -> Answer:
        """Judge one drop."""
        large = drop.relative_drop >= settings.max_drop
        told = (
            f"score {drop.score:.3f}, reference {drop.reference:.3f}, drop "
            f"{drop.relative_drop:.1%} {'>=' if large else '<'} {settings.max_drop:.1%}"
        )
        if not large:
            return Answer(Answered.NO, told, self.name)
        if drop.standard_error is None or drop.degrees_of_freedom is None:
            why = "not evaluable: too few days tell how uncertain that is"
            return Answer(Answered.UNKNOWN, f"{told}; {why}", self.name)
        needed = critical_value(settings.days_between_false_alarms, drop.degrees_of_freedom)
        found = standard_errors(drop.relative_drop, drop.standard_error)
        real = found > needed
        told += (
            f", {found:.1f} standard errors {'>' if real else '<='} {needed:.1f} (one false alarm "
            f"in {settings.days_between_false_alarms:g} days)"
        )
        return Answer(Answered.YES if real else Answered.NO, told, self.name)

    def _in_a_row(self, settings: PerformanceSpec, look: Look) -> int:
        for number, before in enumerate(look.earlier[: settings.consecutive - 1], start=1):
            drop = _drop_of(settings, before.drop, before.slices)
            in_time = before.day == look.day - dt.timedelta(days=number)
            if not in_time or drop is None or not self.judged(settings, drop).fired:
                return number
        return min(len(look.earlier) + 1, settings.consecutive)


def _drop_of(
    settings: PerformanceSpec, whole: Drop | None, slices: Mapping[str, Drop]
) -> Drop | None:
    return whole if settings.slice is None else slices.get(settings.slice)
