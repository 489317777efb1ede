"""Whether a day's data may be used: enough labels, and no feature that is suddenly missing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import ClassVar

import pandas as pd
from pydantic import ConfigDict

from ctml_assets.core.records.cohort import Cohort, cohorts, immature, known_by
from ctml_assets.core.spec import ModelSpec

# As many days before tell what is usual, and no fewer.
DAYS_BEFORE, FEWEST_DAYS_BEFORE = 28, 3
# Of fewer rows a share says little.
FEWEST_ROWS = 30
# A message has room for so many features.
_NAMED = 3


@dataclass(frozen=True)
class MissingShare:
    """How much of a feature is missing on a day.

    Attributes
    ----------
    share
        Of the day's records; in [0, 1].
    before
        Median share over the days before; None if too few tell.
    days_before
        How many days before tell.
    """

    share: float
    before: float | None
    days_before: int


@dataclass(frozen=True)
class DayQuality:
    """What is known of a day's data.

    Attributes
    ----------
    cohort
        Its labels at its own look.
    known_by
        The rule by which they were counted (see `known_by`).
    missing
        By feature, those of the declaration at that time.
    refused
        Why the day as a whole is not to be used; empty if nothing speaks against it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    cohort: Cohort
    known_by: str
    missing: Mapping[str, MissingShare] = field(default_factory=dict)
    refused: str = ""

    @property
    def day(self) -> dt.date:
        """The day."""
        return self.cohort.day


def day_quality(
    records: pd.DataFrame, spec: ModelSpec, day: dt.date, before: Sequence[DayQuality]
) -> DayQuality:
    """Judge a day by itself and by the days before it.

    Parameters
    ----------
    records
        The day's records, shape (n, columns); may be empty.
    spec
        A complete declaration.
    day
        The day.
    before
        Earlier days whose data may be used, the newest first; the first 28 that have records and
        the feature tell what is usual, three at least.

    Returns
    -------
    DayQuality
        Missing shares are those of all declared features. What was usual is None for a day of
        fewer than 30 records: a share of few says little.
    """
    counted = cohorts(records, spec)
    cohort = counted[0] if counted else Cohort(day, 0, 0, 0)
    missing = {}
    if len(records):
        for feature in spec.features or ():
            share = float(records[feature.name].isna().mean())
            having = [it.missing[feature.name] for it in before if feature.name in it.missing]
            usual = [it.share for it in having[:DAYS_BEFORE]]
            tells = len(usual) >= FEWEST_DAYS_BEFORE and len(records) >= FEWEST_ROWS
            expected = median(usual) if tells else None
            missing[feature.name] = MissingShare(share, expected, len(usual))
    return DayQuality(cohort, known_by(spec), missing)


def refused_day(day: dt.date, why: str) -> DayQuality:
    """Return the quality of a day whose rows were refused as a whole."""
    return DayQuality(Cohort(day, 0, 0, 0), "", {}, why)


def blocked(quality: DayQuality, spec: ModelSpec) -> str:
    """Return why a day's data are not to be used, whatever its labels; empty if they are.

    What counts is the declaration of now: a feature that was removed blocks no day any more, and
    neither does one whose missing values are allowed by a larger ``max_missing_increase``.

    Examples
    --------
    >>> spec = ModelSpec(name="stays", source="a.csv", target="left", event_time="ts",
    ...                  start_date="2013-01-01", features=[{"name": "x1", "kind": "numeric"}])
    >>> gone = {"x1": MissingShare(1.0, 0.0, 28)}
    >>> blocked(DayQuality(Cohort(dt.date(2013, 2, 1), 400, 400, 0), "", gone), spec)
    'feature x1: 100% missing, 0% in the 28 days before; mend the source, remove the feature or \
raise max_missing_increase'
    """
    if quality.refused:
        return quality.refused
    declared = [feature.name for feature in spec.features or ()]
    found = [
        f"feature {name}: {_percent(it.share)} missing, {_percent(it.before)} in the "
        f"{it.days_before} days before"
        for name in declared
        if (it := quality.missing.get(name)) is not None
        and it.before is not None
        and it.share - it.before > spec.monitoring.max_missing_increase
    ]
    if not found:
        return ""
    if len(found) > _NAMED:
        found = [*found[:_NAMED], f"and {len(found) - _NAMED} more features"]
    remedy = "mend the source, remove the feature or raise max_missing_increase"
    return f"{'; '.join(found)}; {remedy}"


def unusable(quality: DayQuality, spec: ModelSpec) -> str:
    """Return why a day is neither scored nor part of a later window; empty if it is."""
    return blocked(quality, spec) or immature(quality.cohort, spec)


def _percent(share: float) -> str:
    return f"{share * 100:.3g}%"
