"""The staleness probe on a stream's rows, as the monitoring side makes it from the lake."""

import datetime as dt

from ctml_assets.core.drift import line_weights, score_rows
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.probe import (
    Gain,
    accumulated,
    fit_probe,
    gain_over,
    is_due,
    probe_days,
    sample_of,
)
from ctml_assets.core.spec import StalenessSpec
from ctml_assets.core.training import predict
from ctml_assets.core.triggers import Probe
from ctml_assets_tests.benchmarks.triggers.champion import START, Watched, date_of
from ctml_assets_tests.benchmarks.triggers.streams import LEARNED_DAYS


class Probes:
    """The probes of one detector since its last training."""

    def __init__(self, watched: Watched, settings: StalenessSpec) -> None:
        self._watched, self._settings = watched, settings
        self._made: dict[dt.date, Gain] = {}

    def restart(self) -> None:
        """Forget the probes before a training."""
        self._made = {}

    def look(self, day: int, since: int) -> Probe | None:
        """Return what the day knows; a probe is made if it is due."""
        today, every = date_of(day), self._settings.probe_every_days
        if is_due(today, tuple(self._made), since=date_of(since), every_days=every):
            self._made[today] = _gain(self._watched, self._settings, day)
        return self._told() if self._made else None

    def _told(self) -> Probe:
        known = [it.share for it in self._made.values() if it.share is not None]
        day, latest = list(self._made.items())[-1]
        around = latest.interval
        return Probe(
            day=day,
            gain=latest.share,
            standard_error=None if around is None else around.standard_error,
            degrees_of_freedom=None if around is None else around.degrees_of_freedom,
            accumulated=[0.0, *accumulated(known)][-1],
            probes=len(known),
            reason=latest.reason,
        )


def _gain(watched: Watched, settings: StalenessSpec, day: int) -> Gain:
    spec, records = watched.spec, watched.records
    days = probe_days(spec, settings, date_of(day), trained_to=date_of(LEARNED_DAYS - 1))
    known = records.iloc[watched.rows(*_numbers(days.learned_from, days.learned_to))]
    # in one draw from all days: each row is as likely as from day after day, and it is quicker
    learned = sample_of(known, date_of(day), rows=settings.rows, seed=spec.retraining.seed).frame
    probe = fit_probe(learned, spec=spec, iterations=settings.iterations)
    rows = watched.rows(*_numbers(days.compared_from, days.compared_to))
    frame = records.iloc[rows]
    champion, fresh = (
        score_rows(
            frame,
            outcomes_of(frame, prediction, spec=spec),
            lines=spec.monitoring.slices or (),
            metric=get_metric(spec.monitoring.metric or ""),
            min_support=spec.monitoring.min_support,
            clusters=frame[spec.event_time],
        )
        for prediction in (watched.prediction[rows], predict(probe, frame, spec=spec))
    )
    return gain_over(champion, fresh, weights=line_weights(spec.monitoring.slices or ()))


def _numbers(*days: dt.date) -> list[int]:
    return [(day - START).days for day in days]
