"""Predictions of a file, apart from any day: for the command line, nothing goes to the lake."""

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa

from ctml_assets.assets.predictions import predictions
from ctml_assets.components.scorers import loaded_scorer
from ctml_assets.core.rollout import Arm, ArmPlan
from ctml_assets.core.scoring.counts import PredictionCounts
from ctml_assets.core.scoring.judging import needed_columns
from ctml_assets.core.scoring.rows import REPETITIVE_COLUMNS, log_schema
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError
from ctml_assets.lake import Registry, TableFile
from ctml_assets.sources import Wanted, file_batches, id_columns

_ENDINGS = (".parquet", ".csv")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def predict_file(
    registry: Registry,
    spec: ModelSpec,
    source: Path,
    target: Path,
    *,
    version: str,
    predicted_at: dt.datetime,
) -> PredictionCounts:
    """Predict the records of a file with one version, batch by batch.

    Parameters
    ----------
    registry
        The model's.
    spec
        A complete declaration.
    source
        Parquet, CSV or gzipped CSV, with the columns that the declaration names; labels are not
        needed. Without an entity id the row's number, from 0 on, is the ``record_id``.
    target
        Parquet or CSV, by its ending. It takes its name when it is complete, in place of an older
        one. Bad rows and their reasons, if there are any, stand in ``y.bad.csv`` beside
        ``y.parquet``.
    version
        Who predicts.
    predicted_at
        When, UTC.

    Raises
    ------
    DataError
        If the file is missing, damaged or lacks a column, or the ending of the target is another.
    RegistryError
        If the version cannot be loaded.
    """
    if target.suffix.lower() not in _ENDINGS:
        raise DataError(
            f"{target}: output must end in {' or '.join(_ENDINGS)}, got {target.name!r}; rename it"
        )
    scorer = loaded_scorer(registry, version, spec)
    text = tuple(it.name for it in spec.features or () if it.kind == "categorical")
    wanted = Wanted(needed_columns(spec), text)
    with ExitStack() as files:
        under_way = Path(files.enter_context(_folder_beside(target)))
        good, bad = under_way / f"good{target.suffix.lower()}", under_way / "bad.csv"
        log = files.enter_context(_writer(good, log_schema(spec)))
        counts = predictions(
            file_batches(str(source), spec.event_time, wanted, ids=id_columns(spec)),
            ArmPlan(champion=version),
            {Arm.CHAMPION: scorer},
            spec=spec,
            day=None,
            predicted_at=predicted_at.astimezone(dt.UTC).replace(tzinfo=None),
            log=log.write,
            set_aside=lambda rows: _append(bad, rows),
        )
        log.close()
        bad_rows = bad_rows_beside(target)
        if bad.exists():
            bad.replace(bad_rows)
        else:
            bad_rows.unlink(missing_ok=True)
        good.replace(target)
    return counts


def bad_rows_beside(target: Path) -> Path:
    """Return where the bad rows of a file's predictions stand.

    Examples
    --------
    >>> bad_rows_beside(Path("out/y.parquet")).as_posix()
    'out/y.bad.csv'
    """
    return target.with_name(f"{target.stem}.bad.csv")


class _Writer(Protocol):
    def write(self, batch: pa.RecordBatch) -> None: ...

    def close(self) -> None: ...


class _CsvWriter:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        _append(path, schema.empty_table().to_pandas())

    def write(self, batch: pa.RecordBatch) -> None:
        _append(self._path, batch.to_pandas())

    def close(self) -> None:
        """Every batch is written already."""


def _folder_beside(target: Path) -> AbstractContextManager[str]:
    try:
        # of the same file system, so that the finished file takes its name in one step
        return tempfile.TemporaryDirectory(prefix=".ctml-", dir=target.parent)
    except OSError as error:
        raise DataError(
            f"{target}: output must be in a folder that can be written, got {error.strerror}; make "
            "it, or choose another"
        ) from error


@contextmanager
def _writer(path: Path, schema: pa.Schema) -> Iterator[_Writer]:
    if path.suffix == ".csv":
        yield _CsvWriter(path, schema)
        return
    with closing(TableFile(path, schema, REPETITIVE_COLUMNS)) as table:
        yield table


def _append(path: Path, rows: pd.DataFrame) -> None:
    shown = {
        name: column.map(_no_formula, na_action="ignore") if column.dtype == "str" else column
        for name, column in rows.items()
    }
    pd.DataFrame(shown).to_csv(path, mode="a", header=not path.exists(), index=False)


def _no_formula(text: str) -> str:
    """Keep a spreadsheet from running a cell; numbers stay as they are."""
    if not text.startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
