"""Totals by stream and by kind, and the bar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.table import Table

from ctml_assets_tests.benchmarks.triggers.detectors import ADWIN, BARE, OURS
from ctml_assets_tests.benchmarks.triggers.measure import Found
from ctml_assets_tests.benchmarks.triggers.streams import FAMILIES, KINDS

ALL = "all"
_YEAR_DAYS = 365


@dataclass(frozen=True)
class Line:
    """What a detector made of several streams.

    Attributes
    ----------
    rows_a_day : int
        Of the streams.
    stream, kind : str
        Which streams; ``all`` of them.
    detector : str
        Its name.
    changes, missed : int
        How many changes there were, and how many of them raised no alarm in time.
    mean_delay_days : float or None
        Over all changes; a missed one counts as all the time there was. None without any.
    false_alarms : int
        Alarms on calm days.
    false_alarms_a_year : float
        Of 365 calm days.
    """

    rows_a_day: int
    stream: str
    kind: str
    detector: str
    changes: int
    missed: int
    mean_delay_days: float | None
    false_alarms: int
    false_alarms_a_year: float


def summarized(found: Sequence[Found]) -> list[Line]:
    """Add up: by stream and kind, by stream, by kind, and all."""
    streams = [family.name for family in FAMILIES] + [ALL]
    lines = []
    for rows in dict.fromkeys(it.rows_a_day for it in found):
        for stream in streams:
            for kind in (*KINDS, ALL):
                for detector in dict.fromkeys(it.detector for it in found):
                    chosen = [
                        it
                        for it in found
                        if (it.rows_a_day, it.detector) == (rows, detector)
                        and stream in (it.family, ALL)
                        and kind in (it.kind, ALL)
                    ]
                    if chosen:
                        lines.append(_line(chosen, stream, kind))
    return lines


def _line(chosen: Sequence[Found], stream: str, kind: str) -> Line:
    delays = [it.horizon_days if delay is None else delay for it in chosen for delay in it.delays]
    alarms, days = sum(it.false_alarms for it in chosen), sum(it.calm_days for it in chosen)
    return Line(
        rows_a_day=chosen[0].rows_a_day,
        stream=stream,
        kind=kind,
        detector=chosen[0].detector,
        changes=len(delays),
        missed=sum(delay is None for it in chosen for delay in it.delays),
        mean_delay_days=sum(delays) / len(delays) if delays else None,
        false_alarms=alarms,
        false_alarms_a_year=alarms / days * _YEAR_DAYS,
    )


def table(lines: Sequence[Line], rows_a_day: int) -> Table:
    """Return delays by stream and by kind, and false alarms, one row a detector."""
    shown = Table(
        title=f"{rows_a_day} rows a day: mean delay in days (missed), false alarms a year"
    )
    shown.add_column("detector")
    by_key = {(line.detector, line.stream, line.kind): line for line in lines}
    total = [line for line in lines if line.stream == ALL and line.changes and line.kind != ALL]
    columns = [(stream, ALL) for stream in dict.fromkeys(line.stream for line in lines)]
    columns[-1:-1] = [(ALL, kind) for kind in dict.fromkeys(line.kind for line in total)]
    for stream, kind in columns:
        shown.add_column(kind if stream == ALL else stream, justify="right")
    shown.add_column("false alarms", justify="right")
    for detector in dict.fromkeys(line.detector for line in lines):
        cells = [_delay(by_key.get((detector, stream, kind))) for stream, kind in columns]
        false = by_key[detector, ALL, ALL].false_alarms_a_year
        shown.add_row(detector, *cells, f"{false:.2f}")
    return shown


def _delay(line: Line | None) -> str:
    if line is None or line.mean_delay_days is None:
        return "-"
    return f"{line.mean_delay_days:.1f} ({line.missed}/{line.changes})"


def bar(found: Sequence[Found]) -> Iterator[str]:
    """Say of each of ours whether it is as quick as ADWIN, and cries wolf less than a bare drop."""
    for name in dict.fromkeys(it.detector for it in found if it.detector.startswith(OURS)):
        streams = {it.stream for it in found if it.detector == name}
        alike = [it for it in found if it.stream in streams]
        ours, adwin, bare = (
            _line([it for it in alike if it.detector == detector], ALL, ALL)
            for detector in (name, ADWIN, BARE)
        )
        quick = (ours.mean_delay_days or 0.0) <= (adwin.mean_delay_days or 0.0)
        calm = ours.false_alarms < bare.false_alarms
        yield (
            f"{name}: delay {ours.mean_delay_days:.2f} {'<=' if quick else '>'} "
            f"{adwin.mean_delay_days:.2f} of {ADWIN}, false alarms {ours.false_alarms} "
            f"{'<' if calm else '>='} {bare.false_alarms} of {BARE}, {len(streams)} streams"
        )
