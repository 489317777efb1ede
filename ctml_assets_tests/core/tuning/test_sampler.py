import optuna
import pytest

from ctml_assets.core.tuning.sampler import STARTUP_TRIALS, RepeatableTPE
from ctml_assets.core.tuning.space import suggest
from ctml_assets_tests.core.tuning.searches import SQUARE, height

PRUNED, FAIL = optuna.trial.TrialState.PRUNED, optuna.trial.TrialState.FAIL


def study_of(ranks, *, seed=1):
    """Return a study in which so many trials are complete."""
    study = optuna.create_study(direction="maximize", sampler=RepeatableTPE(seed))
    for _ in range(ranks):
        trial = study.ask()
        study.tell(trial, height(suggest(trial, SQUARE)))
    return study


def next_draw(study):
    return suggest(study.ask(), SQUARE)


BEFORE_AND_AFTER = pytest.mark.parametrize("ranks", [0, 2, STARTUP_TRIALS, 9])


@BEFORE_AND_AFTER
def test_a_draw_hangs_on_seed_and_rank_and_not_on_the_process(ranks):
    study = study_of(ranks)
    wanted = next_draw(study_of(ranks))
    study.sampler = RepeatableTPE(1)
    assert next_draw(study) == wanted
    assert next_draw(study_of(ranks, seed=2)) != wanted


@BEFORE_AND_AFTER
def test_who_takes_the_place_of_a_trial_that_died_draws_what_it_drew(ranks):
    study = study_of(ranks)
    for _ in range(3):
        died = study.ask()
        drawn = suggest(died, SQUARE)
        study.tell(died, state=FAIL)
        assert drawn == next_draw(study_of(ranks))


@BEFORE_AND_AFTER
@pytest.mark.parametrize("left_out", [["x"], ["x", "y"], ["n"]])
def test_a_parameter_is_drawn_alike_whatever_was_drawn_before_it(ranks, left_out):
    rest = {name: it for name, it in SQUARE.items() if name not in left_out}
    whole = next_draw(study_of(ranks))
    assert suggest(study_of(ranks).ask(), rest).items() <= whole.items()


@BEFORE_AND_AFTER
@pytest.mark.parametrize(
    ("state", "attributes"),
    [(PRUNED, {}), (FAIL, {"reason": "ValueError: bad"}), (FAIL, {"surplus": True})],
)
def test_after_a_trial_that_ended_another_is_drawn(ranks, state, attributes):
    study = study_of(ranks)
    trial = study.ask()
    drawn = suggest(trial, SQUARE)
    for name, value in attributes.items():
        trial.set_user_attr(name, value)
    study.tell(trial, state=state)
    assert next_draw(study) != drawn


@BEFORE_AND_AFTER
def test_two_that_run_at_the_same_time_draw_different_ones(ranks):
    study = study_of(ranks)
    assert next_draw(study) != next_draw(study)


@BEFORE_AND_AFTER
def test_what_is_queued_is_not_drawn_and_shifts_no_seed(ranks):
    study = study_of(ranks)
    queued = {"x": 0.25, "y": 0.5, "n": 3}
    study.enqueue_trial(queued)
    assert next_draw(study) == queued


def test_draws_of_a_study_differ_and_lie_in_the_space():
    trials = study_of(20).trials
    for name, dimension in SQUARE.items():
        values = [trial.params[name] for trial in trials]
        assert all(map(dimension.contains, values))
        assert len(set(values)) > (5 if name == "n" else 19)


def test_parameters_are_drawn_apart():
    """Two with the same range get seeds of their own."""
    sampled = optuna.create_study(sampler=RepeatableTPE(0)).ask()
    assert sampled.suggest_float("a", 0, 1) != sampled.suggest_float("b", 0, 1)
