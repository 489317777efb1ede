"""Numbered documents: counted from 1 without a gap, sealed, none ever overwritten."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Generic, TypeVar

from ctml_assets.errors import DataError, RegistryError
from ctml_assets.lake.keys import numbered_key
from ctml_assets.lake.protocol import KeyMissingError, Lake
from ctml_assets.lake.registry.sealed import sealed, unsealed

Record = TypeVar("Record")


@dataclass(frozen=True)
class Chain(Generic[Record]):
    """The numbered documents in one folder of the lake.

    Each holds the model's name and its own number, so that one which was moved is found.

    Parameters
    ----------
    lake : Lake
        Where they lie.
    prefix : str
        Their folder (see ``lake.keys``).
    model : str
        Name of the monitored model.
    read : callable
        Makes a record of a document; raises ``ValueError``, ``TypeError`` or `DataError` if fields
        are missing or wrong.
    """

    lake: Lake
    prefix: str
    model: str
    read: Callable[[Mapping[str, Any]], Record]

    def key(self, number: int) -> str:
        """Return the key of the document with this number, counted from 1."""
        return numbered_key(self.prefix, number)

    def length(self) -> int:
        """Return the highest number; 0 before the first document.

        Raises
        ------
        RegistryError
            If a number is missing or a foreign file lies between the documents.
        """
        found = self.lake.keys(self.prefix)
        numbers = self._numbered(found)
        highest = max(numbers.values(), default=0)
        foreign = [(key, "a foreign file") for key in found if key not in numbers]
        expected = [self.key(number + 1) for number in range(highest)]
        missing = [(key, "which is missing") for key in expected if key not in numbers]
        for key, kind in foreign + missing:
            raise RegistryError(
                f"{self.prefix}: records must be numbered from 1 without a gap, got {key}, {kind}; "
                "restore the record or move the file away"
            )
        return highest

    def numbers(self) -> tuple[int, ...]:
        """Return the numbers that there are, ascending, whatever else lies there."""
        return tuple(self._numbered(self.lake.keys(self.prefix)).values())

    def one(self, number: int) -> Record:
        """Return the record with this number.

        Raises
        ------
        RegistryError
            If there is none, it is damaged, or it belongs to another model or number.
        """
        key = self.key(number)
        try:
            document = unsealed(self.lake.read(key), key)
        except KeyMissingError as error:
            raise RegistryError(
                f"{key}: record must be there, got nothing; restore it from a backup"
            ) from error
        came = document.get("number"), document.get("model")
        if came != (number, self.model):
            raise RegistryError(
                f"{key}: record must be number {number} of {self.model}, got {came[0]!r} of "
                f"{came[1]!r}; move it back to where it belongs"
            )
        try:
            return self.read(document)
        except (ValueError, TypeError, DataError) as error:
            raise RegistryError(
                f"{key}: record must hold every field, got {error}; restore it from a backup"
            ) from error

    def all(self) -> tuple[Record, ...]:
        """Return all records, the first one first. Raises as `length` and `one` do."""
        return tuple(self.one(number + 1) for number in range(self.length()))

    def append(self, document: Mapping[str, Any]) -> bool:
        """Write a document if its number is free; tell whether this call wrote it."""
        key = self.key(document["number"])
        return self.lake.write_if_absent(key, sealed(document, key))

    def _numbered(self, keys: Iterable[str]) -> dict[str, int]:
        stems = [(key, PurePosixPath(key).stem) for key in keys]
        numbers = [(key, int(stem)) for key, stem in stems if stem.isdecimal()]
        return {key: number for key, number in numbers if number and key == self.key(number)}
