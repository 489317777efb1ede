"""The policies that are compared: the clock, the bare score drop, and declared triggers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ctml_assets.assets.looking import earlier_looks
from ctml_assets.core.probe import accumulated, counted, is_due
from ctml_assets.core.spec import ConditionSpec, PerformanceSpec, TriggerSpec
from ctml_assets.core.triggers import Look, Probe, TrainingState, decide
from ctml_assets_tests.benchmarks.policies.history import History
from ctml_assets_tests.benchmarks.policies.walking import Policy, State

NEVER, CLOCK, BARE_DROP, DEFAULT = "never", "clock", "bare drop", "default"
# Multiples of a week, and phases too, so that clocks share their versions.
_CLOCKS = (7, 14, 21, 28, 42, 63, 91, 119, 182)
_DROPS = (0.02, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 0.5, 0.8)
_BOUNDS = (0.08, 0.1, 0.2, 0.3)
PHASES = 4
_LOOKED_FOR = {"performance", "staleness", "max_age"}
# So few days between false alarms that any drop is significant.
_ANY = 2.0


@dataclass(frozen=True)
class Never:
    """The first champion serves for ever."""

    name: str = NEVER
    phase: int = 0

    def asks(self, history: History, state: State, day: int) -> bool:
        """Never."""
        return False


@dataclass(frozen=True)
class Clock:
    """A training every so many days, the first ``phase`` days after the first champion's."""

    every_days: int
    phase: int

    @property
    def name(self) -> str:
        """With the days."""
        return f"{CLOCK} {self.every_days} days"

    def asks(self, history: History, state: State, day: int) -> bool:
        """Count from the phase on, whatever happened since."""
        since = day - history.first - self.phase
        return since >= 0 and since % self.every_days == 0


@dataclass(frozen=True)
class Triggered:
    """Declared triggers, decided by the package, from so many days after the first champion on."""

    name: str
    triggers: TriggerSpec
    phase: int

    def __post_init__(self) -> None:
        strange = {leaf.name for leaf in self.triggers.leaves()} - _LOOKED_FOR
        if strange:
            raise ValueError(
                f"{self.name}: triggers must be among {', '.join(sorted(_LOOKED_FOR))}, got "
                f"{', '.join(sorted(strange))} besides; add to the look what these ask for"
            )

    def asks(self, history: History, state: State, day: int) -> bool:
        """Look at the day, and decide."""
        if day < history.first + self.triggers.cooldown_days + self.phase:
            return False
        spec = history.spec.model_copy(update={"triggers": self.triggers})
        date = history.records.date
        known = TrainingState(
            str(state.champion), date(state.champion), tuple(map(date, state.trained))
        )
        return decide(self._look(history, state, day), known, spec).fired

    def _look(self, history: History, state: State, day: int) -> Look:
        now = history.look(state.champion, day, state.rejected)
        wanted = max((it.consecutive for it in self.triggers.declared("performance")), default=1)
        before = range(max(day - wanted, state.champion) + 1, day)
        earlier = earlier_looks(now, [history.look(state.champion, it, None) for it in before])
        return replace(now, earlier=earlier, probe=self._probed(history, state, day))

    def _probed(self, history: History, state: State, day: int) -> Probe | None:
        declared = self.triggers.declared("staleness")
        if not declared:
            return None
        settings, date = declared[0], history.records.date
        since, last = date(state.trained[-1]), date(day)
        every = settings.probe_every_days
        before = counted(map(date, state.gains), since=since, before=last, every_days=every)
        if is_due(last, before, since=since, every_days=every):
            gain = history.gain(state.champion, day, settings).share
            if gain is not None:
                state.gains[day] = gain
        if not state.gains:
            return None
        latest = max(state.gains)
        gain = history.gain(state.champion, latest, settings)
        around = gain.interval
        return Probe(
            day=date(latest),
            gain=gain.share,
            standard_error=None if around is None else around.standard_error,
            degrees_of_freedom=None if around is None else around.degrees_of_freedom,
            accumulated=accumulated(list(state.gains.values()))[-1],
            probes=len(state.gains),
        )


def policies(phases: int = PHASES) -> Iterator[Policy]:
    """Yield every policy, in each of its phases; a clock of few weeks has fewer."""
    yield Never()
    for days in _CLOCKS:
        weeks = days // 7
        begins = {max(1, round(weeks * part / phases)) for part in range(1, phases + 1)}
        yield from (Clock(days, 7 * begin) for begin in sorted(begins))
    for name, when in declarations().items():
        triggers = TriggerSpec(when=when)
        yield from (Triggered(name, triggers, 2 * phase) for phase in range(phases))


def declarations() -> dict[str, tuple[ConditionSpec, ...]]:
    """Name the declared triggers, each beside the default cool-down, back-off and budget."""
    default = TriggerSpec().when
    named = {
        DEFAULT: default,
        f"{DEFAULT}, no performance": tuple(it for it in default if it.performance is None),
        f"{DEFAULT}, no staleness": tuple(it for it in default if it.staleness is None),
    }
    for bound in _BOUNDS:
        named[f"{DEFAULT}, accumulated {bound:.0%}"] = tuple(_bounded(it, bound) for it in default)
    for drop in _DROPS:
        bare = PerformanceSpec(max_drop=drop, days_between_false_alarms=_ANY)
        named[f"{BARE_DROP} {drop:.0%}"] = (ConditionSpec(performance=bare),)
    return named


def _bounded(condition: ConditionSpec, accumulated_gain: float) -> ConditionSpec:
    if condition.staleness is None:
        return condition
    settings = condition.staleness.model_copy(update={"accumulated_gain": accumulated_gain})
    return ConditionSpec(staleness=settings)
