"""Frames in the lake: parquet with a checksum over every byte of the file."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ctml_assets.errors import DataError, LakeError
from ctml_assets.lake.protocol import Lake

_MAGIC = b"PAR1"
_TAIL = 8
_DIGEST = hashlib.sha256().digest_size


def write_table(lake: Lake, key: str, frame: pd.DataFrame) -> None:
    """Store a frame; its index is not stored.

    Parameters
    ----------
    lake : Lake
        Where.
    key : str
        Under which key (see ``lake.keys``).
    frame : pd.DataFrame
        Columns of one type each, with distinct string names; any number of rows.

    Raises
    ------
    DataError
        If a column mixes types, or names are not distinct strings.
    LakeError
        If it cannot be written.
    """
    lake.write(key, _encoded(frame, key))


def write_table_if_absent(lake: Lake, key: str, frame: pd.DataFrame) -> bool:
    """Store a frame unless the key is taken; tell whether this call stored it.

    Raises as `write_table` does.
    """
    return lake.write_if_absent(key, _encoded(frame, key))


def read_table(lake: Lake, key: str) -> pd.DataFrame:
    """Return the frame stored under the key, with the types it was stored with.

    Raises
    ------
    KeyMissingError
        If there is none.
    LakeError
        If a single bit of it has changed.
    """
    return _to_pandas(_load(lake, key), key)


def read_tables(
    lake: Lake, keys: Sequence[str], columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the frames under several keys one below the other, in the order of the keys.

    Where types differ between frames the wider one holds (integer and float: float); a column
    that some frames lack is missing there.

    Parameters
    ----------
    lake : Lake
        Where.
    keys : sequence of str
        At least one key, each of an existing table.
    columns : sequence of str, optional
        Only these columns, in this order; each must be in every frame.

    Raises
    ------
    KeyMissingError
        If a table is missing.
    LakeError
        If ``keys`` is empty, a table is damaged, lacks a column, or types have nothing in common.
    """
    if not keys:
        raise LakeError("lake: keys must name at least one table, got none; check the window")
    tables = [_load(lake, key, columns) for key in keys]
    try:
        # The pandas types of the first frame need not be those of the whole.
        whole = pa.concat_tables(
            [table.replace_schema_metadata(None) for table in tables], promote_options="permissive"
        )
    except pa.ArrowException as error:
        raise LakeError(
            f"{keys[0]} to {keys[-1]}: a column must have one type in all tables, got {error}; "
            "materialize the partition that differs again"
        ) from error
    return _to_pandas(whole, f"{keys[0]} to {keys[-1]}")


def table_notes(lake: Lake, key: str) -> tuple[int, dict[str, str]]:
    """Return a table's number of rows, and what was noted in its schema when it was written.

    Raises
    ------
    KeyMissingError
        If there is none.
    LakeError
        If a single bit of it has changed.
    """
    table = _load(lake, key, ())
    notes = table.schema.metadata or {}
    return table.num_rows, {name.decode(): text.decode() for name, text in notes.items()}


def table_digest(lake: Lake, key: str) -> str:
    """Return the digest that a table is stored with; its end alone is read.

    Tables of equal digest are equal. Whether the rest still fits the digest is known when the
    table is read.

    Raises
    ------
    KeyMissingError
        If there is none.
    LakeError
        If its end is damaged.
    """
    end = lake.read(key, _TAIL)
    length = _TAIL + int.from_bytes(end[:4], "little") + _DIGEST
    whole = lake.read(key, length)
    if len(end) != _TAIL or not end.endswith(_MAGIC) or len(whole) != length:
        raise LakeError(_damaged(key, "it is cut off or no parquet file of this lake"))
    return whole[:_DIGEST].hex()


def _encoded(frame: pd.DataFrame, key: str) -> bytes:
    if not all(isinstance(name, str) for name in frame.columns):
        raise DataError(f"{key}: column names must be strings, got {list(frame.columns)!r}")
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise DataError(
            f"{key}: columns must hold one type each under distinct names, got {error}; convert "
            "or rename the column"
        ) from error
    sink = pa.BufferOutputStream()
    texts = [field.name for field in table.schema if field.type in (pa.string(), pa.large_string())]
    pq.write_table(table, sink, compression="zstd", use_dictionary=texts, write_page_checksum=True)
    return _seal(sink.getvalue().to_pybytes())


def _load(lake: Lake, key: str, columns: Sequence[str] | None = None) -> pa.Table:
    data = _unseal(lake.read(key), key)
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        lacking = sorted(set(columns or ()) - set(file.schema_arrow.names))
        if not lacking:
            table = file.read(columns=None if columns is None else list(columns))
            return table if columns is None else table.select(list(columns))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise LakeError(_damaged(key, str(error))) from error
    raise LakeError(
        f"{key}: columns must be among {', '.join(file.schema_arrow.names)}, got "
        f"{', '.join(lacking)}; materialize the partition again"
    )


def _to_pandas(table: pa.Table, where: str) -> pd.DataFrame:
    try:
        frame: pd.DataFrame = table.to_pandas()
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise LakeError(_damaged(where, str(error))) from error
    return frame


def _footer_start(data: bytes) -> int:
    return len(data) - _TAIL - int.from_bytes(data[-_TAIL:-4], "little")


def _seal(data: bytes) -> bytes:
    """Put a digest of all other bytes between pages and footer.

    Page checksums leave the footer unguarded (names, types, offsets, row counts). Parquet finds
    the footer from the end and the pages from the start, so other readers skip the digest.
    """
    at = _footer_start(data)
    return data[:at] + hashlib.sha256(data).digest() + data[at:]


def seal_file(path: Path) -> None:
    """Put the digest into a parquet file as `write_table` does; the file is read in pieces."""
    with path.open("r+b") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        size = file.seek(-_TAIL, os.SEEK_END) + _TAIL
        at = size - _TAIL - int.from_bytes(file.read(_TAIL)[:4], "little")
        file.seek(at)
        footer = file.read()
        file.seek(at)
        file.write(digest + footer)


def _unseal(data: bytes, key: str) -> bytes:
    at = _footer_start(data)
    if not (
        len(_MAGIC) + _DIGEST <= at <= len(data) - _TAIL
        and data.startswith(_MAGIC)
        and data.endswith(_MAGIC)
    ):
        raise LakeError(_damaged(key, "it is cut off or no parquet file of this lake"))
    body = data[: at - _DIGEST] + data[at:]
    if hashlib.sha256(body).digest() != data[at - _DIGEST : at]:
        raise LakeError(_damaged(key, "its checksum differs"))
    return body


def _damaged(key: str, problem: str) -> str:
    return f"{key}: table must be as it was written, got {problem}; materialize it again"
