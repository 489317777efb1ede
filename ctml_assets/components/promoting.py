"""From a verdict to the promotion record: at once, after an approval, or through a rollout."""

import datetime as dt

from ctml_assets.components.rollout_records import (
    Evaluation,
    Signature,
    begin,
    end,
    end_if_any,
    ended,
    first_day_back,
    first_day_free,
    first_day_served,
    number_after,
)
from ctml_assets.core.drift import SliceScore
from ctml_assets.core.rollout import RolloutEvent, RolloutKind, RolloutOutcome, rollout_of
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import ConflictError, RegistryError
from ctml_assets.lake import PromotionRecord, Registry


def admit(
    registry: Registry,
    evaluation: Evaluation,
    *,
    spec: ModelSpec,
    signed: Signature,
    approved: bool,
) -> PromotionRecord | RolloutEvent:
    """Let a candidate that passed every gate go on, as the declaration says.

    It waits if somebody must approve it, is promoted if its rollout is immediate or nothing serves
    yet, and begins to run beside the champion otherwise. Repeated, it changes nothing more: what
    was rejected or superseded meanwhile is taken up again only if somebody approves it.

    Parameters
    ----------
    registry
        The model's.
    evaluation
        The document of ``candidate_evaluation``; its verdict is to promote.
    spec
        A complete declaration.
    signed
        Who lets it.
    approved
        Whether somebody has approved it.

    Returns
    -------
    PromotionRecord or RolloutEvent
        The promotion, or what it waits for, has begun, or has come to.

    Raises
    ------
    ConflictError
        If the champion is not the one that the candidate was compared with.
    RegistryError
        If the candidate is older than the champion, or than another one that waits or runs.
    """
    previous = compared_with(registry, evaluation)
    if not approved and not _serves(registry, evaluation):
        over = ended(registry, evaluation)
        if over is not None:
            return over
        if spec.promotion.approval == "manual":
            return begin(registry, evaluation, RolloutKind.WAITING, spec=spec, signed=signed)
    # a champion that cannot score here has nothing to be compared by
    alone = previous is None or evaluation["evidence"]["champion"] is None
    if alone or spec.promotion.rollout.mode == "immediate":
        return promote(registry, evaluation, previous, spec=spec, signed=signed)
    if _serves(registry, evaluation):
        return registry.history()[-1]
    return begin(registry, evaluation, RolloutKind.STARTED, spec=spec, signed=signed)


def approve(
    registry: Registry,
    spec: ModelSpec,
    version: str,
    *,
    reason: str,
    by: str,
    run_id: str,
    now: dt.datetime,
    force: bool = False,
    at_once: bool = False,
) -> PromotionRecord | RolloutEvent:
    """Approve a version by hand.

    Parameters
    ----------
    registry
        The model's.
    spec
        A complete declaration.
    version
        An evaluated version.
    reason
        Why; it stands in the history.
    by, run_id, now
        See `Signature`.
    force
        Promote it at once although it failed a gate, or was compared with another champion than
        serves now; the record is marked so.
    at_once
        Leave its rollout out, or end it.

    Raises
    ------
    ConflictError
        If it was compared with another champion, and is not forced.
    RegistryError
        If it was never evaluated, failed a gate and is not forced, has no score, is older than the
        champion, or no reason is given.
    """
    if not reason.strip():
        raise RegistryError(f"{spec.name}: reason must be a text, got none; say why")
    evaluations = registry.evaluations(version)
    if not evaluations:
        raise RegistryError(
            f"{spec.name}: {version} must be evaluated, got no evaluation of it; materialize "
            "candidate_evaluation"
        )
    evaluation = {**evaluations[-1], "evaluation": len(evaluations)}
    signed = Signature(by, run_id, now)
    if force:
        evaluation |= {"reason": f"forced: {reason}; the gates said: {evaluation['reason']}"}
        champion = registry.champion()
        return promote(registry, evaluation, champion, spec=spec, signed=signed, forced=True)
    if not evaluation["promote"]:
        raise RegistryError(
            f"{spec.name}: {version} must have passed every gate, got {evaluation['reason']}; "
            "train another one, or force it"
        )
    evaluation |= {"reason": f"approved: {reason}; {evaluation['reason']}"}
    if at_once:
        previous = compared_with(registry, evaluation)
        return promote(registry, evaluation, previous, spec=spec, signed=signed)
    return admit(registry, evaluation, spec=spec, signed=signed, approved=True)


def rejected(
    registry: Registry,
    spec: ModelSpec,
    version: str,
    *,
    reason: str,
    by: str,
    run_id: str,
    now: dt.datetime,
) -> RolloutEvent:
    """Reject a candidate that waits for approval, or runs beside the champion.

    All cohorts go back to the champion, from the first day that was neither predicted nor looked
    at. It is taken up again only if somebody approves it.

    Parameters
    ----------
    registry, spec
        The model's.
    version
        The candidate.
    reason, by, run_id, now
        As for `approve`.

    Raises
    ------
    ConflictError
        If something else has happened to it meanwhile.
    RegistryError
        If it neither waits nor runs, or no reason is given.
    """
    if not reason.strip():
        raise RegistryError(f"{spec.name}: reason must be a text, got none; say why")
    champion, events = registry.champion(), registry.latest_rollout_events()
    rollout, number = rollout_of(events), 0 if champion is None else champion.number
    # beside an earlier champion it runs no more: a process was killed before it said so
    if rollout is None or rollout.champion_number != number or rollout.version != version:
        raise RegistryError(
            f"{spec.name}: version must wait for approval or run beside the champion, got "
            f"{version}; see ctml registry show {spec.name}"
        )
    signed = Signature(by, run_id, now)
    return end(
        registry,
        number_after(events),
        rollout,
        RolloutOutcome.REJECTED,
        day=first_day_free(spec, registry.lake, today=now.date()),
        reason=reason,
        signed=signed,
    )


def compared_with(registry: Registry, evaluation: Evaluation) -> PromotionRecord | None:
    """Return the champion that a candidate was compared with; None for the first one.

    Raises
    ------
    ConflictError
        If another one is champion now. The candidate itself may be: a run that is repeated.
    """
    history = registry.history()
    number = int(evaluation["champion_number"])
    repeated = len(history) == number + 1 and history[-1].version == evaluation["candidate"]
    if len(history) != number and not repeated:
        now = f"{history[-1].version} is champion" if history else "there is no champion"
        raise ConflictError(
            f"{evaluation['candidate']} was compared with champion number {number}, but {now} "
            "now; materialize candidate_evaluation again"
        )
    return history[number - 1] if number else None


def promote(
    registry: Registry,
    evaluation: Evaluation,
    previous: PromotionRecord | None,
    *,
    spec: ModelSpec,
    signed: Signature,
    forced: bool = False,
) -> PromotionRecord:
    """Make an evaluated candidate champion, and end what it waited for or ran in.

    Raises
    ------
    ConflictError
        If ``previous`` is not champion any more.
    RegistryError
        If the candidate has no score, is missing, damaged or older than the champion.
    """
    score = evaluation["reference_score"]
    if score is None:
        raise RegistryError(
            f"{spec.name}: {evaluation['candidate']} must have a score on its test rows, got none: "
            f"{evaluation['reason']}; train another one"
        )
    known = dt.date.fromisoformat(str(evaluation["compared_to"]))
    record = registry.promote(
        evaluation["candidate"],
        previous=previous,
        serves_from=first_day_served(known, spec, registry.lake, today=signed.at.date()),
        reference_score=score,
        reference=tuple(SliceScore(**part) for part in evaluation["reference"]),
        yardstick=evaluation["yardstick"],
        reason=evaluation["reason"],
        by=signed.by,
        run_id=signed.run_id,
        promoted_at=signed.time,
        forced=forced,
    )
    end_if_any(registry, record, signed)
    return record


def rolled_back(
    registry: Registry,
    spec: ModelSpec,
    *,
    to: str | None,
    reason: str,
    by: str,
    run_id: str,
    now: dt.datetime,
) -> PromotionRecord:
    """Make an earlier champion serve again: one more record, the history stays.

    Parameters
    ----------
    registry, spec
        The model's.
    to
        The version; None: the latest earlier one that can be loaded.
    reason, by, run_id, now
        As for `approve`.

    Raises
    ------
    RegistryError
        If there is no earlier champion, it is damaged, or no reason is given.
    """
    if not reason.strip():
        raise RegistryError(f"{spec.name}: reason must be a text, got none; say why")
    champion = registry.champion()
    if champion is None:
        raise RegistryError(f"{spec.name}: there is no champion to roll back; promote one first")
    signed = Signature(by, run_id, now)
    record = registry.rollback(
        to,
        champion=champion,
        serves_from=first_day_back(champion, spec, registry.lake, today=now.date()),
        reason=reason,
        by=by,
        run_id=run_id,
        promoted_at=signed.time,
    )
    end_if_any(registry, record, signed)
    return record


def _serves(registry: Registry, evaluation: Evaluation) -> bool:
    champion = registry.champion()
    return champion is not None and champion.version == evaluation["candidate"]
