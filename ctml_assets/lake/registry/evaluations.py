"""What the gates saw of a version and said, every time that it was evaluated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctml_assets.errors import ConflictError
from ctml_assets.lake.documents import decode_document, encode_document
from ctml_assets.lake.keys import evaluations_prefix
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.registry.chain import Chain

_TRIES = 100


@dataclass(frozen=True)
class Evaluations:
    """The evaluations of one version.

    Parameters
    ----------
    lake : Lake
        Where they lie.
    model : str
        Name of the monitored model.
    version : str
        The version's id.
    """

    lake: Lake
    model: str
    version: str

    @property
    def chain(self) -> Chain[dict[str, Any]]:
        """The evaluations as they lie there, each by itself."""
        prefix = evaluations_prefix(self.model, self.version)
        return Chain(self.lake, prefix, self.model, self._read)

    def add(self, document: Mapping[str, Any]) -> int:
        """Keep an evaluation and return its number; one that is there keeps its number.

        Raises
        ------
        DataError
            If the document holds anything but JSON values.
        ConflictError
            If others took every number that was tried.
        """
        where = self.chain.key(1)
        plain = decode_document(encode_document(document, where), where)
        for _ in range(_TRIES):
            stored = self.all()
            if plain in stored:
                return stored.index(plain) + 1
            entry = {
                "number": len(stored) + 1,
                "model": self.model,
                "version": self.version,
                "evaluation": plain,
            }
            if self.chain.append(entry):
                return len(stored) + 1
        raise ConflictError(
            f"{self.model} {self.version}: evaluation must find a free number, got {_TRIES} taken "
            "by others meanwhile; evaluate again"
        )

    def one(self, number: int) -> dict[str, Any]:
        """Return the evaluation with this number, counted from 1.

        Raises
        ------
        RegistryError
            If it is missing or damaged, or belongs to another version or number.
        """
        return self.chain.one(number)

    def all(self) -> tuple[dict[str, Any], ...]:
        """Return all evaluations, the first one first. Raises as `one` does."""
        return self.chain.all()

    def _read(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        evaluation = entry.get("evaluation")
        if entry.get("version") != self.version or not isinstance(evaluation, dict):
            raise ValueError(f"an evaluation of {entry.get('version')!r}, not {self.version}")
        return evaluation
