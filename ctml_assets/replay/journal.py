"""What a replay has done, day by day, in the lake: how it resumes, and what its report is of."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DeclarationError
from ctml_assets.lake import (
    Lake,
    document_key,
    document_of,
    document_partitions,
    read_document,
    write_document,
)

_ASSET, _HEADER = "replay", "replay_declaration"


@dataclass(frozen=True)
class DayEntry:
    """One replayed day.

    Attributes
    ----------
    day
        The partition, ISO.
    score, reference, drop
        The drift score, the champion's reference, the relative drop; None where unknown.
    champion
        Version that served on the day; None if there was none yet.
    fired
        Whether the sensor requested a training.
    reason
        The sensor's reason, in either case; of a failed look, what failed.
    training
        None before or without a training; else promoted, rejected, admitted (it passed the gates,
        and waits for approval or runs beside the champion) or failed.
    finished
        False between the sensor's request and the end of the training, and for a failed look.
    tags
        Tags of the requested run.
    run_id
        Its id, as the sensor's tick names it; None without one.
    """

    day: str
    score: float | None
    reference: float | None
    drop: float | None
    champion: str | None
    fired: bool
    reason: str
    training: str | None
    finished: bool
    tags: Mapping[str, str]
    run_id: str | None

    @property
    def failed(self) -> bool:
        """Whether the monitor failed on this day: the same replay, repeated, looks again."""
        return not self.finished and not self.fired


@dataclass(frozen=True)
class Journal:
    """The entries of one model's replay."""

    lake: Lake
    model: str

    def open(self, spec: ModelSpec, start: dt.date) -> None:
        """Begin the journal, or make sure that it is of the same declaration and start.

        Raises
        ------
        DeclarationError
            If the home holds a replay of something else.
        """
        # The end may move: the days before it stay as they are.
        declared = spec.model_dump_json(exclude={"end_date", "description", "owners"})
        header = {
            "start": start.isoformat(),
            "sha256": hashlib.sha256(declared.encode()).hexdigest(),
        }
        key = document_key(self.model, _HEADER, "header")
        if not self.lake.exists(key):
            write_document(self.lake, key, header)
        elif (found := read_document(self.lake, key)) != header:
            what = "another start" if found["sha256"] == header["sha256"] else "another declaration"
            raise DeclarationError(
                f"{self.model}: this home holds a replay with {what}, begun {found['start']}; pass "
                "--home with another folder to replay anew"
            )

    def entry(self, day: dt.date) -> DayEntry | None:
        """Return the day's entry; None if the day was not replayed yet."""
        key = document_key(self.model, _ASSET, day.isoformat())
        return DayEntry(**read_document(self.lake, key)) if self.lake.exists(key) else None

    def write(self, entry: DayEntry) -> None:
        """Write the day's entry."""
        write_document(self.lake, document_key(self.model, _ASSET, entry.day), document_of(entry))

    def entries(self) -> tuple[DayEntry, ...]:
        """Return all entries, oldest first."""
        found: list[dict[str, Any]] = [
            read_document(self.lake, document_key(self.model, _ASSET, day))
            for day in document_partitions(self.lake, self.model, _ASSET)
        ]
        return tuple(DayEntry(**document) for document in found)
