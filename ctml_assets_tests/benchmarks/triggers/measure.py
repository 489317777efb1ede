"""From alarms to delays and false alarms."""

from collections.abc import Sequence
from dataclasses import dataclass

from ctml_assets_tests.benchmarks.triggers.champion import watched
from ctml_assets_tests.benchmarks.triggers.detectors import Detector, detectors
from ctml_assets_tests.benchmarks.triggers.streams import (
    FAMILIES,
    HISTORY_DAYS,
    Stream,
    stream,
)

COOLDOWN_DAYS = 7


@dataclass(frozen=True)
class Task:
    """One stream to draw.

    Attributes
    ----------
    family : int
        Its number in `FAMILIES`.
    kind, seed, rows_a_day
        See `Stream`.
    probes : bool
        Whether to measure what asks for probes too.
    """

    family: int
    kind: str
    seed: int
    rows_a_day: int
    probes: bool


@dataclass(frozen=True)
class Found:
    """What a detector made of one stream.

    Attributes
    ----------
    family, kind, seed, rows_a_day
        The stream's.
    detector : str
        Its name.
    delays : tuple of (int or None)
        Days from the first day of each change to the first alarm, 0 on that day itself; None: no
        alarm within the horizon.
    horizon_days : int
        How long a change can be detected.
    false_alarms : int
        Alarms on calm days.
    calm_days : int
        How many there were.
    """

    family: str
    kind: str
    seed: int
    rows_a_day: int
    detector: str
    delays: tuple[int | None, ...]
    horizon_days: int
    false_alarms: int
    calm_days: int

    @property
    def stream(self) -> tuple[str, str, int, int]:
        """Which stream it is."""
        return self.family, self.kind, self.seed, self.rows_a_day


def alarms(detector: Detector, days: int) -> list[int]:
    """Return the days of alarm: none in the cool-down after the history, or after another."""
    found: list[int] = []
    last = HISTORY_DAYS - 1
    for day in range(HISTORY_DAYS, days):
        alarmed = detector.look(day)
        if alarmed and day - last > COOLDOWN_DAYS:
            detector.restart(day)
            found.append(day)
            last = day
    return found


def found(stream: Stream, detector: str, alarmed: Sequence[int]) -> Found:
    """Compare the days of alarm with what is known of the stream."""
    delays = []
    for drift in stream.drifts:
        after = [day - drift for day in alarmed if 0 <= day - drift < stream.horizon_days]
        delays.append(min(after, default=None))
    return Found(
        stream.family.name,
        stream.kind,
        stream.seed,
        stream.rows_a_day,
        detector,
        tuple(delays),
        stream.horizon_days,
        sum(bool(stream.calm[day]) for day in alarmed),
        int(stream.calm.sum()),
    )


def of_stream(task: Task) -> list[Found]:
    """Return what each detector makes of a stream."""
    family = FAMILIES[task.family]
    drawn = watched(stream(family, task.kind, task.seed, rows_a_day=task.rows_a_day))
    days = len(drawn.stream.changed)
    return [
        found(drawn.stream, name, alarms(make(), days))
        for name, make in detectors(drawn, probes=task.probes).items()
    ]
