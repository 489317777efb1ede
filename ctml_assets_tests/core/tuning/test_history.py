import optuna
import pytest

from ctml_assets.core.tuning import Budget, Judgement, Start, tune
from ctml_assets.core.tuning.history import (
    DRAWS,
    STUDIES,
    earlier_studies,
    gaps_of,
    remember,
    starts_of,
    study_name,
)
from ctml_assets_tests.core.tuning.searches import MIDDLE, Searched


@pytest.fixture
def storage():
    return optuna.storages.InMemoryStorage()


def worth(value):
    def objective(parameters, report=None, *, at_least=0):
        return Judgement(value, {**parameters, "trees": 40})

    return objective


def keep(storage, as_of, *, model="a", search="s", value=None, fingerprint="f", x=0.5, trials=2):
    """Run and keep a study that begins at x, and is worth x there."""
    made = worth(value) if value is not None else by_x
    tune(
        made,
        preset=Searched(iterations="trees"),
        budget=Budget(trials),
        seed=0,
        first=[Start(MIDDLE | {"x": x}, "champion")],
        storage=storage,
        name=study_name(model, as_of, fingerprint),
        search=search,
    )


def by_x(parameters, report=None, *, at_least=0):
    return Judgement(parameters["x"], {**parameters, "trees": 40})


def names(storage, as_of="2024-02-01", model="a", search="s"):
    return [study.study_name for study in earlier_studies(storage, model, as_of, search)]


def test_those_of_earlier_days_are_found_the_newest_first(storage):
    for as_of in ("2024-01-05", "2023-12-31", "2024-01-20", "2024-02-01", "2024-03-01"):
        keep(storage, as_of)
    assert names(storage) == ["a/2024-01-20/f", "a/2024-01-05/f", "a/2023-12-31/f"]
    assert names(storage, "2024-01-05") == ["a/2023-12-31/f"]
    assert names(storage, "2023-12-31") == []


def test_old_ones_are_not_even_read(storage):
    days = [f"2024-01-{number:02}" for number in range(1, STUDIES + 3)]
    for as_of in days:
        keep(storage, as_of, trials=1)
    assert [name.split("/")[1] for name in names(storage)] == days[:1:-1]


def test_other_models_are_other_models(storage):
    for model in ("a", "a_b", "b", "aa"):
        keep(storage, "2024-01-05", model=model)
    assert names(storage) == ["a/2024-01-05/f"]
    assert names(storage, model="a_b") == ["a_b/2024-01-05/f"]
    assert names(storage, model="a_") == []


def test_only_what_searched_the_same_is_of_use(storage):
    keep(storage, "2024-01-05")
    keep(storage, "2024-01-06", search="other")
    optuna.create_study(storage=storage, study_name="a/2024-01-07/by_hand")
    assert names(storage) == ["a/2024-01-05/f"]


def test_of_what_searched_another_thing_no_trial_is_read(storage, monkeypatch):
    for number in range(1, 5):
        keep(storage, f"2024-01-0{number}", search="other")
    keep(storage, "2024-01-05")
    read, real = [], storage.get_all_trials

    def spy(study_id, *arguments, **named):
        read.append(storage.get_study_name_from_id(study_id))
        return real(study_id, *arguments, **named)

    monkeypatch.setattr(storage, "get_all_trials", spy)
    assert names(storage) == ["a/2024-01-05/f"]
    assert set(read) == {"a/2024-01-05/f"}


def test_a_study_without_any_value_is_passed_over(storage):
    keep(storage, "2024-01-05")
    study = optuna.create_study(storage=storage, study_name="a/2024-01-06/f")
    remember(study, "s")
    study.ask()
    study.tell(study.ask(), state=optuna.trial.TrialState.FAIL)
    assert names(storage) == ["a/2024-01-05/f"]


def test_an_empty_storage_knows_nothing(storage):
    assert earlier_studies(storage, "a", "2024-01-01", "s") == ()
    assert (starts_of(()), gaps_of(())) == ((), ())


def test_starts_are_the_best_parameters_with_their_iterations(storage):
    keep(storage, "2024-01-05", x=0.99, trials=3)
    keep(storage, "2024-01-06", x=0.98, trials=3)
    keep(storage, "2024-01-07", x=0.97, trials=3)
    starts = starts_of(earlier_studies(storage, "a", "2024-02-01", "s"))
    assert starts == tuple(
        Start(MIDDLE | {"x": x, "trees": 40}, "earlier study") for x in (0.97, 0.98)
    )


def test_gaps_are_those_of_each_studys_draws_to_its_own_best_the_newest_first(storage):
    keep(storage, "2024-01-05", x=0.9998, trials=3)
    keep(storage, "2024-01-06", x=0.9999, trials=4)
    older, newer = (
        [trial.value for trial in study.trials]
        for study in reversed(earlier_studies(storage, "a", "2024-02-01", "s"))
    )
    assert (older[0], newer[0]) == (0.9998, 0.9999)
    wanted = [value - 0.9999 for value in newer[1:]] + [value - 0.9998 for value in older[1:]]
    assert gaps_of(earlier_studies(storage, "a", "2024-02-01", "s")) == pytest.approx(wanted)


def test_gaps_are_those_of_so_many_draws_at_most(storage):
    keep(storage, "2024-01-05", value=1.0, trials=DRAWS - 8)
    keep(storage, "2024-01-06", value=2.0, trials=20)
    gaps = gaps_of(earlier_studies(storage, "a", "2024-02-01", "s"))
    assert gaps == (0.0,) * DRAWS


def test_of_draws_pruned_ones_are_told_and_failed_ones_are_not(storage):
    def value(parameters, report=None, *, at_least=0):
        fits.append(parameters)
        if len(fits) == 3:
            raise ValueError("bad")
        report(0, 99.0)
        return Judgement(None if len(fits) == 4 else 1.0 / len(fits), parameters)

    fits = []
    tune(
        value,
        preset=Searched(),
        budget=Budget(5),
        seed=0,
        storage=storage,
        name="a/2024-01-05/f",
        search="s",
    )
    gaps = gaps_of(earlier_studies(storage, "a", "2024-02-01", "s"))
    assert gaps == (-0.5, None, pytest.approx(-0.8))


def test_what_is_searched_is_written_once_and_again_if_it_changed(storage):
    study = optuna.create_study(storage=storage)
    for search in ("s", "s", "t"):
        remember(study, search)
        assert study.user_attrs == {"search": search}
