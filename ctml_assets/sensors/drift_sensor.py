"""The one sensor for all models: a training run for a reason, or the reason why not."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers import Decision, Look, TrainingState, decide
from ctml_assets.errors import CtmlError
from ctml_assets.resources import LakeResource
from ctml_assets.resources.naming import (
    KIND_TAG,
    MODEL_TAG,
    RETRAIN,
    asset_key,
    training_keys,
)
from ctml_assets.resources.trainings import UNFINISHED, make_pools_known, trainings
from ctml_assets.sensors.cursor import read_cursor, write_cursor
from ctml_assets.sensors.looks import look_of

INTERVAL_SECONDS = 30
# Events held in memory at a time; a tick reads pages until the last one.
_EVENTS_PER_PAGE = 1000


@dataclass(frozen=True)
class News:
    """What happened to one model since the last tick.

    Attributes
    ----------
    latest
        The newest day that was looked at; its decision counts.
    storage_id
        The event that reported it.
    superseded
        How many other days came in with it.
    last_event
        The last event read, for the cursor.
    """

    latest: Look | None
    storage_id: int
    superseded: int
    last_event: int


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
        make_pools_known(context.instance, by_name)
        cursor = read_cursor(context.cursor)
        requests, reasons = [], []
        for model, news in _news(context.instance, by_name, cursor).items():
            if news.latest is None:
                cursor[model] = news.last_event
                continue
            try:
                state = training_state(lake, model)
            except CtmlError as error:
                # One model's damage holds up no other; its events are read again when it is mended.
                context.log.exception(f"{model}: not decided")
                reasons.append(f"{model} {news.latest.day}: not decided: {error}")
                continue
            decision = decide(news.latest, state, by_name[model])
            answer = _answer(context.instance, decision, news, by_name[model])
            if answer.read:
                cursor[model] = news.last_event
            if answer.request is not None:
                requests.append(answer.request)
            else:
                reasons.append(f"{model} {decision.day}: {answer.reason}{_also(news)}")
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


def training_state(lake: LakeResource, model: str) -> TrainingState:
    """Return what the registry knows of a model's trainings."""
    registry = lake.registry(model)
    champion = registry.champion()
    return TrainingState(
        champion_as_of=None if champion is None else champion.as_of,
        last_training=registry.last_trained(),
    )


def run_request(decision: Decision, news: News, spec: ModelSpec) -> dg.RunRequest:
    """Return the request for a training as of the decision's day, with its reason as tags."""
    tags = {
        MODEL_TAG: spec.name,
        KIND_TAG: RETRAIN,
        "ctml/trigger": decision.trigger or "",
        "ctml/reason": decision.reason,
        **_score_tags(news.latest),
    }
    return dg.RunRequest(
        # The event's id: a corrected score of the same day counts again.
        run_key=f"{spec.name}:{decision.day}:{news.storage_id}",
        partition_key=decision.day.isoformat(),
        asset_selection=training_keys(spec.name),
        tags=tags,
    )


def _score_tags(look: Look | None) -> dict[str, str]:
    if look is None:
        return {}
    values = {"score": look.score, "reference": look.reference, "drop": look.relative_drop}
    return {f"ctml/{name}": f"{value:.4f}" for name, value in values.items() if value is not None}


def _news(
    instance: dg.DagsterInstance, specs: Mapping[str, ModelSpec], cursor: Mapping[str, int]
) -> dict[str, News]:
    keys = {asset_key(model, "drift_score"): model for model in specs}
    found = {}
    # One query tells which models have news; idle models cost nothing more.
    for record in instance.get_asset_records(list(keys)):
        model = keys[record.asset_entry.asset_key]
        last = record.asset_entry.last_materialization_storage_id
        if last is not None and last > cursor.get(model, 0):
            found[model] = _news_of(instance, specs[model], cursor.get(model, 0))
    return found


def _news_of(instance: dg.DagsterInstance, spec: ModelSpec, after: int) -> News:
    latest, storage_id, last_event = None, 0, after
    days: set[dt.date] = set()
    for record in _events(instance, spec.name, after):
        last_event = record.storage_id
        look = look_of(record)
        if look is None or not _is_partition(look.day, record, spec):
            continue
        days.add(look.day)
        # A day reported twice counts as reported last.
        if latest is None or look.day >= latest.day:
            latest, storage_id = look, record.storage_id
    return News(latest, storage_id, max(len(days) - 1, 0), last_event)


def _events(instance: dg.DagsterInstance, model: str, after: int) -> Iterator[dg.EventLogRecord]:
    """Yield all later drift scores' events, oldest first; the newest day may come last."""
    key = asset_key(model, "drift_score")
    while True:
        page = instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=key, after_storage_id=after),
            limit=_EVENTS_PER_PAGE,
            ascending=True,
        ).records
        yield from page
        if len(page) < _EVENTS_PER_PAGE:
            return
        after = page[-1].storage_id


def _is_partition(day: dt.date, record: dg.EventLogRecord, spec: ModelSpec) -> bool:
    """Tell whether the model had this day when it was reported; anybody can report any day."""
    reported_on = dt.datetime.fromtimestamp(record.timestamp, dt.UTC).date()
    return spec.start_date <= day <= (spec.end_date or dt.date.max) and day < reported_on


def _answer(
    instance: dg.DagsterInstance, decision: Decision, news: News, spec: ModelSpec
) -> _Answer:
    if not decision.fired:
        return _Answer(None, decision.reason, read=True)
    request = run_request(decision, news, spec)
    held = f"{decision.reason}; held back: "
    same = instance.get_runs(dg.RunsFilter(tags={"dagster/run_key": str(request.run_key)}), limit=1)
    if same:
        return _Answer(None, f"{held}requested before as run {same[0].run_id}", read=True)
    running = trainings(instance, spec.name, UNFINISHED)
    if running:
        run_id = running[0].dagster_run.run_id
        # Unread, so that a training that fails does not swallow the reason for this one.
        told = f"{held}run {run_id} is training the model; decided again when it has ended"
        return _Answer(None, told, read=False)
    return _Answer(request, decision.reason, read=True)


def _also(news: News) -> str:
    return f" (newest of {news.superseded + 1} new days)" if news.superseded else ""
