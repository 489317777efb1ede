"""The days whose labels have not come yet, read from the source without storing anything."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ctml_assets.assets import monitoring
from ctml_assets.components.partitions import bounds_of
from ctml_assets.components.reading import read_records
from ctml_assets.core.records import blocked, too_many_bad_rows
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError
from ctml_assets.lake import Lake, judged

_ONE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Unlabelled:
    """Records whose labels are not known.

    Attributes
    ----------
    frame : DataFrame of shape (rows, columns)
        Records of all days, oldest first; the target is missing in every row.
    left_out : dict of str to str
        Days without records here, by ISO date, with the reason.
    """

    frame: pd.DataFrame
    left_out: dict[str, str]


def unlabelled_days(spec: ModelSpec, day: dt.date) -> list[dt.date]:
    """Return the days that a look knows without their labels, oldest first.

    The look at a day is ``label_delay_days`` after its end: the days between have passed by then,
    and none after them. Of many, the newest ``monitoring.window_days``, as many as are scored.

    Examples
    --------
    >>> spec = ModelSpec(name="stays", source="a.csv", target="left", event_time="ts",
    ...                  label_delay_days=2, start_date="2013-01-01")
    >>> [str(it) for it in unlabelled_days(spec, dt.date(2013, 1, 31))]
    ['2013-02-01', '2013-02-02']
    """
    wait = spec.label_delay_days
    days = [day + after * _ONE for after in range(1, wait + 1)][-spec.monitoring.window_days :]
    return [it for it in days if spec.end_date is None or it <= spec.end_date]


def unlabelled_records(lake: Lake, spec: ModelSpec, day: dt.date) -> Unlabelled:
    """Read the days that a look knows without their labels.

    Labels that are there already are not looked at, so that the look is the same whenever it is
    made. A day that cannot be had or used is left out.

    Parameters
    ----------
    lake
        Where the quality of the days before is.
    spec
        A complete declaration.
    day
        The look's day.
    """
    frames, left_out = [], {}
    for at in unlabelled_days(spec, day):
        try:
            frames.append(_read(lake, spec, at, day))
        except DataError as error:
            left_out[at.isoformat()] = str(error)
    return Unlabelled(_joined(frames), left_out)


def _read(lake: Lake, spec: ModelSpec, at: dt.date, look: dt.date) -> pd.DataFrame:
    _, raw, told = read_records(lake, spec, at, bounds_of(at))
    hidden = [name for name in (spec.target, spec.label_time) if name is not None]
    raw = raw.assign(**dict.fromkeys(hidden, pd.Series(None, raw.index, object)))
    prepared = monitoring.records(raw, spec=spec, day=at)
    broken = len(prepared.bad) - prepared.duplicates
    if too_many_bad_rows(spec, broken, len(raw)):
        raise DataError(
            f"{broken} of {len(raw)} rows are bad, more than max_bad_rows {spec.max_bad_rows}"
        )
    if prepared.good.empty:
        raise DataError(told.get("no_data", "no rows"))
    # against the days that were stored by then
    why = blocked(judged(lake, spec, look + _ONE, prepared.good), spec)
    if why:
        raise DataError(why)
    return prepared.good


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
