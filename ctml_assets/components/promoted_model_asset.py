"""The promotion in Dagster: materialized only when a candidate becomes champion."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import dagster as dg

from ctml_assets.components.common import complete_spec, day_of, root_run_id_of, run_id_of
from ctml_assets.components.evaluation_asset import evaluated
from ctml_assets.components.metadata import numbers, texts
from ctml_assets.components.promoting import admit
from ctml_assets.components.rollout_records import Signature
from ctml_assets.components.training_asset import alone, training_asset
from ctml_assets.core.rollout import RolloutEvent, RolloutKind
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import ConflictError
from ctml_assets.lake import (
    Lake,
    PromotionRecord,
    Registry,
    document_key,
    document_of,
    read_table,
    table_key,
    write_document,
)
from ctml_assets.resources import DOCUMENTS, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import PROMOTED_MODEL, SERVES, asset_key

Document = dict[str, Any]
Values = Iterator[dg.Output[Document] | dg.AssetCheckResult]
# A champion that changes more often within a run is not a race any more.
_ATTEMPTS = 3


def promoted_model_asset(spec: ModelSpec) -> dg.AssetsDefinition:
    """Return the asset ``promoted_model`` of a model."""
    key = asset_key(spec.name, PROMOTED_MODEL)

    @training_asset(
        spec,
        PROMOTED_MODEL,
        "The promotion record of the new champion; materialized only when a candidate becomes "
        "champion. Materialized by hand, it approves a candidate that waits.",
        ins={
            "candidate_evaluation": dg.AssetIn(asset_key(spec.name, "candidate_evaluation")),
        },
        io_manager_key=DOCUMENTS,
        output_required=False,
        check_specs=[
            dg.AssetCheckSpec(
                SERVES,
                asset=key,
                description="The candidate became champion; if not, whether it waits for "
                "approval, runs beside the champion, or was rejected.",
            )
        ],
        kinds={"json"},
    )
    def promoted_model(
        context: dg.AssetExecutionContext, candidate_evaluation: Document, lake: LakeResource
    ) -> Values:
        alone(context, spec)
        if not candidate_evaluation["promote"]:
            told = f"not promoted: {candidate_evaluation['reason']}"
            context.log.info(f"{spec.name}: {told}")
            yield _check(told, key)
            return
        with clear_failures():
            done = _admitted(context, candidate_evaluation, lake, spec)
        if done is None or isinstance(done, RolloutEvent):
            told = _told(done, spec)
            context.log.info(f"{spec.name}: {told}")
            yield _check(told, key)
            return
        yield dg.Output(document_of(done), metadata=promotion_metadata(done))
        yield _check(told_of(done), key, passed=True)

    return promoted_model


def _admitted(
    context: dg.AssetExecutionContext, evaluation: Document, lake: LakeResource, spec: ModelSpec
) -> PromotionRecord | RolloutEvent | None:
    """Let the candidate go on; compare it again if another one became champion meanwhile.

    Returns
    -------
    PromotionRecord, RolloutEvent or None
        None if it did not pass against the champion of now.

    Raises
    ------
    ConflictError
        If the champion changed again and again.
    """
    opened, registry = lake.open(), lake.registry(spec.name)
    completed, run_id = complete_spec(opened, spec), root_run_id_of(context)
    # whoever materializes it apart from its evaluation has seen the verdict
    approved = evaluation["run_id"] != run_id
    signed = Signature(
        "by hand" if approved else "gates", run_id_of(context), dt.datetime.now(dt.UTC)
    )
    for attempt in range(_ATTEMPTS):
        try:
            return admit(registry, evaluation, spec=completed, signed=signed, approved=approved)
        except ConflictError as conflict:
            # by hand a verdict was approved that is none any more: whoever approves sees the next
            if approved or attempt == _ATTEMPTS - 1:
                raise
            context.log.info(f"{spec.name}: compared again: {conflict}")
            evaluation = _compared_again(context, evaluation, opened, registry, completed)
            if not evaluation["promote"]:
                return None
    raise AssertionError("the last attempt returns or raises")


def _compared_again(
    context: dg.AssetExecutionContext,
    evaluation: Document,
    lake: Lake,
    registry: Registry,
    spec: ModelSpec,
) -> Document:
    day = context.partition_key
    document, _ = evaluated(
        registry,
        evaluation["candidate"],
        read_table(lake, table_key(spec.name, "training_dataset", day)),
        spec=spec,
        as_of=day_of(context),
        run_id=root_run_id_of(context),
    )
    # what the next asset, the look and the sensor read of this training
    write_document(lake, document_key(spec.name, "candidate_evaluation", day), document)
    return document


def told_of(record: PromotionRecord) -> str:
    """Return what the check ``serves`` says of a champion."""
    return f"{record.version} serves from {record.serves_from} on"


def promotion_metadata(record: PromotionRecord) -> dict[str, Any]:
    """Return what the UI shows of a promotion."""
    return {
        **numbers({"number": record.number, "reference_score": record.reference_score}),
        **texts(
            {
                "version": record.version,
                "previous": record.previous,
                "kind": record.kind,
                "by": record.by,
                "as_of": record.as_of.isoformat(),
                "serves_from": record.serves_from.isoformat(),
                "reason": record.reason,
            }
        ),
    }


def _told(event: RolloutEvent | None, spec: ModelSpec) -> str:
    if event is None:
        return "not promoted: another champion came meanwhile, and it is no better than that one"
    by_hand = (
        f"materialize {spec.name}/{PROMOTED_MODEL} of this day alone, or run ctml promote "
        f"{spec.name} {event.version} --reason ..."
    )
    if event.kind is RolloutKind.WAITING:
        return f"{event.version} passed the gates and waits for approval: {by_hand}"
    if event.outcome is not None:
        again = f"to take it up again, {by_hand}"
        return f"{event.version} was {event.outcome}: {event.reason}; {again}"
    mode = "" if event.rollout is None else f" ({event.rollout.mode})"
    return f"{event.version} runs beside the champion from {event.day} on{mode}"


def _check(told: str, key: dg.AssetKey, *, passed: bool = False) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=passed,
        check_name=SERVES,
        asset_key=key,
        severity=dg.AssetCheckSeverity.WARN,
        description=told,
    )
