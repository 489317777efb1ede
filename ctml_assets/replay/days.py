"""One replayed day: the monitor job, a tick of the sensor, and the training it asks for."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import dagster as dg

from ctml_assets.components import MONITOR_JOB, RETRAIN_JOB
from ctml_assets.core.rollout import rollout_of
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import Registry, document_key, predicted_days, read_document
from ctml_assets.replay.home import Home
from ctml_assets.replay.journal import DayEntry, Journal
from ctml_assets.replay.ticks import SENSOR, Tick, Ticker
from ctml_assets.resources.naming import (
    DISCOVERY_ASSET,
    KIND_TAG,
    MODEL_TAG,
    MONITOR,
    PREDICT,
    PREDICT_JOB,
    PREDICTIONS,
    asset_key,
    monitoring_keys,
    training_keys,
)
from ctml_assets.resources.trainings import UNFINISHED

# A replay makes a thousand runs: their events are in the instance, not on the terminal.
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
# Marks the runs that live in a replay's own process; a daemon in the same home retries none.
_REPLAYED = {"ctml/replay": "true", "dagster/max_retries": "0"}
_LATE = "monitored late, after later days were decided: no decision on this day"


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
        """Replay the days in order; a day that is finished already is not done again.

        A day whose monitor failed is. If later days were decided meanwhile it is monitored only,
        for a decision on it would change what theirs were built on: the next tick of the sensor
        reads it along with a newer day, and decides on that one.
        """
        self.journal.open(self.spec, days[0])
        self._give_up_abandoned_runs()
        decided = max((it.day for it in self.journal.entries() if not it.failed), default="")
        for day in days:
            entry = self.journal.entry(day)
            if entry is None or entry.failed:
                entry = self._look(day, late=day.isoformat() < decided)
                self.journal.write(entry)
            if entry.fired and not entry.finished:
                entry = self._train(day, entry)
                self.journal.write(entry)
            on_day(entry)

    def _look(self, day: dt.date, *, late: bool) -> DayEntry:
        model, instance = self.spec.name, self.home.instance
        tags = {MODEL_TAG: model, KIND_TAG: MONITOR}
        problem = self._predict(day)
        problem = problem or self._execute(MONITOR_JOB, day, monitoring_keys(self.spec), tags)
        if problem or late:
            # A failed look tells the sensor nothing.
            tick = Tick(request=None, run_id=None, skipped=_LATE)
        else:
            tick = Ticker(instance, self.definitions, self.home.lake, self.spec).tick()
        served = self.home.lake.registry(model).champion_on(day)
        seen = {} if problem else self._drift_score(day)
        asked = {} if tick.request is None else dict(tick.request.tags)
        if tick.request is not None:
            asked |= {"dagster/run_key": str(tick.request.run_key), "dagster/sensor_name": SENSOR}
        return DayEntry(
            day=day.isoformat(),
            score=seen.get("score"),
            reference=seen.get("reference"),
            drop=seen.get("relative_drop"),
            champion=None if served is None else served.version,
            fired=tick.request is not None,
            reason=problem or asked.get("ctml/reason") or self._skipped(tick.skipped, day),
            training=None,
            finished=tick.request is None and problem is None,
            tags=asked,
            run_id=tick.run_id,
        )

    def _predict(self, day: dt.date) -> str | None:
        """Predict the day, if the model predicts and anything serves; once is enough."""
        model, spec = self.spec.name, self.spec
        if spec.inference_source is None or day in predicted_days(self.home.lake.open(), model):
            return None
        if self.home.lake.registry(model).champion_on(day) is None:
            return None
        tags = {MODEL_TAG: model, KIND_TAG: PREDICT}
        return self._execute(PREDICT_JOB, day, [asset_key(model, PREDICTIONS)], tags)

    def _train(self, day: dt.date, entry: DayEntry) -> DayEntry:
        registry, instance = self.home.lake.registry(self.spec.name), self.home.instance
        # A replay that was killed in this training left its run behind: a new one takes its place.
        taken = entry.run_id is None or instance.has_run(entry.run_id)
        keys, run_id = training_keys(self.spec.name), None if taken else entry.run_id
        problem = self._execute(RETRAIN_JOB, day, keys, entry.tags, run_id)
        if problem:
            reason = f"{entry.reason}; {problem}"
            return replace(entry, training="failed", finished=True, reason=reason)
        return replace(entry, training=_outcome(registry, day), finished=True)

    def _execute(
        self,
        job: str,
        day: dt.date,
        keys: Sequence[dg.AssetKey],
        tags: Mapping[str, str],
        run_id: str | None = None,
    ) -> str | None:
        """Run a job on one day in this process; return what went wrong, if anything did."""
        result = self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.home.instance,
            partition_key=day.isoformat(),
            asset_selection=list(keys),
            tags={**tags, **_REPLAYED},
            run_config=_QUIET,
            raise_on_error=False,
            run_id=run_id,
        )
        if result.success:
            return None
        if _interrupted(result):
            # Dagster has made a failed run of it; the day is not done, and the replay shall stop.
            raise KeyboardInterrupt
        failed = [event for event in result.all_events if event.is_step_failure]
        searches = "__".join(asset_key(self.spec.name, DISCOVERY_ASSET).path)
        if failed and all(event.step_key == searches for event in failed):
            # The score was made before; a search plays no part in it.
            return None
        why = _told(failed[0].step_failure_data) if failed else "see the run"
        return f"{job} failed: {why}"

    def _give_up_abandoned_runs(self) -> None:
        """Mark what a killed replay left running as failed: it would hold up later trainings."""
        # A home has one replay at a time, so none of these has a process any more.
        mine = dg.RunsFilter(
            tags={MODEL_TAG: self.spec.name, **_REPLAYED}, statuses=list(UNFINISHED)
        )
        for run in self.home.instance.get_runs(mine):
            self.home.instance.report_run_failed(run, "the replay that made this run was killed")

    def _drift_score(self, day: dt.date) -> dict[str, float | None]:
        key = document_key(self.spec.name, "drift_score", day.isoformat())
        document = read_document(self.home.lake.open(), key)
        return {name: document[name] for name in ("score", "reference", "relative_drop")}

    def _skipped(self, skipped: str | None, day: dt.date) -> str:
        label = f"{self.spec.name} {day}: "
        lines = [line for line in (skipped or "").splitlines() if line.startswith(label)]
        return lines[0].removeprefix(label) if lines else (skipped or "")


def _outcome(registry: Registry, day: dt.date) -> str:
    """Return what became of a training's candidate by the end of its own run."""
    champion = registry.champion()
    if champion is not None and champion.as_of == day:
        return "promoted"
    rollout = rollout_of(registry.latest_rollout_events())
    admitted = rollout is not None and registry.version(rollout.version).as_of == day
    return "admitted" if admitted else "rejected"


def _told(failure: Any) -> str:
    """Return what a step failure says: its own message, or its cause's."""
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return str(failure.user_failure_data.description)
    error = failure.error
    while error is not None and error.cause is not None:
        error = error.cause
    return "see the run" if error is None else error.message.strip()


def _interrupted(result: dg.ExecuteInProcessResult) -> bool:
    """Say whether the run ended by Ctrl-C."""
    for event in result.all_events:
        error = getattr(event.event_specific_data, "error", None)
        while error is not None:
            if error.cls_name == dg.DagsterExecutionInterruptedError.__name__:
                return True
            error = error.cause
    return False
