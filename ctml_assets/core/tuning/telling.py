"""Tells each trial of a study once, when it has ended, whoever ran it."""

from collections.abc import Callable

import optuna

from ctml_assets.core.tuning.reading import finished, results
from ctml_assets.core.tuning.results import TrialResult

Progress = Callable[[TrialResult, float | None, int], None]
"""Told each trial as it ends, the best value so far, and how many have ended in the study."""


class Telling:
    """Tells of the trials that have ended since the last time; those of earlier runs are left out.

    Parameters
    ----------
    study
        As it is before the run.
    progress
        Who is told; None: nobody.
    """

    def __init__(self, study: optuna.Study, progress: Progress | None) -> None:
        self._study, self._progress = study, progress
        trials = study.get_trials(deepcopy=False)
        self._told = {trial.number for trial in trials if finished(trial)}

    def __call__(self) -> None:
        """Tell of what has ended since."""
        if self._progress is None:
            return
        done = [trial for trial in self._study.get_trials(deepcopy=False) if finished(trial)]
        # of a pruned trial Optuna keeps its last report
        known = {result.number: result for result in results(done)}
        for number in sorted(known.keys() - self._told):
            self._told.add(number)
            values = [known[other].value for other in self._told if other in known]
            best = max((value for value in values if value is not None), default=None)
            self._progress(known[number], best, len(self._told))
