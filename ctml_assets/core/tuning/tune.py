"""A whole study, run by this process and those that help it."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from optuna.storages import BaseStorage

from ctml_assets.core.estimators import Preset
from ctml_assets.core.tuning.history import remember
from ctml_assets.core.tuning.plan import Budget, Start, Worker
from ctml_assets.core.tuning.reading import result_of, results
from ctml_assets.core.tuning.results import StudyResult
from ctml_assets.core.tuning.study import Value, open_study, usable, why_over, work
from ctml_assets.core.tuning.telling import Progress, Telling


def tune(
    value: Value,
    *,
    preset: Preset,
    budget: Budget,
    seed: int,
    first: Sequence[Start] = (),
    earlier: Sequence[float | None] = (),
    storage: BaseStorage | None = None,
    name: str | None = None,
    search: str = "",
    worker: Worker | None = None,
    prepare: Callable[[], object] | None = None,
    helpers: Callable[[], AbstractContextManager[object]] = nullcontext,
    progress: Progress | None = None,
) -> StudyResult:
    """Search a preset's space; the same arguments give the same study, interrupted or not.

    Parameters
    ----------
    value
        What a trial is worth, such as an `Objective`.
    preset
        Gives the search space.
    budget
        When to stop.
    seed
        Of the sampler.
    first
        Tried before any others, in their order; the preset's defaults if none can be. So a study
        is never worse than any of them on its own validation rows.
    earlier
        What the last study of this model hands on: see `stopping.gaps`.
    storage, name
        Where the study is kept, and its name there; an existing one is gone on with. None: in
        memory.
    search
        Written to the study for later ones: see `earlier_studies`.
    worker
        Who works; None: this process alone.
    prepare
        Called before the first trial, outside of its clock; not if the study is over.
    helpers
        Makes a context in which further processes work on the study too; not called if the study is
        over.
    progress
        Told each trial that ends, whoever runs it.

    Raises
    ------
    DataError
        If no trial gave a finite value.
    """
    study = open_study(storage, name, seed=seed)
    remember(study, search)
    if worker is not None and worker.mend is not None:
        worker.mend(study)
    resumed = len(results(study.get_trials(deepcopy=False)))
    starts, tell = usable(first, preset), Telling(study, progress)
    run = partial(
        work,
        study,
        value,
        preset,
        budget,
        starts=starts,
        began=time.monotonic(),
        worker=worker,
        earlier=earlier,
        tell=tell,
    )
    over = why_over(study, preset, budget, starts=starts, earlier=earlier)
    if prepare is not None and not over:
        prepare()
    with nullcontext() if over else helpers():
        stopped = run()
    if worker is not None and worker.mend is not None and worker.mend(study):
        # a helper was killed in its last trial
        stopped = run()
    # helpers may have ended theirs since this process looked
    tell()
    return result_of(study, preset, seed=seed, stopped=stopped, resumed=resumed)
