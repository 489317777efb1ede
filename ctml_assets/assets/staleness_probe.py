"""The staleness probe as plain functions: frames in, results out.

``components/staleness_probe_asset.py`` hangs it into Dagster.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from ctml_assets.assets.model_scores import model_scores
from ctml_assets.assets.monitoring import monitored_lines
from ctml_assets.assets.statistics_table import measured_with
from ctml_assets.assets.stopwatch import Stopwatch
from ctml_assets.core.drift import line_weights
from ctml_assets.core.probe import (
    Gain,
    ProbeDays,
    Probing,
    StalenessProbe,
    accumulated,
    affordable_rows,
    fit_probe,
    gain_over,
)
from ctml_assets.core.spec import ModelSpec, StalenessSpec
from ctml_assets.core.triggers import Probe
from ctml_assets.errors import DataError

_PILOT_ROWS: Final = 1000


@dataclass(frozen=True)
class Asked:
    """A probe that is due.

    Attributes
    ----------
    day
        The day that asks.
    watch
        Started when reading began.
    days
        What it learns from and is compared on; None if there are no such days.
    """

    day: dt.date
    watch: Stopwatch
    days: ProbeDays | None = None


def probing(
    asked: Asked,
    sample: pd.DataFrame,
    compared: pd.DataFrame,
    champion: Any,
    *,
    spec: ModelSpec,
    settings: StalenessSpec,
    features: Sequence[str] | None = None,
    cut: str = "",
) -> Probing:
    """Fit a probe, and compare it with the champion.

    Parameters
    ----------
    asked
        The days, and the time that it has taken so far.
    sample : DataFrame of shape (rows, columns)
        Labelled records of the days to learn from, in random order.
    compared : DataFrame of shape (rows, columns)
        Labelled records of the compared days, which neither has learned from.
    champion
        The fitted champion.
    spec
        A complete declaration.
    settings
        The trigger's.
    features
        The champion's inputs in its own order; None: those of the declaration.
    cut
        Why the sample is not what it might be; empty if it is.
    """
    if compared.empty:
        return not_made(asked, f"{spec.name}: no labelled row in the compared days")
    # a feature that was declared after all the days to learn from is one that they lack
    wanted = pd.concat([sample.iloc[: settings.rows], compared.iloc[:0]], ignore_index=True)
    try:
        afforded = _afforded(asked, wanted, spec, settings)
        if afforded < len(wanted):
            seconds = f"{settings.max_probe_seconds:g} s"
            cut = cut or f"{seconds} suffice for {afforded} of {len(wanted)} rows"
        probe = fit_probe(wanted.iloc[:afforded], spec=spec, iterations=settings.iterations)
        gain = gain_over(
            model_scores(champion, compared, spec, features),
            model_scores(probe, compared, spec),
            weights=line_weights(monitored_lines(spec)),
        )
    except (DataError, ValueError) as error:
        # an estimator refuses data in its own words, and the day's score must come all the same
        return not_made(asked, str(error), compared_rows=len(compared))
    return _told(asked, gain, compared_rows=len(compared), rows=afforded, cut=cut)


def not_made(asked: Asked, why: str, *, compared_rows: int = 0) -> Probing:
    """Return the probe that could not be made, and why."""
    return _told(asked, Gain(None, None, None, None, why), compared_rows=compared_rows)


def staleness_probe(
    day: dt.date,
    champion: str | None,
    since: dt.date | None,
    *,
    spec: ModelSpec,
    earlier: Sequence[Probing] = (),
    made: Probing | None = None,
) -> StalenessProbe:
    """Add a day up: its own probe, or the latest one before it.

    Parameters
    ----------
    day
        The partition.
    champion, since
        See `StalenessProbe`.
    spec
        A complete declaration.
    earlier
        The probes since then that count, oldest first, each with a gain.
    made
        The day's own; None if none was due.
    """
    own = [] if made is None else [made]
    gains = [it.gain for it in (*earlier, *own) if it.gain is not None]
    return StalenessProbe(
        day=day,
        measured_with=measured_with(spec),
        champion=champion,
        since=since,
        probed=made is not None,
        latest=next(reversed([*earlier, *own]), None),
        accumulated_gain=next(reversed(accumulated(gains)), 0.0),
        probes=len(gains),
    )


def probe_of(document: Mapping[str, Any]) -> Probe | None:
    """Return what a look is told of a day's document; None if no probe was due yet.

    Raises
    ------
    DataError
        If it is no document of this asset.
    """
    found = StalenessProbe.from_document(document)
    if found.latest is None:
        return None
    return Probe(
        day=found.latest.day,
        gain=found.latest.gain,
        standard_error=found.latest.standard_error,
        degrees_of_freedom=found.latest.degrees_of_freedom,
        accumulated=found.accumulated_gain,
        probes=found.probes,
        reason=found.latest.reason,
    )


def _told(
    asked: Asked, gain: Gain, *, compared_rows: int = 0, rows: int = 0, cut: str = ""
) -> Probing:
    around, days = gain.interval, asked.days
    return Probing(
        day=asked.day,
        gain=gain.share,
        standard_error=None if around is None else around.standard_error,
        degrees_of_freedom=None if around is None else around.degrees_of_freedom,
        gain_low=None if around is None else around.low,
        gain_high=None if around is None else around.high,
        probe_score=gain.probe_score,
        champion_score=gain.champion_score,
        learned_from=None if days is None else days.learned_from,
        learned_to=None if days is None else days.learned_to,
        compared_from=None if days is None else days.compared_from,
        compared_to=None if days is None else days.compared_to,
        compared_rows=compared_rows,
        rows=rows,
        seconds=asked.watch.seconds,
        cpu_seconds=asked.watch.cpu_seconds,
        cut=cut,
        reason=gain.reason,
    )


def _afforded(asked: Asked, wanted: pd.DataFrame, spec: ModelSpec, settings: StalenessSpec) -> int:
    """Return how many rows there is time for: a pilot on a few of them tells."""
    if len(wanted) <= _PILOT_ROWS:
        return len(wanted)
    pilot = wanted.iloc[:_PILOT_ROWS]
    took = []
    # the first fit of a process pays for what is imported then
    for _ in range(2):
        start = asked.watch.seconds
        try:
            fit_probe(pilot, spec=spec, iterations=settings.iterations)
        except DataError:
            # a few rows may be of one class where all are not
            return len(wanted)
        took.append(asked.watch.seconds - start)
    return affordable_rows(
        len(wanted),
        pilot_rows=_PILOT_ROWS,
        pilot_seconds=min(took),
        seconds_left=settings.max_probe_seconds - asked.watch.seconds,
    )
