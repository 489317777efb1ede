"""What the asset ``candidate_evaluation`` shows: the gates, and both sides slice by slice."""

from typing import TYPE_CHECKING, Any

import dagster as dg

from ctml_assets.assets.slice_table import standard_error
from ctml_assets.components.metadata import Metadata, numbers, table, texts
from ctml_assets.core.drift import SliceScore, interval, side_of
from ctml_assets.pictures import Score, Sides, as_markdown, side_chart
from ctml_assets.pictures.axis import shown
from ctml_assets.pictures.svg import clean

if TYPE_CHECKING:
    # it would load training code, which a monitor run never does
    from ctml_assets.assets.training import Evaluation
    from ctml_assets.core.gates import PairedSlice

_GATE_COLUMNS = ("gate", "verdict", "reason")
_SLICE_COLUMNS = (
    *("slice", "support", "weight", "candidate", "candidate_standard_error", "champion"),
    *("champion_standard_error", "difference", "standard_error", "independent", "reason"),
)


def evaluation_metadata(evaluation: "Evaluation", *, candidate: str, champion: str) -> Metadata:
    """Return what is shown of an evaluation.

    Parameters
    ----------
    evaluation : Evaluation
        Of the candidate.
    candidate, champion : str
        Their versions; ``champion`` is empty if there is none.
    """
    evidence, found = evaluation.evidence, evaluation.evidence.fresh_process
    calibration = evidence.calibration
    verdict = "promote" if evaluation.decision.promote else "keep the champion"
    gates = [
        {"gate": it.gate, "verdict": it.verdict.value, "reason": clean(it.reason)}
        for it in evaluation.decision.findings
    ]
    return {
        **texts({"verdict": verdict, "reason": clean(evaluation.decision.reason)}),
        "gates": table(gates, _GATE_COLUMNS),
        **numbers(
            {
                "reference_score": evaluation.reference_score,
                "rows": evidence.rows,
                "calibration_error": None if calibration is None else calibration.error,
                "latency_ms": None if found is None else found.latency_ms,
                "memory_mb": None if found is None else found.memory_mb,
            }
        ),
        **texts(
            {
                "candidate": candidate,
                "champion": champion or "no champion yet",
                "compared_days": f"{evaluation.compared_from} to {evaluation.compared_to}",
            }
        ),
        "picture": dg.MetadataValue.md(as_markdown(_picture(evaluation), "slice by slice")),
        # the last, since the UI shows all its rows
        "slices": table(_rows(evaluation), _SLICE_COLUMNS),
    }


def _rows(evaluation: "Evaluation") -> list[dict[str, Any]]:
    mine, theirs = _scores(evaluation.evidence.candidate), _scores(evaluation.evidence.champion)
    return [
        {
            "slice": clean(it.name),
            "support": it.support,
            "weight": it.weight,
            "candidate": it.candidate,
            "candidate_standard_error": _error(mine.get((it.group, it.name))),
            "champion": it.champion,
            "champion_standard_error": _error(theirs.get((it.group, it.name))),
            "difference": it.difference,
            "standard_error": it.standard_error,
            "independent": it.unit,
            "reason": clean(it.reason),
        }
        for it in evaluation.slices
    ]


def _picture(evaluation: "Evaluation") -> str:
    mine, theirs = _scores(evaluation.evidence.candidate), _scores(evaluation.evidence.champion)
    failed = {(it.group, it.name) for it in evaluation.regressed}
    # what it failed on comes first, then what counts
    ordered = sorted(
        evaluation.slices, key=lambda it: ((it.group, it.name) not in failed, it.weight == 0)
    )
    rows = [
        Sides(
            it.name,
            champion=_drawn(theirs.get((it.group, it.name))),
            candidate=_drawn(mine.get((it.group, it.name))),
            note=_note(it),
            failed=(it.group, it.name) in failed,
        )
        for it in ordered
    ]
    title = "Candidate and champion on the same rows (95 % intervals; at the end the difference)"
    return side_chart(title, rows)


def _note(it: "PairedSlice") -> str:
    if it.difference is None:
        return ""
    sign = "+" if it.difference >= 0 else ""
    error = "" if it.standard_error is None else f" (SE {shown(it.standard_error, 2)})"
    return f"{sign}{shown(it.difference, 3)}{error}"


def _drawn(score: SliceScore | None) -> Score | None:
    if score is None or score.score is None:
        return None
    side = side_of([(1.0, score)])
    if side is None:
        return Score(score.score)
    around = interval(score.score, side.pulls, degrees_of_freedom=[side.degrees_of_freedom])
    if around is None:
        return Score(score.score)
    return Score(score.score, around.low, around.high)


def _error(score: SliceScore | None) -> float | None:
    return None if score is None else standard_error(score)


def _scores(scores: tuple[SliceScore, ...] | None) -> dict[tuple[str, str], SliceScore]:
    return {(score.group, score.name): score for score in scores or ()}
