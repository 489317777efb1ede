"""Our triggers, asked day by day as the sensor asks them."""

from collections.abc import Sequence
from dataclasses import replace

from ctml_assets.assets import looking
from ctml_assets.core.spec import ConditionSpec, TriggerSpec
from ctml_assets.core.triggers import Look, TrainingState, decide
from ctml_assets_tests.benchmarks.triggers.champion import CHAMPION, Watched, date_of
from ctml_assets_tests.benchmarks.triggers.probes import Probes
from ctml_assets_tests.benchmarks.triggers.streams import HISTORY_DAYS


class Ours:
    """The triggers of a declaration.

    Parameters
    ----------
    watched
        The stream and its champion.
    when
        Any of these conditions raises the alarm.
    """

    def __init__(self, watched: Watched, when: Sequence[ConditionSpec]) -> None:
        # all detectors are held back alike, by what asks them
        triggers = TriggerSpec(when=tuple(when), cooldown_days=0, max_per_30_days=None)
        self._watched = watched
        self._spec = watched.spec.model_copy(update={"triggers": triggers})
        self._trained = HISTORY_DAYS - 1
        self._probes = [Probes(watched, it) for it in triggers.declared("staleness")]

    def look(self, day: int) -> bool:
        """Decide on the day."""
        as_of = date_of(HISTORY_DAYS - 1)
        state = TrainingState(CHAMPION, as_of, (as_of,))
        return decide(self._look(day), state, self._spec).fired

    def restart(self, day: int) -> None:
        """Count residuals and probes from the day on; the training gave no other champion."""
        self._trained = day
        for probes in self._probes:
            probes.restart()

    def _look(self, day: int) -> Look:
        watched = self._watched
        today, scores = watched.drops[day], watched.windows[day]
        now = looking.look(date_of(day), today, scores, spec=self._spec)
        since = range(self._trained + 1, day + 1)
        probes = [it.look(day, self._trained) for it in self._probes]
        return replace(
            now,
            residuals=tuple(watched.residuals[at] for at in since if at in watched.residuals),
            probe=probes[0] if probes else None,
        )
