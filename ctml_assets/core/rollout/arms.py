"""Who scores which record, and whose prediction is acted upon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.slices import cut
from ctml_assets.core.slices.naming import crossing_parts
from ctml_assets.core.slices.order import declared_names
from ctml_assets.core.spec import RolloutMode, SliceSpec
from ctml_assets.errors import DataError


class Arm(StrEnum):
    """The part a version plays on a day."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    FORMER = "former"


@dataclass(frozen=True)
class ArmPlan:
    """The versions of one day of predictions.

    Attributes
    ----------
    champion : str
        Version that serves unless the rollout says otherwise.
    challenger : str or None
        Version that is rolled out; None if there is none.
    former : str or None
        The champion's predecessor, in shadow while the champion is guarded; None after that.
    mode : RolloutMode
        Of the rollout; ``immediate`` without one.
    share : float
        Of ab: share of the entities that the challenger serves.
    cohorts : tuple of str
        Of staged: names of slices, in their order.
    stage : int
        Of staged: how many of them the challenger has passed; it serves these and the next.
    """

    champion: str
    challenger: str | None = None
    former: str | None = None
    mode: RolloutMode = "immediate"
    share: float = 0.0
    cohorts: tuple[str, ...] = ()
    stage: int = 0


@dataclass(frozen=True, eq=False)
class Assignment:
    """Who scores which of some records.

    Attributes
    ----------
    scored : mapping of Arm to ndarray of bool, shape (rows,)
        The rows that each arm scores; only arms that the plan has.
    challenger_serves : ndarray of bool, shape (rows,)
        Where the challenger's prediction is acted upon; elsewhere the champion's is.
    """

    scored: Mapping[Arm, NDArray[np.bool_]]
    challenger_serves: NDArray[np.bool_]


def assign(
    plan: ArmPlan, entities: "pd.Series[str]", cohort_of: NDArray[np.intp] | None = None
) -> Assignment:
    """Assign the arms of records, each by itself: the same record always alike.

    In shadow champion and challenger score all, and the champion serves. In ab each scores and
    serves its own entities: the challenger those whose hash, keyed with its version, is below the
    share, so every rollout deals anew. In staged the challenger alone scores and serves the cohorts
    that it has passed, both score the present one, which the challenger serves, and the champion
    has the rest. A former champion scores what the champion scores.

    Parameters
    ----------
    plan : ArmPlan
        The day's versions.
    entities : Series of str, shape (rows,)
        Entity ids; of ab none may be missing.
    cohort_of : ndarray of int, shape (rows,), optional
        Of staged: as `cohort_numbers` returns them.

    Returns
    -------
    Assignment

    Raises
    ------
    DataError
        An entity id is missing, or ``cohort_of`` is missing or of other rows.

    Examples
    --------
    >>> plan = ArmPlan("v1", "v2", mode="ab", share=0.5)
    >>> assign(plan, pd.Series(["ann", "bob", "cid", "dan"])).challenger_serves.tolist()
    [True, True, True, False]
    """
    rows = len(entities)
    every, nobody = np.ones(rows, dtype=np.bool_), np.zeros(rows, dtype=np.bool_)
    by_champion, by_challenger, serves = every, nobody, nobody
    if plan.challenger is not None and plan.mode == "shadow":
        by_challenger = every
    elif plan.challenger is not None and plan.mode == "ab":
        by_challenger = serves = _hashes(entities, plan.challenger) < round(plan.share * 2**64)
        by_champion = ~serves
    elif plan.challenger is not None and plan.mode == "staged":
        cohorts = _aligned(cohort_of, rows)
        by_challenger = serves = (cohorts >= 0) & (cohorts <= plan.stage)
        by_champion = ~serves | (cohorts == plan.stage)
    scored = {Arm.CHAMPION: by_champion}
    if plan.challenger is not None:
        scored[Arm.CHALLENGER] = by_challenger
    if plan.former is not None:
        scored[Arm.FORMER] = by_champion
    return Assignment(scored, serves)


def cohort_numbers(
    frame: pd.DataFrame, lines: Sequence[SliceSpec], cohorts: Sequence[str]
) -> NDArray[np.intp]:
    """Return for each record the number of the first cohort that it is in; -1: in none.

    Only the lines that can make a cohort are cut, so records need the columns of these alone.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        The records.
    lines : sequence of SliceSpec
        The declaration's lines.
    cohorts : sequence of str
        Names of slices, first to last.

    Returns
    -------
    ndarray of int, shape (rows,)

    Raises
    ------
    DataError
        A column is absent or unfit.

    Examples
    --------
    >>> frame = pd.DataFrame({"origin": ["JFK", "EWR", "LGA"]})
    >>> lines = [SliceSpec(overall=True), SliceSpec(column="origin")]
    >>> cohort_numbers(frame, lines, ["origin=LGA", "origin=JFK"]).tolist()
    [1, -1, 0]
    """
    none = len(cohorts)
    numbers = np.full(len(frame), none, dtype=np.intp)
    place = {name: at for at, name in enumerate(cohorts)}
    makers = [line for line in lines if any(_may_make(line, name) for name in cohorts)]
    for line in cut(frame, makers):
        # the last entry is that of rows in no slice of the line
        of_slice = [*(place.get(name, none) for name in line.names), none]
        numbers = np.minimum(numbers, np.array(of_slice, dtype=np.intp)[line.codes])
    return np.where(numbers == none, -1, numbers)


def _hashes(entities: "pd.Series[str]", salt: str) -> NDArray[np.uint64]:
    """Return the SipHash of each id: the same on every machine, and another one for each salt."""
    missing = int(entities.isna().sum())
    if missing:
        raise DataError(
            f"assign: entities must be known in every row, got {missing} missing of "
            f"{len(entities)}; give each record its id"
        )
    ids = entities.astype("str").to_numpy(dtype=object)
    key = sha256(salt.encode()).hexdigest()[:16]
    return pd.util.hash_array(ids, hash_key=key, categorize=False)


def _aligned(cohort_of: NDArray[np.intp] | None, rows: int) -> NDArray[np.intp]:
    if cohort_of is None or len(cohort_of) != rows:
        came = "none" if cohort_of is None else len(cohort_of)
        raise DataError(
            f"assign: cohort_of must have one entry a row of a staged rollout, got {came} for "
            f"{rows} rows; pass cohort_numbers of the same records"
        )
    return cohort_of


def _may_make(line: SliceSpec, name: str) -> bool:
    declared = declared_names(line)
    if declared is not None:
        return name in declared
    if line.columns is not None:
        return crossing_parts(line.columns, name) is not None
    return name.startswith(f"{line.group}=")
