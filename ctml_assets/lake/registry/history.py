"""The chain of promotion records: who was champion when."""

from dataclasses import dataclass

from ctml_assets.errors import RegistryError
from ctml_assets.lake.documents import document_of
from ctml_assets.lake.keys import champion_prefix
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.registry.chain import Chain
from ctml_assets.lake.registry.promotion import PromotionRecord


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

    @property
    def chain(self) -> Chain[PromotionRecord]:
        """The records as they lie there, each by itself."""
        prefix = champion_prefix(self.model)
        return Chain(self.lake, prefix, self.model, PromotionRecord.from_document)

    def length(self) -> int:
        """Return the highest number; 0 before the first promotion.

        Raises
        ------
        RegistryError
            If a number is missing or a foreign file lies between the records.
        """
        return self.chain.length()

    def record(self, number: int) -> PromotionRecord:
        """Return the record with this number, counted from 1.

        Raises
        ------
        RegistryError
            If it is missing or damaged, or belongs to another model or number.
        """
        return self.chain.one(number)

    def records(self) -> tuple[PromotionRecord, ...]:
        """Return all records, the first promotion first.

        Raises
        ------
        RegistryError
            If one is missing, damaged, or does not follow from the one before it.
        """
        records = self.chain.all()
        before: PromotionRecord | None = None
        for record in records:
            expected = None if before is None else before.version
            if record.previous != expected:
                raise RegistryError(
                    f"{self.chain.key(record.number)}: previous must be {expected}, got "
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
        return self.chain.append(document_of(record))
