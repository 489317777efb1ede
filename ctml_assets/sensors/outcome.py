"""What follows from a decision: the request of a training, and what is kept for good."""

import dagster as dg

from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers import Decision, Look
from ctml_assets.lake import SUPERSEDED, DecisionRow
from ctml_assets.resources.naming import KIND_TAG, MODEL_TAG, RETRAIN, training_keys
from ctml_assets.sensors.news import News, Reported


def run_request(decision: Decision, reported: Reported, spec: ModelSpec) -> dg.RunRequest:
    """Return the request for a training as of the decision's day, with its reason as tags."""
    tags = {
        MODEL_TAG: spec.name,
        KIND_TAG: RETRAIN,
        "ctml/trigger": decision.trigger or "",
        "ctml/reason": decision.reason,
        **_score_tags(reported.look),
    }
    return dg.RunRequest(
        # The event's id: a corrected score of the same day counts again.
        run_key=f"{spec.name}:{decision.day}:{reported.event_id}",
        partition_key=decision.day.isoformat(),
        asset_selection=training_keys(spec.name),
        tags=tags,
    )


def decision_rows(
    decision: Decision, request: dg.RunRequest | None, news: News
) -> list[DecisionRow]:
    """Return a row for each new day: the newest with its decision, the others superseded by it."""
    older = [_row(reported, SUPERSEDED, f"{decision.day} decided") for reported in news.looks[:-1]]
    decided = _row(
        news.looks[-1],
        decision.outcome.value,
        decision.reason,
        trigger=decision.trigger,
        held_by=decision.held_by,
        run_key=None if request is None else request.run_key,
    )
    return [*older, decided]


def _row(
    reported: Reported,
    outcome: str,
    reason: str,
    *,
    trigger: str | None = None,
    held_by: str | None = None,
    run_key: str | None = None,
) -> DecisionRow:
    look, drop = reported.look, reported.look.drop
    return DecisionRow(
        day=look.day,
        outcome=outcome,
        trigger=trigger,
        held_by=held_by,
        reason=reason,
        score=look.score,
        reference=_reference(look),
        relative_drop=None if drop is None else drop.relative_drop,
        standard_error=None if drop is None else drop.standard_error,
        champion=look.champion,
        event_id=reported.event_id,
        reported_at=reported.reported_at,
        run_key=run_key,
    )


def _score_tags(look: Look) -> dict[str, str]:
    drop = None if look.drop is None else look.drop.relative_drop
    values = {"score": look.score, "reference": _reference(look), "drop": drop}
    return {f"ctml/{name}": f"{value:.4f}" for name, value in values.items() if value is not None}


def _reference(look: Look) -> float | None:
    return look.reference if look.drop is None else look.drop.reference
