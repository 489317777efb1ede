"""TPE whose draws depend on the trial alone, so that a study that was killed goes on as it was."""

import warnings
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler, TPESampler
from optuna.trial import FrozenTrial, TrialState

from ctml_assets.core.tuning.reading import counted, is_surplus

# Trials before the model of TPE takes over from random draws.
STARTUP_TRIALS = 5


class RepeatableTPE(BaseSampler):
    """Multivariate TPE, seeded anew for each trial by how many trials came before it.

    A generator that lives as long as its process would begin again after a kill, and draw the
    parameters of finished trials a second time. Trials that died with their process are not
    counted: the one that takes their place draws what they drew. Parameters that are drawn one by
    one have a seed each, so that it does not matter which of them were drawn before a kill.

    Parameters
    ----------
    seed
        Of the study.

    References
    ----------
    Bergstra, Bardenet, Bengio, Kegl (2011), Algorithms for hyper-parameter optimization.
    """

    def __init__(self, seed: int) -> None:
        self._seed, self._rank = seed, 0
        self._tpe = self._seeded()

    def _seeded(self, parameter: str = "") -> TPESampler:
        entropy = [self._seed, self._rank, zlib.crc32(parameter.encode())]
        drawn = np.random.SeedSequence(entropy).generate_state(1)[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            return TPESampler(seed=int(drawn), multivariate=True, n_startup_trials=STARTUP_TRIALS)

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        """See Optuna's ``BaseSampler``; called before a trial draws anything."""
        earlier = study.get_trials(deepcopy=False)[: trial.number]
        # with the surplus ones: they were drawn in vain, and would be drawn again
        self._rank = sum(counted(it) or is_surplus(it) for it in earlier)
        self._tpe = self._seeded()

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """See Optuna's ``BaseSampler``."""
        return self._tpe.infer_relative_search_space(study, trial)

    def sample_relative(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        """See Optuna's ``BaseSampler``."""
        return self._tpe.sample_relative(study, trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """See Optuna's ``BaseSampler``."""
        tpe = self._seeded(param_name)
        return tpe.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        """See Optuna's ``BaseSampler``."""
        self._tpe.after_trial(study, trial, state, values)
