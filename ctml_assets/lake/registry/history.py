"""The chain of promotion records: numbered from 1, no gap, nothing overwritten."""

from dataclasses import dataclass

from ctml_assets.errors import DataError, RegistryError
from ctml_assets.lake.documents import document_of
from ctml_assets.lake.keys import champion_key, champion_prefix
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.registry.promotion import PromotionRecord
from ctml_assets.lake.registry.sealed import sealed, unsealed


@dataclass(frozen=True)
class History:
    """The promotion records of one monitored model.

    Parameters
    ----------
    lake : Lake
        Where they lie.
    model : str
        Name of the monitored model.
    """

    lake: Lake
    model: str

    def length(self) -> int:
        """Return the highest number; 0 before the first promotion.

        Raises
        ------
        RegistryError
            If a number is missing or a foreign file lies between the records.
        """
        found = self.lake.keys(champion_prefix(self.model))
        expected = [champion_key(self.model, number + 1) for number in range(len(found))]
        odd = sorted(set(found) ^ set(expected))
        if odd:
            kind = "which is missing" if odd[0] in expected else "a foreign file"
            raise RegistryError(
                f"{champion_prefix(self.model)}: records must be numbered from 1 without a gap, "
                f"got {odd[0]}, {kind}; restore the record or move the file away"
            )
        return len(found)

    def record(self, number: int) -> PromotionRecord:
        """Return the record with this number, counted from 1.

        Raises
        ------
        RegistryError
            If it is damaged, or belongs to another model or number.
        """
        key = champion_key(self.model, number)
        document = unsealed(self.lake.read(key), key)
        try:
            record = PromotionRecord.from_document(document)
        except (ValueError, TypeError, DataError) as error:
            raise RegistryError(
                f"{key}: record must hold every field, got {error}; restore it from a backup"
            ) from error
        if record.model != self.model or record.number != number:
            raise RegistryError(
                f"{key}: record must be number {number} of {self.model}, got {record.number} of "
                f"{record.model}; move it back to where it belongs"
            )
        return record

    def records(self) -> tuple[PromotionRecord, ...]:
        """Return all records, the first promotion first.

        Raises
        ------
        RegistryError
            If one is missing, damaged, or does not follow from the one before it.
        """
        records = tuple(self.record(number + 1) for number in range(self.length()))
        before: PromotionRecord | None = None
        for record in records:
            expected = None if before is None else before.version
            if record.previous != expected:
                raise RegistryError(
                    f"{champion_key(self.model, record.number)}: previous must be {expected}, got "
                    f"{record.previous}; the chain is broken here, restore it from a backup"
                )
            before = record
        return records

    def last(self) -> PromotionRecord | None:
        """Return the record with the highest number; None before the first promotion."""
        length = self.length()
        return self.record(length) if length else None

    def append(self, record: PromotionRecord) -> bool:
        """Write a record if its number is free; tell whether this call wrote it."""
        key = champion_key(self.model, record.number)
        return self.lake.write_if_absent(key, sealed(document_of(record), key))
