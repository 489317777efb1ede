"""One replayed day: the monitor job, a tick of the sensor, and the training it asks for."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import dagster as dg

from ctml_assets.components import MONITOR_JOB, RETRAIN_JOB
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import document_key, read_document
from ctml_assets.replay.home import Home
from ctml_assets.replay.journal import DayEntry, Journal
from ctml_assets.replay.ticks import SENSOR, Ticker
from ctml_assets.resources.naming import KIND_TAG, MODEL_TAG, MONITOR, monitoring_keys, training_keys

# A replay makes a thousand runs: their events are in the instance, not on the terminal.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Replay:
    """A model's history, replayed in a home.

    Parameters
    ----------
    spec
        The model.
    definitions
        The code location that holds it.
    home
        Where it happens.
    """

    spec: ModelSpec
    definitions: dg.Definitions
    home: Home

    @property
    def journal(self) -> Journal:
        """What was done so far."""
        return Journal(self.home.lake.open(), self.spec.name)

    def run(
        self, days: Sequence[dt.date], on_day: Callable[[DayEntry], None] = lambda _: None
    ) -> None:
        """Replay the days in order; a day that is finished already is not done again."""
        self.journal.open(self.spec, days[0])
        for day in days:
            entry = self.journal.entry(day)
            if entry is None:
                entry = self._look(day)
                self.journal.write(entry)
            if not entry.finished:
                entry = self._train(day, entry)
                self.journal.write(entry)
            on_day(entry)

    def _look(self, day: dt.date) -> DayEntry:
        tags = {MODEL_TAG: self.spec.name, KIND_TAG: MONITOR}
        problem = self._execute(MONITOR_JOB, day, monitoring_keys(self.spec.name), tags)
        result = Ticker(self.home.instance, self.definitions, self.home.lake).tick()
        asked = [
            request
            for request in result.run_requests or ()
            if request.tags.get(MODEL_TAG) == self.spec.name
        ]
        served = self.home.lake.registry(self.spec.name).champion_on(day)
        seen = {} if problem else self._drift_score(day)
        request_tags = {
            **asked[0].tags,
            "dagster/run_key": asked[0].run_key or "",
            "dagster/sensor_name": SENSOR,
        } if asked else {}
        reason = request_tags.get("ctml/reason") or problem or self._reason(result.skip_message, day)
        return DayEntry(
            day=day.isoformat(),
            score=seen.get("score"),
            reference=seen.get("reference"),
            drop=seen.get("relative_drop"),
            champion=None if served is None else served.version,
            fired=bool(asked),
            reason=reason,
            training=None,
            finished=not asked,
            tags=request_tags,
        )

    def _train(self, day: dt.date, entry: DayEntry) -> DayEntry:
        registry = self.home.lake.registry(self.spec.name)
        problem = self._execute(RETRAIN_JOB, day, training_keys(self.spec.name), entry.tags)
        if problem:
            return replace(
                entry, training="failed", finished=True, reason=f"{entry.reason}; {problem}"
            )
        champion = registry.champion()
        promoted = champion is not None and champion.as_of == day
        return replace(entry, training="promoted" if promoted else "rejected", finished=True)

    def _execute(
        self, job: str, day: dt.date, keys: Sequence[dg.AssetKey], tags: Mapping[str, str]
    ) -> str | None:
        """Run a job on one day in this process; return what went wrong, if anything did."""
        result = self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.home.instance,
            partition_key=day.isoformat(),
            asset_selection=list(keys),
            tags=dict(tags),
            run_config=_QUIET,
            raise_on_error=False,
        )
        if result.success:
            return None
        failures = [event for event in result.all_events if event.is_step_failure]
        data = failures[0].step_failure_data if failures else None
        told = data.user_failure_data.description if data and data.user_failure_data else None
        return f"{job} failed: {told or (data.error_display_string if data else 'see the run')}"

    def _drift_score(self, day: dt.date) -> dict[str, float | None]:
        key = document_key(self.spec.name, "drift_score", day.isoformat())
        document = read_document(self.home.lake.open(), key)
        return {name: document[name] for name in ("score", "reference", "relative_drop")}

    def _reason(self, skipped: str | None, day: dt.date) -> str:
        label = f"{self.spec.name} {day}: "
        lines = [line for line in (skipped or "").splitlines() if line.startswith(label)]
        return lines[0].removeprefix(label) if lines else (skipped or "")
