"""All that is compared, by name."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from ctml_assets.core.spec import ConditionSpec, TriggerSpec
from ctml_assets_tests.benchmarks.triggers.champion import Watched
from ctml_assets_tests.benchmarks.triggers.ours import Ours
from ctml_assets_tests.benchmarks.triggers.rivals import Bare, River

OURS: Final = "ours: "
DEFAULT: Final = "default set"
ADWIN: Final = "river ADWIN"
BARE: Final = "bare 5 % drop, 7 days"
# They detect nothing: they fire on calm days by design.
CLOCKS: Final = frozenset({"max_age", "interval", "volume"})


class Detector(Protocol):
    """Looks at one day after the other."""

    def look(self, day: int) -> bool:
        """Say whether the day raises an alarm; days come in order, each once."""
        ...

    def restart(self, day: int) -> None:
        """Take note that a training answered the alarm of this day."""
        ...


def sets() -> dict[str, list[ConditionSpec]]:
    """Return our triggers by name: the default set without its clocks, and some alone."""
    declared: dict[str, list[Any]] = {
        DEFAULT: [it for it in TriggerSpec().when if it.kind not in CLOCKS],
        "performance": ["performance"],
        "change_point": ["change_point"],
        "change_point, 730 days": [{"change_point": {"days_between_false_alarms": 730}}],
        "performance or change_point": ["performance", "change_point"],
    }
    return {
        name: [ConditionSpec.model_validate(it) for it in when] for name, when in declared.items()
    }


def cheap(when: Sequence[ConditionSpec]) -> bool:
    """Say whether no trigger among them asks for a probe."""
    return not TriggerSpec(when=tuple(when)).declared("staleness")


def detectors(watched: Watched, *, probes: bool = True) -> dict[str, Callable[[], Detector]]:
    """Return what makes each detector of a stream; without probes not those that ask for one."""
    from river import drift

    def ours(when: Sequence[ConditionSpec]) -> Callable[[], Detector]:
        return lambda: Ours(watched, when)

    own = {f"{OURS}{name}": ours(when) for name, when in sets().items() if probes or cheap(when)}
    return own | {
        ADWIN: lambda: River(watched, drift.ADWIN()),
        "river DDM": lambda: River(watched, drift.binary.DDM()),
        # upwards: fewer errors call for no training
        "river Page-Hinkley": lambda: River(watched, drift.PageHinkley(mode="up")),
        BARE: lambda: Bare(watched.drops),
        "bare 5 % drop, 1 day": lambda: Bare(watched.single_drops),
    }
