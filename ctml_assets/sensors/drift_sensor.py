"""The one sensor for all models: a training run for a reason, or the reason why not."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import dagster as dg

from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers import decide
from ctml_assets.lake import newest_decided, write_decisions
from ctml_assets.resources import LakeResource
from ctml_assets.resources.training_state import training_state
from ctml_assets.resources.trainings import UnfinishedTrainings, make_pools_known
from ctml_assets.sensors.cursor import read_cursor, write_cursor
from ctml_assets.sensors.news import News, models_with_news, read_news
from ctml_assets.sensors.outcome import decision_rows, run_request

INTERVAL_SECONDS = 30
# Dagster gives up a tick after 60 seconds, and with it all that was decided in it.
_DECIDING_SECONDS = 30


@dataclass(frozen=True)
class _Answer:
    """A request, or the reason why not; ``read``: the events need not be read again."""

    request: dg.RunRequest | None
    reason: str
    read: bool


def build_drift_sensor(specs: Sequence[ModelSpec], *, job: str) -> dg.SensorDefinition:
    """Return the sensor over all models' ``drift_score``."""
    by_name = {spec.name: spec for spec in specs}

    @dg.sensor(
        name="drift_sensor",
        job_name=job,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Requests a training of a model when its drift score gives a reason.",
    )
    def drift_sensor(
        context: dg.SensorEvaluationContext, lake: LakeResource
    ) -> dg.SensorResult | dg.SkipReason:
        stop_at = time.monotonic() + _DECIDING_SECONDS
        make_pools_known(context.instance, by_name)
        cursor = read_cursor(context.cursor, int)
        unfinished = UnfinishedTrainings(context.instance)
        requests, reasons = [], []
        waiting = models_with_news(context.instance, by_name, cursor)
        for number, model in enumerate(waiting, start=1):
            try:
                news = read_news(context.instance, by_name[model], cursor.get(model, 0))
                answer = _answer(context.instance, lake, by_name[model], news, unfinished)
            except Exception as error:
                # One model's damage holds up no other; its events are read again when it is mended.
                context.log.exception(f"{model}: not decided")
                reasons.append(f"{model}: not decided: {error}")
                continue
            if answer.read:
                cursor[model] = news.last_event
            if answer.request is not None:
                requests.append(answer.request)
            reasons += [*news.passed_over, *([answer.reason] if answer.reason else [])]
            if number < len(waiting) and time.monotonic() > stop_at:
                reasons.append(_left_over(len(waiting) - number))
                break
        if requests and reasons:
            # A tick that requests a run shows no skip reason: the other models' stand in its log.
            context.log.info("\n".join(reasons))
        skip = "\n".join(reasons) or f"no new drift score of {len(by_name)} models"
        return dg.SensorResult(
            run_requests=requests,
            skip_reason=None if requests else skip,
            cursor=write_cursor(cursor),
        )

    return drift_sensor


def _answer(
    instance: dg.DagsterInstance,
    lake: LakeResource,
    spec: ModelSpec,
    news: News,
    unfinished: UnfinishedTrainings,
) -> _Answer:
    if news.newest is None:
        return _Answer(None, "", read=True)
    registry = lake.registry(spec.name)
    # Before the state: a training that ends in between must be seen in one of the two.
    running = unfinished.of(spec.name)
    state = training_state(registry)
    decision = decide(news.newest.look, state, spec)
    if decision.fired:
        newest = newest_decided(registry.lake, spec.name)
        decision = decide(news.newest.look, replace(state, newest_decided=newest), spec)
    request = run_request(decision, news.newest, spec) if decision.fired else None
    held = ""
    if request is not None:
        key = {"dagster/run_key": str(request.run_key)}
        same = instance.get_runs(dg.RunsFilter(tags=key), limit=1)
        if same:
            held = f"; held back: requested before as run {same[0].run_id}"
        elif running is not None:
            # Unread, so that a training that fails does not swallow the reason for this one.
            held = (
                f"; held back: run {running.run_id} is training the model; decided again when it "
                "has ended"
            )
            return _Answer(None, _told(spec, news, decision.reason + held), read=False)
    rows = decision_rows(decision, request, news)
    # Before the request: a lake that cannot take this could not take a training either, and what
    # is decided again after a crash finds the row that was written.
    write_decisions(
        registry.lake, spec.name, rows, last_event=news.last_event, last_at=news.last_at
    )
    if request is None or held:
        return _Answer(None, _told(spec, news, decision.reason + held), read=True)
    return _Answer(request, "", read=True)


def _told(spec: ModelSpec, news: News, reason: str) -> str:
    day, days = news.looks[-1].look.day, len(news.looks)
    also = f" (newest of {days} new days)" if days > 1 else ""
    return f"{spec.name} {day}: {reason}{also}"


def _left_over(models: int) -> str:
    return (
        f"{models} more models have news; {_DECIDING_SECONDS} seconds are over, the next tick "
        "decides on them"
    )
