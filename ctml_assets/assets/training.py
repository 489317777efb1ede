"""The retraining pipeline's assets as plain functions: frames in, results out.

``components/training_assets.py`` hangs them into Dagster; a test calls them as they are.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

from ctml_assets.assets.comparison import calibrated, compared, scored
from ctml_assets.assets.monitoring import NO_CHAMPION, monitored_lines
from ctml_assets.core.drift import SliceScore, line_weights, weighted_score
from ctml_assets.core.gates import (
    GATES,
    GATES_OF_A_FIT,
    Evidence,
    FreshProcess,
    GateDecision,
    Inputs,
    PairedSlice,
    judge,
    paired_slices,
    regressed,
)
from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.records import cohorts, immature, known_as_of, labels
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import fit, part_of, predict, split_days
from ctml_assets.errors import DataError

PART = "part"
NOTHING: Mapping[dt.date, str] = MappingProxyType({})


def days_left_out(
    records: pd.DataFrame,
    *,
    spec: ModelSpec,
    as_of: dt.date,
    blocked: Mapping[dt.date, str] = NOTHING,
) -> dict[dt.date, str]:
    """Return which days a training as of a day does not use, and why.

    Those that are blocked, and those of which too few labels were known by then: labels that come
    early are not like the others.

    Parameters
    ----------
    records
        Records of the training's days; later ones play no part.
    spec
        A complete declaration.
    as_of
        The training's day.
    blocked
        By day: why its data are not to be used, whatever its labels.
    """
    days = split_days(spec, as_of)
    found = {
        cohort.day: blocked.get(cohort.day) or immature(cohort, spec)
        for cohort in cohorts(records, spec, as_of)
        if days.train_start <= cohort.day <= days.test_end
    }
    return {day: why for day, why in found.items() if why}


def training_dataset(
    records: pd.DataFrame,
    *,
    spec: ModelSpec,
    as_of: dt.date,
    blocked: Mapping[dt.date, str] = NOTHING,
) -> pd.DataFrame:
    """Return the labelled records known as of a day, each marked train, validation or test.

    Parameters
    ----------
    records, spec, as_of, blocked
        As for `days_left_out`, whose days have no row in it.

    Raises
    ------
    DataError
        If a part has no labelled row: there is too little history.
    """
    days = split_days(spec, as_of)
    left_out = days_left_out(records, spec=spec, as_of=as_of, blocked=blocked)
    records = known_as_of(records, spec, as_of)
    used = ~records[spec.event_time].dt.normalize().isin(map(pd.Timestamp, left_out))
    part = part_of(records[spec.event_time], days)
    keep = (part != "") & np.isfinite(labels(records, spec)) & used.to_numpy()
    chosen: pd.DataFrame = records[keep].assign(
        **{PART: pd.Series(part[keep], dtype="str").to_numpy()}
    )
    counts = chosen[PART].value_counts()
    empty = [name for name in ("train", "validation", "test") if counts.get(name, 0) == 0]
    if empty:
        raise DataError(
            f"{spec.name}: as of {as_of} no labelled row is {' or '.join(empty)} (train "
            f"{days.train_start} to {days.train_end}, validation to {days.validation_end}, test to "
            f"{days.test_end}){_told(left_out)}; materialize records of those days"
        )
    return chosen.reset_index(drop=True)


def _told(left_out: Mapping[dt.date, str]) -> str:
    if not left_out:
        return ""
    newest = max(left_out)
    return f", {len(left_out)} days are left out, the newest {newest}: {left_out[newest]}"


def trained_candidate(
    training_dataset: pd.DataFrame, parameters: Mapping[str, Any], *, spec: ModelSpec
) -> "Pipeline":
    """Fit the candidate on train and validation days; the test days stay unseen."""
    known = rows_of(training_dataset, "train", "validation")
    return fit(known, labels(known, spec), spec=spec, parameters=parameters)


@dataclass(frozen=True)
class Evaluation:
    """Champion against candidate.

    Attributes
    ----------
    decision
        The gates' findings, and whether to promote.
    evidence
        What they saw: both sides' slice scores on the rows that neither learned from, and more.
    slices
        Both sides slice by slice, with the paired difference.
    regressed
        Those for which the candidate is rejected.
    compared_from, compared_to
        First and last day of those rows, inclusive.
    reference
        The candidate's slice scores on all its test days: its reference, should it be promoted.
    reference_score
        Their weighted mean, higher is better; None if no slice could be scored.
    """

    decision: GateDecision
    evidence: Evidence
    slices: tuple[PairedSlice, ...]
    regressed: tuple[PairedSlice, ...]
    compared_from: dt.date
    compared_to: dt.date
    reference: tuple[SliceScore, ...]
    reference_score: float | None


@dataclass(frozen=True)
class Stored:
    """What is known of a candidate that is stored.

    Attributes
    ----------
    fresh_process
        What a fresh process made of it.
    inputs
        What it reads, beside what is declared.
    """

    fresh_process: FreshProcess
    inputs: Inputs


def candidate_evaluation(
    training_dataset: pd.DataFrame,
    candidate: Any,
    champion: Any | None,
    *,
    spec: ModelSpec,
    as_of: dt.date,
    champion_train_end: dt.date | None = None,
    champion_features: Sequence[str] | None = None,
    champion_as_of: dt.date | None = None,
    absent: str = "",
    stored: Stored | None = None,
) -> Evaluation:
    """Judge a candidate against the champion on the same rows.

    Parameters
    ----------
    training_dataset
        As made by the function of that name.
    candidate, champion
        Fitted models; ``champion`` is None for the first candidate.
    spec
        A complete declaration.
    as_of
        The training's day.
    champion_train_end
        Last day that the champion learned from. Test days up to it are left out of the
        comparison, so that it is made on rows that neither side learned from.
    champion_features
        The champion's inputs in its own order; None: those of the declaration.
    champion_as_of
        The day that the champion was trained as of; a candidate of an earlier day is rejected.
    absent
        Why ``champion`` is None although there is one; empty for the first candidate.
    stored
        What is known of the stored candidate; None: it is not stored, and the gates that ask for
        it, schema and infra, are left out.
    """
    days = split_days(spec, as_of)
    test = rows_of(training_dataset, "test")
    clean_from = days.test_start
    if champion is not None and champion_train_end is not None:
        clean_from = max(clean_from, champion_train_end + dt.timedelta(days=1))
    clean = (test[spec.event_time] >= pd.Timestamp(clean_from)).to_numpy()
    mine = outcomes_of(test, predict(candidate, test, spec=spec), spec=spec)
    theirs = _outcomes_of(champion, test[clean], spec, champion_features)
    reference = scored(test, mine, spec)
    evidence = Evidence(
        **vars(compared(test[clean], mine.part(clean), theirs, spec)),
        weights=line_weights(monitored_lines(spec)),
        rows=int(clean.sum()),
        absent=absent or NO_CHAMPION,
        as_of=as_of,
        champion_as_of=champion_as_of,
        reference_score=weighted_score(reference, line_weights(monitored_lines(spec))),
        calibration=calibrated(test, mine, spec),
        fresh_process=None if stored is None else stored.fresh_process,
        inputs=None if stored is None else stored.inputs,
    )
    slices = paired_slices(evidence)
    return Evaluation(
        decision=judge(evidence, spec.promotion, GATES_OF_A_FIT if stored is None else GATES),
        evidence=evidence,
        slices=slices,
        regressed=regressed(slices, spec.promotion),
        compared_from=clean_from,
        compared_to=days.test_end,
        reference=reference,
        reference_score=evidence.reference_score,
    )


def _outcomes_of(
    model: Any | None, rows: pd.DataFrame, spec: ModelSpec, features: Sequence[str] | None
) -> Outcomes | None:
    if model is None:
        return None
    said = predict(model, rows, spec=spec, features=features)
    return outcomes_of(rows, said, spec=spec)


def rows_of(training_dataset: pd.DataFrame, *parts: str) -> pd.DataFrame:
    """Return the records of some parts, without the column that says which."""
    chosen = training_dataset[PART].isin(parts).to_numpy()
    return training_dataset[chosen].drop(columns=PART).reset_index(drop=True)
