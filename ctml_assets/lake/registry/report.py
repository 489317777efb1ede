"""What a look through a model's registry found."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """What is wrong with something in the registry."""

    DAMAGED = "damaged"
    MISSING = "missing"
    ORPHAN = "orphan"
    ASIDE = "aside"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be.

    Attributes
    ----------
    key : str
        Where.
    problem : Problem
        ``damaged`` or ``missing``: a version cannot be loaded, or the history is broken;
        ``orphan``: an artifact that no manifest knows; ``aside``: one that a clean-up put aside
        and has not come back to; ``foreign``: a file that the registry does not know.
    text : str
        What is wrong and what to do.
    """

    key: str
    problem: Problem
    text: str

    @property
    def harmful(self) -> bool:
        """Whether a version or the history cannot be read because of it."""
        return self.problem in (Problem.DAMAGED, Problem.MISSING)


@dataclass(frozen=True)
class RegistryReport:
    """What a look through a model's registry found.

    Attributes
    ----------
    model : str
        Name of the monitored model.
    versions : int
        Versions that have a manifest, sound or not.
    promotions : int
        Records in the history that can be read.
    findings : tuple of Finding
        What is not as it should be now, by key.
    removed : tuple of str
        Keys of orphans that were removed.
    restored : tuple of str
        Keys of artifacts that were brought back after a clean-up had been killed.
    """

    model: str
    versions: int
    promotions: int
    findings: tuple[Finding, ...]
    removed: tuple[str, ...]
    restored: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every version and the history can be read."""
        return not any(finding.harmful for finding in self.findings)
