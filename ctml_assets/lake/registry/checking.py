"""One look through a model's registry, and away with what nobody needs."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from ctml_assets.errors import RegistryError
from ctml_assets.lake.keys import artifact_key, evaluations_prefix, manifest_key, versions_prefix
from ctml_assets.lake.protocol import KeyMissingError, Lake
from ctml_assets.lake.registry.manifests import Manifests
from ctml_assets.lake.registry.report import Finding, Problem, RegistryReport
from ctml_assets.lake.registry.rollouts import Rollouts
from ctml_assets.lake.registry.soundness import (
    chain_findings,
    foreign_findings,
    history_findings,
    pointing_at,
    reference_findings,
    version_findings,
)
from ctml_assets.lake.registry.trash import Trash
from ctml_assets.lake.registry.version import fits_id, is_version_id

_AGAIN = "check the registry again with deletion"


@dataclass(frozen=True)
class Check:
    """One look through the registry of a monitored model.

    Parameters
    ----------
    lake : Lake
        Where it lies.
    model : str
        Name of the monitored model.
    now : datetime
        What ages are measured from, with a zone.
    older_than : timedelta
        Orphans younger than that may belong to a training at work: they are no finding.
    delete : bool
        Whether to remove orphans, and to bring back what a killed clean-up has put aside.

    Raises
    ------
    RegistryError
        If a parameter is not accepted.
    """

    lake: Lake
    model: str
    now: dt.datetime
    older_than: dt.timedelta
    delete: bool

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise RegistryError(
                f"{self.model}: now must be a time with a zone, got {self.now}; give it in UTC"
            )
        if not self.older_than >= dt.timedelta():
            raise RegistryError(
                f"{self.model}: older_than must be >= 0, got {self.older_than}; use for example a "
                "week"
            )

    def report(self) -> RegistryReport:
        """Look at everything once.

        Raises
        ------
        LakeError
            If the lake cannot be read or written. What is wrong with the registry is no error: it
            is what the report is about.
        """
        restored, findings = self._look_aside()
        records, broken = history_findings(self.lake, self.model)
        events, unread = chain_findings(Rollouts(self.lake, self.model).chain)
        versions = Manifests(self.lake, self.model).versions()
        findings += broken + unread + foreign_findings(self.lake, self.model)
        for version in versions:
            findings += version_findings(self.lake, self.model, version, records)
        findings += reference_findings(self.lake, self.model, records, events)
        needed = pointing_at(records, events)
        removed, more = self._orphans(needed, certain=not (broken or unread))
        return RegistryReport(
            model=self.model,
            versions=len(versions),
            promotions=len(records),
            findings=tuple(sorted({*findings, *more}, key=lambda it: (it.key, it.text))),
            removed=tuple(removed),
            restored=tuple(restored),
        )

    def _look_aside(self) -> tuple[list[str], list[Finding]]:
        trash, restored, findings = Trash(self.lake, self.model), [], []
        for aside in trash.kept():
            if self.delete and trash.bring_back(aside):
                restored.append(aside)
            if not (self.delete and trash.forget(aside, self.now, self.older_than)):
                text = (
                    f"{aside}: copy must be gone once its clean-up has ended, got that of one at "
                    f"work, or killed; {_AGAIN} in an hour"
                )
                findings.append(Finding(aside, Problem.ASIDE, text))
        return restored, findings

    def _orphans(
        self, needed: Collection[str], *, certain: bool
    ) -> tuple[list[str], list[Finding]]:
        """Return what was removed, and what was not and why.

        Parameters
        ----------
        needed : collection of str
            Versions that a promotion or a rollout points at.
        certain : bool
            Whether all of these could be read.
        """
        removed, findings = [], []
        for version in self._without_manifest():
            key = artifact_key(self.model, version)
            data = None if version in needed else self._old(key)
            if data is None:
                continue
            reason = self._spared(version, data, certain=certain)
            if reason:
                text = f"{key}: artifact must have a manifest, got none; {reason}"
                findings.append(Finding(key, Problem.ORPHAN, text))
            elif Trash(self.lake, self.model).remove(version, data):
                removed.append(key)
        return removed, findings

    def _spared(self, version: str, data: bytes, *, certain: bool) -> str:
        """Return why an orphan is not removed, and what to do; empty if it is."""
        if self.lake.keys(evaluations_prefix(self.model, version)):
            return "it was evaluated, so that it had one: restore it from a backup"
        if not certain:
            return "the history cannot be read, so that it may be needed: mend that first"
        if not fits_id(version, data):
            return "it is damaged, and could not be brought back: move it away by hand"
        return "" if self.delete else _AGAIN

    def _old(self, key: str) -> bytes | None:
        """Return an artifact that is older than the limit; None if it is younger, or gone."""
        try:
            if self.now - self.lake.modified(key) <= self.older_than:
                return None
            return self.lake.read(key)
        except KeyMissingError:
            return None

    def _without_manifest(self) -> list[str]:
        prefix = versions_prefix(self.model)
        found = {PurePosixPath(it).relative_to(prefix).parts[0] for it in self.lake.keys(prefix)}
        return [
            version
            for version in sorted(filter(is_version_id, found))
            if not self.lake.exists(manifest_key(self.model, version))
        ]
