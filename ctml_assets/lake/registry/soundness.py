"""Whether what the registry holds of a model is there and whole; nothing is changed."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from ctml_assets.core.rollout import RolloutEvent
from ctml_assets.errors import RegistryError
from ctml_assets.lake.keys import (
    artifact_key,
    champion_key,
    champion_prefix,
    manifest_key,
    registry_prefix,
)
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.registry.artifact_store import ArtifactStore
from ctml_assets.lake.registry.chain import Chain
from ctml_assets.lake.registry.evaluations import Evaluations
from ctml_assets.lake.registry.history import History
from ctml_assets.lake.registry.manifests import Manifests
from ctml_assets.lake.registry.promotion import PromotionRecord
from ctml_assets.lake.registry.report import Finding, Problem
from ctml_assets.lake.registry.succession import in_good_standing
from ctml_assets.lake.registry.version import is_version_id

Record = TypeVar("Record")
_VERSION_FILES = ("model.skops", "manifest.json")


def chain_findings(chain: Chain[Record]) -> tuple[list[Record], list[Finding]]:
    """Return the records of a chain that can be read, and what is wrong with the others."""
    records, findings = [], []
    for number in chain.numbers():
        try:
            records.append(chain.one(number))
        except RegistryError as error:
            findings.append(Finding(chain.key(number), Problem.DAMAGED, str(error)))
    try:
        chain.length()
    except RegistryError as error:
        findings.append(Finding(chain.prefix, Problem.MISSING, str(error)))
    return records, findings


def history_findings(lake: Lake, model: str) -> tuple[list[PromotionRecord], list[Finding]]:
    """Return the promotion records that can be read, and what is wrong with the history."""
    history = History(lake, model)
    records, findings = chain_findings(history.chain)
    if not findings:
        try:
            history.records()
        except RegistryError as error:
            findings.append(Finding(champion_prefix(model), Problem.DAMAGED, str(error)))
    return records, findings


def version_findings(
    lake: Lake, model: str, version: str, records: Sequence[PromotionRecord]
) -> list[Finding]:
    """Return what is wrong with a version that has a manifest, and with its evaluations.

    Parameters
    ----------
    lake, model, version
        Which.
    records : sequence of PromotionRecord
        The history: a champion that cannot be loaded has a way back.
    """
    _, findings = chain_findings(Evaluations(lake, model, version).chain)
    key = artifact_key(model, version)
    try:
        manifest = Manifests(lake, model).version(version)
    except RegistryError as error:
        return [Finding(manifest_key(model, version), Problem.DAMAGED, str(error)), *findings]
    try:
        ArtifactStore(lake, model).verify(manifest)
    except RegistryError as error:
        problem = Problem.DAMAGED if lake.exists(key) else Problem.MISSING
        champion = bool(records) and records[-1].version == version
        back = _way_back(lake, model, records) if champion else ""
        findings.append(Finding(key, problem, f"{error}{back}"))
    return findings


def pointing_at(
    records: Sequence[PromotionRecord], events: Sequence[RolloutEvent]
) -> dict[str, str]:
    """Return the versions that promotions and rollouts point at, and the last that does."""
    return {
        **{event.version: f"rollout event {event.number}" for event in events},
        **{record.version: f"promotion {record.number}" for record in records},
    }


def reference_findings(
    lake: Lake, model: str, records: Sequence[PromotionRecord], events: Sequence[RolloutEvent]
) -> list[Finding]:
    """Return what is wrong with the versions that promotions and rollouts point at.

    A damaged manifest is a finding of its version's and no further one here.
    """
    findings = [
        _lost_manifest(model, version, because)
        for version, because in pointing_at(records, events).items()
        if not lake.exists(manifest_key(model, version))
    ]
    for record in records:
        try:
            manifest = Manifests(lake, model).version(record.version)
        except RegistryError:
            continue
        if (manifest.sha256, manifest.size) != (record.sha256, record.size):
            where = champion_key(model, record.number)
            text = (
                f"{where}: sha256 must be the one in the manifest of {record.version}, got "
                "another; restore both from a backup"
            )
            findings.append(Finding(where, Problem.DAMAGED, text))
    return findings


def foreign_findings(lake: Lake, model: str) -> list[Finding]:
    """Return the files that the registry does not know. Those in a chain break the chain."""
    return [
        Finding(
            key,
            Problem.FOREIGN,
            f"{key}: file must be one that the registry writes, got another; move it away",
        )
        for key in lake.keys(registry_prefix(model))
        if not _known(PurePosixPath(key).relative_to(registry_prefix(model)).parts)
    ]


def _lost_manifest(model: str, version: str, because: str) -> Finding:
    key = manifest_key(model, version)
    text = (
        f"{key}: manifest must be there, got nothing although {because} points at it; restore it "
        "from a backup, or train again as of that day"
    )
    return Finding(key, Problem.MISSING, text)


def _known(parts: Sequence[str]) -> bool:
    match parts:
        case ["champion" | "rollouts", *_]:
            return True
        case ["versions", version, name] if is_version_id(version):
            return name in _VERSION_FILES
        case ["versions", version, "evaluations", _]:
            return is_version_id(version)
        case ["trash", _, name]:
            return is_version_id(name.removesuffix(".skops")) and name.endswith(".skops")
        case _:
            return False


def _way_back(lake: Lake, model: str, records: Sequence[PromotionRecord]) -> str:
    for record in reversed(in_good_standing(tuple(records))):
        try:
            ArtifactStore(lake, model).verify(Manifests(lake, model).version(record.version))
        except RegistryError:
            continue
        return f"; it is champion, and {record.version} is sound: roll back to it until then"
    return "; it is champion, and no earlier one is sound"
