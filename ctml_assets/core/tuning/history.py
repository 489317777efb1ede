"""What earlier studies of a model know: parameters to begin with, and how far draws fell short."""

from collections.abc import Sequence

import optuna
from optuna.storages import BaseStorage
from optuna.trial import TrialState

from ctml_assets.core.tuning.plan import Start
from ctml_assets.core.tuning.reading import starts_and_draws
from ctml_assets.core.tuning.stopping import gaps

# The best of so many earlier studies are tried, after the champion's parameters.
STARTS = 2
# So many are read at most, and so many of their draws serve: a study that ended early tells little.
STUDIES = 8
DRAWS = 40
SEARCH = "search"


def study_name(model: str, as_of: str, fingerprint: str) -> str:
    """Return a study's name; a model's names sort by the day that the training is as of."""
    return f"{model}/{as_of}/{fingerprint}"


def earlier_studies(
    storage: BaseStorage, model: str, as_of: str, search: str
) -> tuple[optuna.Study, ...]:
    """Return a model's latest studies of earlier days that searched the same; the newest first.

    Parameters
    ----------
    storage
        Where they are.
    model, as_of
        Whose, and before which day: a repeated training of an earlier day never looks ahead.
    search
        What was searched, as `remember` wrote it: estimator, space and objective.
    """
    names = [name for name in optuna.get_all_study_names(storage) if name.startswith(f"{model}/")]
    earlier = sorted((name for name in names if name.split("/")[1] < as_of), reverse=True)
    found: list[optuna.Study] = []
    for name in earlier:
        study = optuna.load_study(study_name=name, storage=storage)
        if study.user_attrs.get(SEARCH) == search and _is_scored(study):
            found.append(study)
        if len(found) == STUDIES:
            break
    return tuple(found)


def _is_scored(study: optuna.Study) -> bool:
    return any(trial.state == TrialState.COMPLETE for trial in study.get_trials(deepcopy=False))


def remember(study: optuna.Study, search: str) -> None:
    """Write down what a study searches."""
    if study.user_attrs.get(SEARCH) != search:
        study.set_user_attr(SEARCH, search)


def starts_of(studies: Sequence[optuna.Study]) -> tuple[Start, ...]:
    """Return the best parameters of the newest studies."""
    return tuple(
        Start(study.best_trial.user_attrs["parameters"], "earlier study")
        for study in studies[:STARTS]
    )


def gaps_of(studies: Sequence[optuna.Study]) -> tuple[float | None, ...]:
    """Return how far draws fell short of their study's best, the newest first.

    See `stopping.gaps`.
    """
    found: list[float | None] = []
    for study in studies:
        if len(found) < DRAWS:
            starts, draws = starts_and_draws(study.get_trials(deepcopy=False))
            found += gaps(starts=starts, draws=draws)
    return tuple(found[:DRAWS])
