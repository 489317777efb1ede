"""A table too large for memory: written batch by batch to a local file, stored as a whole."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ctml_assets.errors import LakeError
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.tables import seal_file


class TableFile:
    """A parquet file under way.

    Parameters
    ----------
    path : Path
        The local file.
    schema : pyarrow.Schema
        Of every batch.
    repetitive : sequence of str
        Columns of few distinct values: stored as dictionaries.
    """

    def __init__(self, path: Path, schema: pa.Schema, repetitive: Sequence[str]) -> None:
        self._path = path
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            use_dictionary=list(repetitive),
            write_page_checksum=True,
        )

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch.

        Raises
        ------
        LakeError
            If the disk is full.
        """
        try:
            self._writer.write_batch(batch)
        except OSError as error:
            raise LakeError(
                f"{self._path}: the file under way must be writable, got {error}; free disk space "
                "or set TMPDIR to a larger folder"
            ) from error

    def close(self) -> None:
        """End the file; nothing can be appended after that."""
        self._writer.close()

    def store(self, lake: Lake, key: str) -> None:
        """Store the table as ``write_table`` would have, replacing an older one.

        Raises
        ------
        LakeError
            If it cannot be written.
        """
        self.close()
        seal_file(self._path)
        lake.write_file(key, self._path)


@contextmanager
def open_table_file(schema: pa.Schema, repetitive: Sequence[str] = ()) -> Iterator[TableFile]:
    """Begin a table in a temporary folder, which is removed at the end.

    Examples
    --------
    >>> from ctml_assets.lake import LocalLake, read_table
    >>> lake = LocalLake(Path(tempfile.mkdtemp()))
    >>> batch = pa.RecordBatch.from_pydict({"a": [1, 2]})
    >>> with open_table_file(batch.schema) as table:
    ...     table.write(batch)
    ...     table.write(batch)
    ...     table.store(lake, "tables/m/a/1.parquet")
    >>> read_table(lake, "tables/m/a/1.parquet")["a"].tolist()
    [1, 2, 1, 2]
    """
    with tempfile.TemporaryDirectory(prefix="ctml-") as folder:
        path = Path(folder, "table.parquet")
        with closing(TableFile(path, schema, repetitive)) as table:
            yield table
