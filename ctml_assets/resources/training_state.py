"""What is known of a model's trainings, from names of keys and one small record."""

import datetime as dt
from collections.abc import Sequence

from ctml_assets.core.rollout import RolloutEvent, rollout_of
from ctml_assets.core.triggers import TrainingState
from ctml_assets.errors import LakeError
from ctml_assets.lake import (
    Lake,
    PromotionRecord,
    Registry,
    document_key,
    document_partitions,
    read_document,
)

_VERDICT = "candidate_evaluation"


def trained_days(lake: Lake, model: str) -> tuple[dt.date, ...]:
    """Return the as-of days of all trainings that came to a verdict, ascending.

    One that failed before its verdict is none, even if a version of it was stored: its reason
    still stands.

    Raises
    ------
    LakeError
        If a file lies among their verdicts that is of no day.
    """
    return tuple(_day(name, model) for name in document_partitions(lake, model, _VERDICT))


def training_state(registry: Registry) -> TrainingState:
    """Return what the lake knows of a model's trainings.

    The champion's day counts as trained, whatever became of its verdict's document. A training
    whose candidate passed, but neither was promoted nor waits or runs beside the champion, failed
    on the way: it does not count.

    Raises
    ------
    RegistryError
        If the champion's record, or that of a rollout, is damaged.
    LakeError
        As `trained_days`.
    """
    champion, events = registry.champion(), registry.latest_rollout_events()
    rollout = rollout_of(events)
    as_of = set() if champion is None else {champion.as_of}
    trained = trained_days(registry.lake, registry.model)
    if trained and _stopped_short(registry, trained[-1], champion, events):
        trained = trained[:-1]
    return TrainingState(
        champion=None if champion is None else champion.version,
        champion_as_of=None if champion is None else champion.as_of,
        trained=tuple(sorted(as_of.union(trained))),
        pending=None if rollout is None else registry.version(rollout.version).as_of,
        challenger=None if rollout is None or rollout.waiting else rollout.version,
    )


def _stopped_short(
    registry: Registry,
    day: dt.date,
    champion: PromotionRecord | None,
    latest: Sequence[RolloutEvent],
) -> bool:
    """Tell whether a training's candidate passed and nothing came of it: the run failed there."""
    if champion is not None and champion.as_of >= day:
        return False
    key = document_key(registry.model, _VERDICT, day.isoformat())
    verdict = read_document(registry.lake, key)
    if not verdict.get("promote"):
        return False
    candidate = verdict.get("candidate")
    if any(event.version == candidate for event in latest):
        return False
    # one that served was rolled back, and one that ran may have been rejected
    known = {event.version for event in registry.rollout_events()}
    known.update(record.version for record in registry.history())
    return candidate not in known


def _day(name: str, model: str) -> dt.date:
    try:
        return dt.date.fromisoformat(name)
    except ValueError:
        key = document_key(model, _VERDICT, name)
        raise LakeError(f"{key}: name must be a day, got {name!r}; move the file away") from None
