"""Ends a trial that is behind the others at the same step."""

from statistics import median

import optuna
from optuna.pruners import BasePruner
from optuna.trial import FrozenTrial, TrialState

# Fewer complete trials are no measure.
MIN_TRIALS = 5


class BelowMedian(BasePruner):
    """Prune where the value reported last is below the median of complete trials at that step.

    Optuna's own takes a trial's best report over all steps. A report here is a running best within
    a fold already, and one of an easier fold says nothing of a later one.
    """

    def prune(self, study: optuna.Study, trial: FrozenTrial) -> bool:
        """See Optuna's ``BasePruner``."""
        step = trial.last_step
        if step is None:
            return False
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        others = [
            other.intermediate_values[step]
            for other in complete
            if step in other.intermediate_values
        ]
        if len(complete) < MIN_TRIALS or not others:
            return False
        return bool(trial.intermediate_values[step] < median(others))
