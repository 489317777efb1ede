"""Records that a Python function of the user returns."""

import datetime as dt
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ctml_assets.core.scoring.batch import RawBatch
from ctml_assets.errors import DataError
from ctml_assets.sources.batches import Wanted, cut_to_size
from ctml_assets.sources.protocol import NoDataError


@dataclass(frozen=True)
class CallableSource:
    """Calls ``package.module:function`` with the window's start and end.

    The module is imported when the source is read, never before: a declaration can be checked
    without running anybody's code.

    Attributes
    ----------
    reference
        ``package.module:function``. The function takes ``start`` and ``end`` (datetimes, UTC
        without a zone, end exclusive) by position and returns a `pandas.DataFrame`. It may raise
        `NoDataError` to say that the day is not there yet.
    """

    reference: str

    def read(self, start: dt.datetime, end: dt.datetime, partition: str) -> pd.DataFrame:
        """Call the function; see `ctml_assets.sources.protocol.Source.read`."""
        function = self._function()
        try:
            frame = function(start, end)
        except NoDataError:
            raise
        except Exception as error:
            raise DataError(
                f"callable {self.reference}: partition {partition} must be readable, got "
                f"{type(error).__name__}: {error}; see the cause below"
            ) from error
        if not isinstance(frame, pd.DataFrame):
            raise DataError(
                f"callable {self.reference}: result must be a pandas DataFrame, got "
                f"{type(frame).__name__}; return a frame, an empty one if there are no records"
            )
        return frame

    def batches(
        self, start: dt.datetime, end: dt.datetime, partition: str, wanted: Wanted
    ) -> Iterator[RawBatch]:
        """Cut what `read` returns; all of it is in memory meanwhile."""
        del wanted
        yield from cut_to_size(self.read(start, end, partition))

    def _function(self) -> Callable[..., Any]:
        module_name, _, name = self.reference.partition(":")
        try:
            function = getattr(importlib.import_module(module_name), name)
        except Exception as error:
            raise DataError(
                f"callable {self.reference}: must be an importable package.module:function, got "
                f"{type(error).__name__}: {error}; install the package or put it on PYTHONPATH"
            ) from error
        if not callable(function):
            raise DataError(
                f"callable {self.reference}: must be a function, got {type(function).__name__}; "
                "name a function that takes start and end"
            )
        found: Callable[..., Any] = function
        return found
