"""From the declared source to one that reads."""

from collections.abc import Sequence

from ctml_assets.core.spec import SourceSpec
from ctml_assets.sources.callable import CallableSource
from ctml_assets.sources.path import PathSource
from ctml_assets.sources.protocol import Source
from ctml_assets.sources.sql import QuerySource


def open_source(spec: SourceSpec, event_time: str, ids: Sequence[str] = ()) -> Source:
    """Return the source that a declaration describes. Nothing is read or imported yet.

    Parameters
    ----------
    spec
        The declared source; a relative path counts from the working folder.
    event_time
        Name of the column whose time decides the partition.
    ids
        Columns whose values a file's reader must not take for numbers.

    Examples
    --------
    >>> from ctml_assets.core.spec import SourceSpec
    >>> open_source(SourceSpec(path="days/{partition}.csv"), "ts")
    PathSource(path='days/{partition}.csv', event_time='ts', ids=())
    """
    if spec.path is not None:
        return PathSource(spec.path, event_time, tuple(ids))
    if spec.callable is not None:
        return CallableSource(spec.callable)
    if spec.sql is not None:
        return QuerySource(spec.sql.url, spec.sql.query, event_time)
    raise AssertionError("SourceSpec lets exactly one of path, callable and sql pass")
