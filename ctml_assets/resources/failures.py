"""Errors raised on purpose become a failed step with their message, and no useless retry."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from ctml_assets.errors import CtmlError


@contextmanager
def clear_failures() -> Iterator[None]:
    """Turn a ``CtmlError`` into a ``dagster.Failure`` that says the same."""
    try:
        yield
    except CtmlError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
