"""All that is compared, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ctml_assets_tests.benchmarks.tuning import ours
from ctml_assets_tests.benchmarks.tuning.data import Problem
from ctml_assets_tests.benchmarks.tuning.flaml_search import flaml
from ctml_assets_tests.benchmarks.tuning.halving import halving
from ctml_assets_tests.benchmarks.tuning.recorder import Recorder
from ctml_assets_tests.benchmarks.tuning.sampled import random, tpe

COLD, WARM, STOPS = "ours, cold", "ours, warm", "ours, stops itself"
TPE, RANDOM, HALVING, FLAML = "Optuna TPE", "random search", "halving", "FLAML"


@dataclass(frozen=True)
class Method:
    """One way to search.

    Attributes
    ----------
    search : callable
        Enters the recorder once all is imported, and tells it of each trial.
    anytime : bool
        Whether what it found by an earlier moment is what it would have found with that budget.
    spends : bool
        Whether it takes all the budget that there is.
    """

    search: Callable[[Problem, Recorder], None]
    anytime: bool = True
    spends: bool = True


METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {
        COLD: Method(ours.cold),
        WARM: Method(ours.warm),
        TPE: Method(tpe),
        RANDOM: Method(random),
        HALVING: Method(halving, anytime=False),
        FLAML: Method(flaml),
        STOPS: Method(ours.stops, spends=False),
    }
)
