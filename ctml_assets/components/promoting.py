"""A passed evaluation becomes a promotion record."""

import datetime as dt
from typing import Any

from ctml_assets.core.drift import SliceScore
from ctml_assets.errors import ConflictError
from ctml_assets.lake import PromotionRecord, Registry


def promote_candidate(
    registry: Registry, evaluation: dict[str, Any], *, run_id: str
) -> PromotionRecord:
    """Promote the candidate of an evaluation document that passed every gate.

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
        reference_score=evaluation["reference_score"],
        reference=tuple(SliceScore(**score) for score in evaluation["reference"]),
        reason=evaluation["reason"],
        run_id=run_id,
        promoted_at=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
    )
