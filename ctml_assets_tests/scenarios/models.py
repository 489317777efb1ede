"""The declaration of the scenarios' stream, with one trigger or another, and its histories."""

import copy
from collections.abc import Sequence
from functools import cache
from typing import Any

from ctml_assets.core.spec import ModelSpec, TriggerSpec
from ctml_assets_tests import streams
from ctml_assets_tests.scenarios.loop import Loop
from ctml_assets_tests.scenarios.streams import CHANGE, DAYS, records_of
from ctml_assets_tests.worlds import day

# The first champion is there well before anything changes.
FIRST_TRAINING = 75
POLICIES: dict[str, tuple[Any, ...]] = {
    "performance": ("performance",),
    "staleness": ("staleness",),
    "default": TriggerSpec().when,
}


def model(policy: str, metric: str = "roc_auc") -> ModelSpec:
    """Return the declaration with a policy's triggers, each with its defaults."""
    return streams.spec(
        time_features=[],
        monitoring={
            "window_days": 7,
            "metric": metric,
            "slices": [{"overall": True}, {"column": "segment"}],
        },
        retraining={
            # of few days, so that a candidate has soon learned from some of the new ones
            "window_days": 28,
            "validation_days": 3,
            # a change of the base rate moves the log loss less than a swap does the AUC: to be
            # sure of it takes a reference of more days
            "test_days": 3 if metric == "roc_auc" else 14,
            "min_history_days": FIRST_TRAINING,
            "estimator": "logistic_regression",
        },
        triggers={"when": list(POLICIES[policy])},
    )


@cache
def played(scenario: str, policy: str, seed: int, metric: str = "roc_auc") -> Loop:
    """Return a scenario's history under a policy."""
    loop = copy.deepcopy(_before(policy, seed, metric))
    return loop.run(_days(scenario, seed, range(CHANGE, DAYS)))


@cache
def _before(policy: str, seed: int, metric: str) -> Loop:
    """Return what all scenarios have in common: nothing has changed yet."""
    return Loop(model(policy, metric)).run(_days("none", seed, range(CHANGE)))


def _days(scenario: str, seed: int, numbers: Sequence[int]) -> Any:
    return {day(number): records_of(scenario, number, seed) for number in numbers}
