"""Labels come late, and those that come early are not like the others: mature cohorts.

A cohort is the records of one day. Which of its labels count depends on when one looks: a label
that came later is as good as missing, so that whoever looks again sees what was seen then.
"""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.records.columns import stored_column
from ctml_assets.core.records.target import labels
from ctml_assets.core.records.times import as_event_times
from ctml_assets.core.spec import ModelSpec


@dataclass(frozen=True)
class Cohort:
    """How many labels of a day's records were known at some moment.

    Attributes
    ----------
    day
        The day.
    rows
        Its records.
    labelled
        Those whose label was known.
    late
        Those whose label came after that moment. The rest has no label at all.
    """

    day: dt.date
    rows: int
    labelled: int
    late: int

    @property
    def without_label(self) -> int:
        """Records whose label never came, so far."""
        return self.rows - self.labelled - self.late

    @property
    def coverage(self) -> float | None:
        """Share of the records whose label was known; None of a day without records."""
        return self.labelled / self.rows if self.rows else None


def known_by(spec: ModelSpec) -> str:
    """Return by which rule a day's labels count at its own look; empty: all that are there do."""
    if spec.label_time is None:
        return ""
    return f"{spec.label_time}, {spec.label_delay_days} days"


def known_at_own_look(records: pd.DataFrame, spec: ModelSpec) -> pd.DataFrame:
    """Return records of any days, each with its label only if its own day's look knew it.

    The look at a day is ``label_delay_days`` after its end.

    Parameters
    ----------
    records
        Records, shape (n, columns). Not changed.
    spec
        The declaration.

    Returns
    -------
    DataFrame of shape (n, columns)
        The target is missing where the label was not known. Without ``label_time`` every label
        that is there counts, and so does one without a label time.

    Raises
    ------
    DataError
        If the label time is declared, and no column of the records.

    Examples
    --------
    >>> spec = ModelSpec(name="stays", source="a.csv", target="left", event_time="ts",
    ...                  label_time="told", label_delay_days=1, start_date="2013-01-01")
    >>> day, told = ["2013-01-01"] * 3, ["2013-01-02 23:59", "2013-01-03", None]
    >>> records = pd.DataFrame({"ts": day, "told": told, "left": [1.0, 0.0, 1.0]})
    >>> records = records.astype({"ts": "datetime64[us]", "told": "datetime64[us]"})
    >>> known_at_own_look(records, spec)["left"].tolist()
    [1.0, nan, 1.0]
    """
    return _without(records, _late(records, spec, None), spec)


def known_as_of(records: pd.DataFrame, spec: ModelSpec, as_of: dt.date) -> pd.DataFrame:
    """Return records with the labels that a training as of a day may learn from.

    Those known at that day's own look: `known_at_own_look` of its days alone would forget the
    labels of earlier days that have come since.

    Raises
    ------
    DataError
        As `known_at_own_look` does.
    """
    return _without(records, _late(records, spec, as_of), spec)


def cohorts(
    records: pd.DataFrame, spec: ModelSpec, as_of: dt.date | None = None
) -> tuple[Cohort, ...]:
    """Count the labels of each day, oldest day first.

    Parameters
    ----------
    records
        Records of any days, shape (n, columns).
    spec
        The declaration.
    as_of
        As known at the look of this day; None: each day as known at its own look.

    Returns
    -------
    tuple of Cohort
        One for each day that has records.

    Raises
    ------
    DataError
        As `known_at_own_look` does.
    """
    if not len(records):
        return ()
    days = records[spec.event_time].dt.normalize()
    labelled = np.isfinite(labels(records, spec))
    late = labelled & _late(records, spec, as_of)
    counts = {"day": days.to_numpy(), "rows": 1, "labelled": labelled & ~late, "late": late}
    counted = pd.DataFrame(counts).groupby("day").sum()
    return tuple(
        Cohort(pd.Timestamp(day).date(), int(rows), int(known), int(came))
        for day, rows, known, came in counted.itertuples(name=None)
    )


def immature(cohort: Cohort, spec: ModelSpec) -> str:
    """Return why too few of a day's labels were known; empty if enough were, or without records.

    Examples
    --------
    >>> spec = ModelSpec(name="stays", source="a.csv", target="left", event_time="ts",
    ...                  start_date="2013-01-01")
    >>> immature(Cohort(dt.date(2013, 1, 1), 400, 284, 100), spec)
    'label coverage 71.0% of 400 records < 95%'
    """
    least, coverage = spec.monitoring.min_label_coverage, cohort.coverage
    if coverage is None or coverage >= least:
        return ""
    # cut, not rounded: 94.96 % must not be shown as 95.0 %
    shown = math.floor(coverage * 1000) / 10
    return f"label coverage {shown:.1f}% of {cohort.rows} records < {least * 100:.15g}%"


def _late(records: pd.DataFrame, spec: ModelSpec, as_of: dt.date | None) -> NDArray[np.bool_]:
    """Tell which records' labels came too late; NaT is not late."""
    if spec.label_time is None:
        return np.zeros(len(records), dtype=np.bool_)
    known = as_event_times(stored_column(records, spec.label_time, "label time", spec.name))
    looked = records[spec.event_time].dt.normalize().to_numpy()
    if as_of is not None:
        looked = np.full(len(records), np.datetime64(as_of, "us"))
    wait = np.timedelta64(1 + spec.label_delay_days, "D")
    return np.asarray(known.to_numpy() >= looked + wait, dtype=np.bool_)


def _without(records: pd.DataFrame, late: NDArray[np.bool_], spec: ModelSpec) -> pd.DataFrame:
    if not late.any():
        return records
    return records.assign(**{spec.target: records[spec.target].mask(late)})
