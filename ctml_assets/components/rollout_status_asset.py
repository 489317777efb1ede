"""How far a rollout is, or a guarded champion, in Dagster; what is decided is done here too."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from ctml_assets.components.common import complete_spec, day_of, model_asset, run_id_of
from ctml_assets.components.metadata import numbers, texts
from ctml_assets.components.promoted_model_asset import promotion_metadata, told_of
from ctml_assets.components.quality_metadata import days_left_out
from ctml_assets.components.rolling_out import CANNOT_ROLL_BACK, ROLL_BACK, Status, rolled_out
from ctml_assets.components.rollout_records import Signature
from ctml_assets.core.rollout import StepKind
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import (
    Lake,
    PromotionRecord,
    document_key,
    document_of,
    document_partitions,
    encode_document,
    read_document,
    write_document,
)
from ctml_assets.pictures import Look, Stage, as_markdown, rollout_chart
from ctml_assets.resources import DOCUMENTS, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import (
    MONITOR,
    PREDICTIONS,
    PROMOTED_MODEL,
    ROLLOUT_STATUS,
    SERVES,
    asset_key,
)

Document = dict[str, Any]
Values = Iterator[dg.Output[Document] | dg.AssetCheckResult]
CHECK, _FORMER = "rollout", "former"


def rollout_status_asset(spec: ModelSpec) -> dg.AssetsDefinition:
    """Return the asset ``rollout_status`` of a model that has an inference source."""
    key = asset_key(spec.name, ROLLOUT_STATUS)

    @model_asset(
        spec,
        ROLLOUT_STATUS,
        kind=MONITOR,
        text="The challenger beside the champion, or the guarded champion beside its predecessor, "
        "compared on the predictions that were logged, as soon as their labels are in; and what "
        "follows: go on, the next cohort, promotion, rejection, roll-back.",
        # both are read from the lake, day by day, as far as they are there
        deps=[asset_key(spec.name, "records"), asset_key(spec.name, PREDICTIONS)],
        io_manager_key=DOCUMENTS,
        check_specs=[
            dg.AssetCheckSpec(
                CHECK,
                asset=key,
                description="No candidate waits for approval, and no champion was rolled back.",
            )
        ],
        kinds={"json"},
    )
    def rollout_status(context: dg.AssetExecutionContext, lake: LakeResource) -> Values:
        day = day_of(context)
        with clear_failures():
            opened, registry = lake.open(), lake.registry(spec.name)
            completed = complete_spec(opened, spec)
            signed = Signature("rollout", run_id_of(context), dt.datetime.now(dt.UTC))
            status = rolled_out(registry, completed, day, signed)
            document = document_of(status)
            if status.step == StepKind.REJECT:
                told = f"{status.challenger} was rejected: {status.reason}"
                _say_who_serves(context, spec, told, passed=False)
            _announce(context, opened, spec, registry.champion())
        if status.step:
            failed = status.step in (ROLL_BACK, CANNOT_ROLL_BACK)
            say = context.log.warning if failed else context.log.info
            say(f"{spec.name}: {status.step}: {status.reason}")
        yield dg.Output(document, metadata=_metadata(opened, spec, status))
        yield _checked(status, key)

    return rollout_status


def _announce(
    context: dg.AssetExecutionContext, lake: Lake, spec: ModelSpec, champion: PromotionRecord | None
) -> None:
    """Tell Dagster of a promotion that it was not told of, as if the asset itself had made it.

    Today's, or one after which a process was killed.
    """
    if champion is None:
        return
    partition, document = champion.as_of.isoformat(), document_of(champion)
    key = document_key(spec.name, PROMOTED_MODEL, partition)
    if lake.exists(key) and lake.read(key) == encode_document(document, key):
        return
    context.log_event(
        dg.AssetMaterialization(
            asset_key(spec.name, PROMOTED_MODEL),
            metadata=promotion_metadata(champion),
            partition=partition,
        )
    )
    _say_who_serves(context, spec, told_of(champion), passed=True)
    write_document(lake, key, document)


def _say_who_serves(
    context: dg.AssetExecutionContext, spec: ModelSpec, told: str, *, passed: bool
) -> None:
    """Evaluate the check of ``promoted_model``; the training's own said that a rollout began."""
    context.log_event(
        dg.AssetCheckEvaluation(
            asset_key=asset_key(spec.name, PROMOTED_MODEL),
            check_name=SERVES,
            passed=passed,
            metadata={},
            severity=dg.AssetCheckSeverity.WARN,
            description=told,
            blocking=False,
        )
    )


def _metadata(lake: Lake, spec: ModelSpec, status: Status) -> dict[str, Any]:
    compared = status.comparison
    shown: dict[str, Any] = {
        **texts(
            {
                "state": status.state,
                "champion": status.champion,
                "waiting": status.waiting,
                _other(status): status.challenger,
                "mode": status.mode,
                "cohort": status.cohort,
                "began": None if status.began is None else status.began.isoformat(),
                "step": status.step,
                "reason": status.reason,
            }
        ),
        **days_left_out({dt.date.fromisoformat(day): why for day, why in status.left_out}),
    }
    if compared is None:
        return shown
    guarded = _other(status) == _FORMER
    values = {
        "days": compared.days,
        "rows": compared.rows,
        # of the guard the champion takes the challenger's place in the comparison
        ("champion_score" if guarded else "challenger_score"): compared.challenger,
        ("former_score" if guarded else "champion_score"): compared.champion,
        "gain": compared.gain,
        "gain_low": compared.low,
        "gain_high": compared.high,
        "gain_detectable": compared.detectable,
    }
    earlier = _documents(lake, spec, status)
    picture = rollout_chart(
        _title(status), _looks(earlier), margin=status.margin, stages=_stages(earlier)
    )
    chart = dg.MetadataValue.md(as_markdown(picture, "gain by day, with its bounds"))
    return {**shown, **numbers(values), "gain_by_day": chart}


def _other(status: Status) -> str:
    """Return the name of what the champion is compared with."""
    return _FORMER if status.state == "guarded" else "challenger"


def _title(status: Status) -> str:
    if status.state == "running":
        cohort = f", {status.cohort}" if status.cohort else ""
        return f"{status.challenger} beside {status.champion} ({status.mode}{cohort})"
    return f"{status.champion}, guarded by {status.challenger}"


def _documents(lake: Lake, spec: ModelSpec, status: Status) -> list[Document]:
    """Return what each day of this rollout came to, today last."""
    now = document_of(status)
    earlier = [
        read_document(lake, document_key(spec.name, ROLLOUT_STATUS, day))
        for day in document_partitions(lake, spec.name, ROLLOUT_STATUS)
        if status.started is not None and status.started.isoformat() <= day < str(status.day)
    ]
    same = ("state", "champion", "challenger", "mode")
    return [it for it in earlier if all(it[name] == now[name] for name in same)] + [now]


def _looks(documents: Sequence[Document]) -> list[Look]:
    return [
        Look(dt.date.fromisoformat(str(it["day"])), part["gain"], part["low"], part["high"])
        for it in documents
        if (part := it["comparison"]) is not None and part["gain"] is not None
    ]


def _stages(documents: Sequence[Document]) -> list[Stage]:
    """Return where each cohort began; bounds begin anew there."""
    began = {str(it["cohort"]): str(it["began"]) for it in documents if it["cohort"]}
    return [Stage(dt.date.fromisoformat(day), name) for name, day in began.items()]


def _checked(status: Status, key: dg.AssetKey) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=status.waiting is None and status.step not in (ROLL_BACK, CANNOT_ROLL_BACK),
        check_name=CHECK,
        asset_key=key,
        severity=dg.AssetCheckSeverity.WARN,
        description=status.reason,
    )
