"""Every decision of the drift sensor, kept for good: what the drift calendar and audits read.

One file for what the sensor read of a model at once, written if absent and never changed. The
sensor's body runs at least once: what is decided again after a crash finds its file, and the first
decision stands.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from ctml_assets.errors import LakeError
from ctml_assets.lake.keys import decision_key, decisions_prefix
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.tables import read_tables, write_table_if_absent

SUPERSEDED = "superseded"
_FILE = re.compile(r"\d{4}-\d{2}-\d{2}-(\d+)-(\d+)")
_IDENTITY = ["day", "event_id", "reported_at"]
# A file whose every trigger is missing, say, has the same types as all others.
_TYPES = {
    "day": "datetime64[us]",
    **dict.fromkeys(("outcome", "trigger", "held_by", "reason"), "str"),
    **dict.fromkeys(("score", "reference", "relative_drop", "standard_error"), "float64"),
    "champion": "str",
    "event_id": "int64",
    "reported_at": "datetime64[us]",
    "run_key": "str",
}


@dataclass(frozen=True)
class DecisionRow:
    """What became of one look.

    Attributes
    ----------
    day
        The look's partition.
    outcome
        ``fired``, ``held back``, ``below`` or ``not evaluable``; ``superseded`` if a newer day that
        came in with it decided.
    trigger
        The triggers that fired, joined by ``+``; None if none did.
    held_by
        The rule that held them back; None if none did.
    reason
        In numbers.
    score, reference, relative_drop, standard_error
        Of the drift score; the standard error is the relative drop's. None where unknown.
    champion
        The version that was looked at; None if there was none.
    event_id
        Dagster's storage id of the event that reported the look.
    reported_at
        When it was stored, UTC.
    run_key
        Of the training that was asked for; None if none was.
    """

    day: dt.date
    outcome: str
    trigger: str | None
    held_by: str | None
    reason: str
    score: float | None
    reference: float | None
    relative_drop: float | None
    standard_error: float | None
    champion: str | None
    event_id: int
    reported_at: dt.datetime
    run_key: str | None


def write_decisions(
    lake: Lake, model: str, rows: Sequence[DecisionRow], *, last_event: int, last_at: dt.datetime
) -> bool:
    """Keep the decisions on looks that were read at once; tell whether this call stored them.

    Parameters
    ----------
    lake, model
        Whose.
    rows
        At least one, one for each day.
    last_event, last_at
        Storage id and time (UTC) of the last event read: decisions on the same events are the same
        file. The time tells a new Dagster instance, which counts from 1 again, from the old one.

    Raises
    ------
    LakeError
        If they cannot be written.
    """
    newest = max(row.day for row in rows).isoformat()
    key = decision_key(model, newest, last_event, round(last_at.timestamp() * 1000))
    return write_table_if_absent(lake, key, _frame(rows))


def newest_decided(lake: Lake, model: str) -> dt.date | None:
    """Return the newest day that was decided; None if none was. Reads names of files alone."""
    names = (PurePosixPath(key).stem for key in lake.keys(decisions_prefix(model)))
    days = [name[:10] for name in names if _FILE.fullmatch(name)]
    return dt.date.fromisoformat(max(days)) if days else None


def read_decisions(lake: Lake, model: str) -> pd.DataFrame:
    """Return all decisions on a model's looks.

    Returns
    -------
    pd.DataFrame
        One row for each look (day and event), the columns of `DecisionRow`, by day and then by when
        it was reported; ``day`` and ``reported_at`` are times without a zone, UTC. Of a look that
        was decided on twice, because a crash came between, the first decision.

    Raises
    ------
    LakeError
        If a file is damaged, or is none of these; the message names it.
    """
    keys = sorted(lake.keys(decisions_prefix(model)), key=_written)
    if not keys:
        return _frame(())
    whole = read_tables(lake, keys, list(_TYPES)).astype(_TYPES)
    first = whole.drop_duplicates(_IDENTITY, keep="first")
    return first.sort_values(["day", "reported_at", "event_id"], ignore_index=True)


def _frame(rows: Sequence[DecisionRow]) -> pd.DataFrame:
    values = [_values(row) for row in rows]
    return pd.DataFrame(
        {
            name: pd.Series([value[name] for value in values], dtype=kind)
            for name, kind in _TYPES.items()
        }
    )


def _values(row: DecisionRow) -> dict[str, object]:
    utc = row.reported_at.astimezone(dt.UTC).replace(tzinfo=None)
    return {**vars(row), "reported_at": utc}


def _written(key: str) -> tuple[int, int]:
    """Return what sorts the files in the order in which they were written."""
    match = _FILE.fullmatch(PurePosixPath(key).stem)
    if match is None or not key.endswith(".parquet"):
        raise LakeError(
            f"{key}: file must be one that the drift sensor wrote, got another; move it away"
        )
    event, milliseconds = match.groups()
    return int(milliseconds), int(event)
