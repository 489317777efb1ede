"""What a registry holds, in rows: one a model, one a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ctml_assets.core.rollout import Rollout, RolloutEvent, RolloutKind, rollout_of
from ctml_assets.errors import LakeError, RegistryError
from ctml_assets.lake import Lake, PromotionRecord, Registry
from ctml_assets.lake.keys import registry_prefix

DAMAGED = "damaged"
_REGISTRIES = "registry"


@dataclass(frozen=True)
class ModelRow:
    """One model.

    Attributes
    ----------
    model
        Its name.
    versions
        How many are registered.
    champion, serves_from, reference_score
        Of the latest promotion; None without a champion.
    promotions
        How many there were, roll-backs included.
    rollout
        The candidate that waits or runs beside the champion, and which of both; empty without.
    problem
        Why its registry cannot be read; empty if it can.
    """

    model: str
    versions: int
    champion: str | None = None
    serves_from: str | None = None
    reference_score: float | None = None
    promotions: int = 0
    rollout: str = ""
    problem: str = ""


@dataclass(frozen=True)
class VersionRow:
    """One version.

    Attributes
    ----------
    version
        Its id.
    status
        What became of it: ``champion``, ``former champion``, ``rolled back``, ``waits for
        approval``, ``challenger (<mode>)``, how its rollout ended, ``passed the gates``, ``failed a
        gate``, ``not evaluated``, or ``damaged``.
    estimator, train_rows, size_bytes
        From its manifest; None if that is damaged.
    score
        Weighted score on its test rows; higher is better; None if it was not evaluated.
    reason
        What the gates said last, or what is damaged.
    """

    version: str
    status: str
    estimator: str | None = None
    train_rows: int | None = None
    size_bytes: int | None = None
    score: float | None = None
    reason: str = ""


def registered_models(lake: Lake) -> tuple[str, ...]:
    """Return the names of the models that have a registry in the lake, sorted."""
    return tuple(sorted({PurePosixPath(key).parts[1] for key in lake.keys(_REGISTRIES)}))


def require_registered(lake: Lake, model: str) -> Registry:
    """Return a model's registry; whether it is sound is not looked at.

    Raises
    ------
    RegistryError
        If the lake has none of this model, with those that it has.
    LakeError
        If the name is none that a model may have.
    """
    if not lake.keys(registry_prefix(model)):
        names = ", ".join(registered_models(lake)) or "none"
        raise RegistryError(
            f"model must be one that has a registry, got {model!r}; this lake has {names}: check "
            "the name, or pass --home or --lake"
        )
    return Registry(lake, model)


def model_row(lake: Lake, model: str) -> ModelRow:
    """Return a model's row; a registry that cannot be read is told in it."""
    try:
        registry = Registry(lake, model)
        versions, history = registry.versions(), registry.history()
        rollout = rollout_of(registry.latest_rollout_events())
    except LakeError as error:
        return ModelRow(model, 0, problem=str(error))
    last = history[-1] if history else None
    return ModelRow(
        model=model,
        versions=len(versions),
        champion=None if last is None else last.version,
        serves_from=None if last is None else last.serves_from.isoformat(),
        reference_score=None if last is None else last.reference_score,
        promotions=len(history),
        rollout="" if rollout is None else f"{_doing(rollout)} {rollout.version}",
    )


def version_rows(registry: Registry) -> tuple[VersionRow, ...]:
    """Return the rows of a model's versions, oldest ``as_of`` first.

    Raises
    ------
    RegistryError
        If the history or the rollout's events cannot be read; a damaged version is told in its row.
    """
    fates = fates_of(registry.history(), registry.rollout_events())
    return tuple(_version_row(registry, version, fates) for version in registry.versions())


def fates_of(
    history: Sequence[PromotionRecord], events: Sequence[RolloutEvent]
) -> Mapping[str, str]:
    """Return what became of each version that came further than the gates."""
    fates: dict[str, str] = {}
    for event in events:
        if event.kind is RolloutKind.ENDED and event.outcome is not None:
            fates[event.version] = f"rollout {event.outcome.value}"
    for record in history:
        if record.previous is not None:
            is_rollback = record.kind == "rollback"
            fates[record.previous] = "rolled back" if is_rollback else "former champion"
        fates[record.version] = "champion"
    rollout = rollout_of(events)
    if rollout is not None:
        fates[rollout.version] = _doing(rollout)
    return fates


def _doing(rollout: Rollout) -> str:
    if rollout.spec is None:
        return "waits for approval"
    return f"challenger ({rollout.spec.mode})"


def _version_row(registry: Registry, version: str, fates: Mapping[str, str]) -> VersionRow:
    try:
        manifest = registry.version(version)
        evaluations = registry.evaluations(version)
    except LakeError as error:
        return VersionRow(version, DAMAGED, reason=str(error))
    last: Mapping[str, Any] = evaluations[-1] if evaluations else {}
    verdicts = {True: "passed the gates", False: "failed a gate", None: "not evaluated"}
    return VersionRow(
        version=version,
        status=fates.get(version, verdicts[last.get("promote")]),
        estimator=manifest.estimator,
        train_rows=manifest.train_rows,
        size_bytes=manifest.size,
        score=last.get("reference_score"),
        reason=str(last.get("reason", "")),
    )
