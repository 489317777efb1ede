"""What is known of a model's trainings, from names of keys and one small record."""

import datetime as dt

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
    whose candidate passed but was not promoted failed on the way: it does not count.

    Raises
    ------
    RegistryError
        If the champion's record is damaged.
    LakeError
        As `trained_days`.
    """
    champion = registry.champion()
    as_of = set() if champion is None else {champion.as_of}
    trained = trained_days(registry.lake, registry.model)
    if trained and _stopped_short(registry, trained[-1], champion):
        trained = trained[:-1]
    return TrainingState(
        champion=None if champion is None else champion.version,
        champion_as_of=None if champion is None else champion.as_of,
        trained=tuple(sorted(as_of.union(trained))),
    )


def _stopped_short(registry: Registry, day: dt.date, champion: PromotionRecord | None) -> bool:
    """Tell whether a training's candidate passed and was never promoted: the run failed there."""
    if champion is not None and champion.as_of >= day:
        return False
    key = document_key(registry.model, _VERDICT, day.isoformat())
    return bool(read_document(registry.lake, key).get("promote"))


def _day(name: str, model: str) -> dt.date:
    try:
        return dt.date.fromisoformat(name)
    except ValueError:
        key = document_key(model, _VERDICT, name)
        raise LakeError(f"{key}: name must be a day, got {name!r}; move the file away") from None
