"""A passed evaluation becomes a promotion record."""

import datetime as dt
from typing import Any

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import ConflictError
from ctml_assets.lake import Lake, PromotionRecord, Registry, document_partitions


def promote_candidate(
    registry: Registry, evaluation: dict[str, Any], *, spec: ModelSpec, run_id: str
) -> PromotionRecord:
    """Promote the candidate of an evaluation document that passed every gate.

    Parameters
    ----------
    registry
        The model's.
    evaluation
        The document of ``candidate_evaluation``.
    spec
        The declaration.
    run_id
        The run that promotes.

    Raises
    ------
    ConflictError
        If the champion is not the one that the candidate was compared with.
    """
    history = registry.history()
    number = evaluation["champion_number"]
    rerun = len(history) == number + 1 and history[-1].version == evaluation["candidate"]
    if len(history) != number and not rerun:
        now = f"{history[-1].version} is champion" if history else "there is no champion"
        raise ConflictError(
            f"{evaluation['candidate']} was compared with champion number {number}, but {now} "
            "now; materialize candidate_evaluation again"
        )
    return registry.promote(
        evaluation["candidate"],
        previous=history[number - 1] if number else None,
        serves_from=first_day_served(
            dt.date.fromisoformat(evaluation["compared_to"]), spec, registry.lake
        ),
        reference_score=evaluation["reference_score"],
        reference=tuple(SliceScore(**score) for score in evaluation["reference"]),
        yardstick=evaluation["yardstick"],
        reason=evaluation["reason"],
        run_id=run_id,
        promoted_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )


def first_day_served(as_of: dt.date, spec: ModelSpec, lake: Lake) -> dt.date:
    """Return the first day that a version as of a day serves.

    Its last labels came ``label_delay_days`` after its day. Days that were looked at already had
    the champion of that time: who served then is not rewritten by a later training.
    """
    known = as_of + dt.timedelta(days=spec.label_delay_days)
    looked = document_partitions(lake, spec.name, "drift_score")
    last_look = dt.date.fromisoformat(looked[-1]) if looked else known
    return max(known, last_look) + dt.timedelta(days=1)
