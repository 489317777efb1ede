"""A day's probe: whether it is due, what it is made of, and the probes before it."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from ctml_assets.assets import staleness_probe as probes
from ctml_assets.assets.staleness_probe import Asked
from ctml_assets.assets.statistics_table import measured_with
from ctml_assets.assets.stopwatch import Stopwatch
from ctml_assets.components.probe_rows import (
    Learnable,
    compared_rows,
    learnable_rows,
    usable_days,
)
from ctml_assets.components.serving import serving
from ctml_assets.core.probe import ProbeDays, Probing, StalenessProbe, counted, is_due, probe_days
from ctml_assets.core.spec import ModelSpec, StalenessSpec
from ctml_assets.errors import DataError, LakeError
from ctml_assets.lake import (
    PromotionRecord,
    Registry,
    document_key,
    document_partitions,
    read_document,
    read_table,
    table_key,
)
from ctml_assets.resources.naming import STALENESS_PROBE
from ctml_assets.resources.training_state import trained_days

# Of the time: the rest is for the fit.
_SHARE_TO_READ = 0.5


def probed_on(
    registry: Registry, spec: ModelSpec, settings: StalenessSpec, day: dt.date
) -> tuple[StalenessProbe, tuple[Probing, ...]]:
    """Return what a day knows of the probes since the last training, and the earlier ones of them.

    Parameters
    ----------
    registry
        The model's.
    spec
        A complete declaration.
    settings
        The trigger's.
    day
        The day.
    """
    served = registry.champion_on(day)
    if served is None:
        return probes.staleness_probe(day, None, None, spec=spec), ()
    trained = [at for at in trained_days(registry.lake, spec.name) if at < day]
    since = max([served.as_of, *trained])
    earlier = _earlier(registry, spec, settings, served.version, since, day)
    every = settings.probe_every_days
    made = None
    if is_due(day, tuple(it.day for it in earlier), since=since, every_days=every):
        made = _Probing(registry, spec, settings, served, day).made()
    result = probes.staleness_probe(
        day, served.version, since, spec=spec, earlier=earlier, made=made
    )
    return result, earlier


def _earlier(
    registry: Registry,
    spec: ModelSpec,
    settings: StalenessSpec,
    champion: str,
    since: dt.date,
    day: dt.date,
) -> tuple[Probing, ...]:
    """Return the probes of this champion that count, as they are stored now."""
    found: dict[dt.date, Probing] = {}
    for partition in document_partitions(registry.lake, spec.name, STALENESS_PROBE):
        if not since.isoformat() < partition < day.isoformat():
            continue
        key = document_key(spec.name, STALENESS_PROBE, partition)
        try:
            told = StalenessProbe.from_document(read_document(registry.lake, key))
        except (LakeError, DataError):
            # one damaged file would stop this score and every later one; its probe is made up for
            continue
        alike = (told.champion, told.measured_with) == (champion, measured_with(spec))
        made = told.latest if told.probed and alike else None
        # one that came to nothing is made up for on the next day
        if made is not None and made.gain is not None:
            found[made.day] = made
    days = counted(found, since=since, before=day, every_days=settings.probe_every_days)
    return tuple(found[it] for it in days)


@dataclass(frozen=True)
class _Probing:
    """One probe against the champion of a day."""

    registry: Registry
    spec: ModelSpec
    settings: StalenessSpec
    served: PromotionRecord
    day: dt.date

    def made(self) -> Probing:
        """Read, fit and compare; what stands in the way is the result's reason."""
        watch = Stopwatch.start()
        champion = serving(self.registry, self.served, self._columns(), self.spec)
        if champion.model is None:
            return probes.not_made(Asked(self.day, watch), champion.problem)
        asked = Asked(self.day, watch)
        try:
            days = probe_days(self.spec, self.settings, self.day, trained_to=champion.trained_to)
            asked = Asked(self.day, watch, days)
            learnable, compared = self._learnable(days, watch), self._compared(days)
        except (DataError, LakeError) as error:
            # whatever is wrong with earlier days, the day's score does not wait for it
            return probes.not_made(asked, str(error))
        return probes.probing(
            asked,
            learnable.frame,
            compared,
            champion.model,
            spec=self.spec,
            settings=self.settings,
            features=champion.features,
            cut=learnable.cut,
        )

    def _columns(self) -> tuple[str, ...]:
        key = table_key(self.spec.name, "records", self.day.isoformat())
        return tuple(read_table(self.registry.lake, key).columns)

    def _compared(self, days: ProbeDays) -> pd.DataFrame:
        lake = self.registry.lake
        found = usable_days(lake, self.spec, days.compared_from, days.compared_to)
        return compared_rows(lake, self.spec, found, self.day)

    def _learnable(self, days: ProbeDays, watch: Stopwatch) -> Learnable:
        lake, budget = self.registry.lake, self.settings.max_probe_seconds * _SHARE_TO_READ
        return learnable_rows(
            lake,
            self.spec,
            usable_days(lake, self.spec, days.learned_from, days.learned_to),
            self.day,
            rows=self.settings.rows,
            is_late=lambda: watch.seconds > budget,
        )
