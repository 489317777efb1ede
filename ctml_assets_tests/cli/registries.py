"""Registries in every state, filled without a training."""

import datetime as dt
from pathlib import Path
from typing import Any

from ctml_assets.core.rollout import RolloutEvent, RolloutKind
from ctml_assets.core.spec import RolloutSpec
from ctml_assets.core.yardstick import yardstick
from ctml_assets.lake import LocalLake, PromotionRecord, Registry
from ctml_assets_tests import streams
from ctml_assets_tests.lake import models
from ctml_assets_tests.worlds import day

MODEL = "stream"
SCORES = ({"group": "overall", "name": "overall", "support": 400, "score": 0.81, "reason": ""},)


def empty(folder: Path) -> Registry:
    """Make the lake of a home that has a registry of no model yet."""
    (folder / "lake").mkdir(parents=True)
    return Registry(LocalLake(folder / "lake"), MODEL)


def add(registry: Registry, number: int) -> str:
    """Register the version as of a day."""
    fitted = models.line(number + 1)
    return models.add_version(registry, fitted, as_of=day(number), study="s").version


def evaluate(
    registry: Registry,
    version: str,
    *,
    passed: bool = True,
    score: float | None = 0.81,
    reason: str = "improvement pass: gain +2.0% > 0.0%",
) -> int:
    """Write what the gates said of a version beside the present champion."""
    champion = registry.champion()
    finding = {"gate": "improvement", "verdict": "pass" if passed else "fail", "reason": reason}
    before = None if champion is None else [{**SCORES[0], "score": 0.79}]
    return registry.add_evaluation(
        version,
        {
            "candidate": version,
            "champion": None if champion is None else champion.version,
            "champion_number": 0 if champion is None else champion.number,
            "promote": passed,
            "reason": reason,
            "yardstick": yardstick(streams.spec()),
            "reference": list(SCORES),
            "reference_score": score,
            "compared_to": version[:10],
            "run_id": "run-of-evaluation",
            "decision": {"promote": passed, "findings": [finding]},
            "evidence": {"candidate": list(SCORES), "champion": before, "rows": 400},
        },
    )


def promote(registry: Registry, version: str, **changes: Any) -> PromotionRecord:
    """Promote a version as a run would."""
    return models.promote(registry, version, registry.champion(), **changes)


def start(registry: Registry, version: str, **changes: Any) -> RolloutEvent:
    """Let a version begin to run in shadow."""
    champion = registry.champion()
    facts = {
        "number": len(registry.rollout_events()) + 1,
        "model": registry.model,
        "kind": RolloutKind.STARTED,
        "version": version,
        "champion_number": 0 if champion is None else champion.number,
        "evaluation": 1,
        "day": dt.date(2024, 2, 1),
        "stage": 0,
        "rollout": RolloutSpec(mode="shadow"),
        "outcome": None,
        "reason": "passed",
        "by": "gates",
        "run_id": "run-3",
        "at": "2024-02-01T06:00:00+00:00",
    }
    return registry.append_rollout(RolloutEvent(**{**facts, **changes}))


def wait(registry: Registry, version: str) -> RolloutEvent:
    """Let a version wait for approval."""
    return start(registry, version, kind=RolloutKind.WAITING, rollout=None)


def two_champions(folder: Path) -> tuple[Registry, str, str]:
    """Fill a registry in which one champion followed another."""
    registry = empty(folder)
    return registry, *follow(registry)


def follow(registry: Registry) -> tuple[str, str]:
    """Let one champion follow another in an empty registry; return both."""
    first = add(registry, 10)
    evaluate(registry, first)
    promote(registry, first)
    second = add(registry, 20)
    evaluate(registry, second)
    promote(registry, second)
    return first, second
