"""Whole studies: repeatable, gone on with after a kill, never worse than where they began."""

from contextlib import contextmanager

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.tuning import Budget, Judgement, Start, Worker, tune
from ctml_assets.core.tuning import study as study_module
from ctml_assets.core.tuning.resuming import fail_abandoned
from ctml_assets.errors import DataError
from ctml_assets_tests.core.tuning.searches import (
    MIDDLE,
    SQUARE,
    Bowl,
    Killed,
    Searched,
    ended,
    flat,
    judged,
)

STARTS = (
    Start(MIDDLE | {"x": 0.45}, "champion"),
    Start(MIDDLE | {"x": 0.25}, "earlier study"),
    Start(MIDDLE | {"n": 9}, "earlier study"),
)
TRIALS = 12


def of_life(number):
    """Return the worker of the process with this number; all before it are gone."""
    name = f"life {number}"

    def mend(study):
        return fail_abandoned(study, lambda worker: worker == name)

    return Worker(name, mend=mend)


def tuned(bowl=None, *, storage=None, life=0, trials=TRIALS, seed=3, **arguments):
    return tune(
        bowl or Bowl(),
        preset=Searched(),
        budget=Budget(trials),
        seed=seed,
        **{"first": STARTS, "storage": storage, "name": "m/2024-01-01/f"} | arguments,
        worker=of_life(life),
    )


@pytest.fixture(scope="module")
def whole():
    study = tuned()
    assert {trial.state for trial in study.trials} == {"complete", "pruned"}
    assert len(study.trials) == TRIALS
    return study


class TestRepeatable:
    def test_the_same_arguments_give_the_same_study(self, whole):
        assert ended(tuned()) == ended(whole)

    def test_another_seed_gives_other_draws_after_the_same_starts(self, whole):
        other = tuned(seed=4)
        assert ended(other)[:3] == ended(whole)[:3]
        assert not {str(it) for it in ended(other)[3:]} & {str(it) for it in ended(whole)[3:]}

    def test_a_file_gives_the_same_study_as_memory(self, whole, tmp_path):
        storage = optuna.storages.RDBStorage(f"sqlite:///{tmp_path}/studies.db")
        assert ended(tuned(storage=storage)) == ended(whole)

    def test_the_best_is_the_maximum_and_a_tie_goes_to_the_earliest(self, whole):
        values = [trial.value for trial in whole.trials if trial.value is not None]
        assert whole.best_value == max(values)
        same = tuned(judged(flat))
        assert same.best_parameters == STARTS[0].parameters


class TestInterrupted:
    """In each of its trials, by a kill or by a user, and then run again to its end."""

    @pytest.mark.parametrize("error", [Killed, KeyboardInterrupt])
    @pytest.mark.parametrize("at", range(TRIALS))
    def test_it_goes_on_as_if_nothing_had_happened(self, whole, at, error):
        storage = optuna.storages.InMemoryStorage()
        first, second = Bowl(raise_at=at, error=error), Bowl()
        with pytest.raises(error):
            tuned(first, storage=storage)
        study = tuned(second, storage=storage, life=1)
        assert ended(study) == ended(whole)
        assert study.best_parameters == whole.best_parameters
        assert len(first.fits) + len(second.fits) == TRIALS + 1
        assert study.resumed == at + 1
        states = [it.state.name for it in self.opened(storage).trials]
        assert states.count("FAIL") == 1
        assert not {"RUNNING", "WAITING"} & set(states)

    @pytest.mark.parametrize("error", [Killed, KeyboardInterrupt])
    def test_again_and_again(self, whole, error):
        storage = optuna.storages.InMemoryStorage()
        for life in range(TRIALS):
            with pytest.raises(error):
                # one trial ends in each life, the next does not
                tuned(Bowl(raise_at=1, error=error), storage=storage, life=life, trials=99)
        study = tuned(storage=storage, life=TRIALS)
        assert ended(study) == ended(whole)

    @pytest.mark.parametrize("drawn", [0, 1, 2])
    @pytest.mark.parametrize("at", [0, 3, 4, 8, 11])
    def test_between_two_parameters_of_a_draw(self, whole, monkeypatch, at, drawn):
        storage, asked = optuna.storages.InMemoryStorage(), []

        def some(trial, space):
            asked.append(trial)
            if len(asked) - 1 < at:
                return real(trial, space)
            real(trial, dict(list(space.items())[:drawn]))
            raise Killed

        real = study_module.suggest
        with monkeypatch.context() as patch:
            patch.setattr(study_module, "suggest", some)
            with pytest.raises(Killed):
                tuned(storage=storage)
        assert ended(tuned(storage=storage, life=1)) == ended(whole)

    def test_more_trials_later_go_on_where_it_ended(self):
        storage = optuna.storages.InMemoryStorage()
        bowls = [Bowl(), Bowl(), Bowl()]
        few = tuned(bowls[0], storage=storage, trials=5)
        more = tuned(bowls[1], storage=storage, life=1)
        same = tuned(bowls[2], storage=storage, life=2)
        assert ended(more)[:5] == ended(few)
        assert ended(same) == ended(more) == ended(tuned())
        assert [len(bowl.fits) for bowl in bowls] == [5, TRIALS - 5, 0]
        assert (few.resumed, more.resumed, same.resumed) == (0, 5, TRIALS)

    def test_parameters_that_kill_their_process_are_given_up_and_the_study_goes_on(self):
        storage = optuna.storages.InMemoryStorage()

        def deadly(parameters, report=None, *, at_least=0):
            if parameters["n"] == 9:
                raise Killed
            return Judgement(parameters["x"], parameters)

        lives = 0
        while lives < 40:
            try:
                study = tuned(deadly, storage=storage, life=lives)
            except Killed:
                lives += 1
            else:
                break
        given_up = [trial for trial in study.trials if trial.reason.endswith("given up")]
        assert given_up[0].parameters == STARTS[2].parameters
        assert lives == 3 * len(given_up)
        assert len(ended(study)) == TRIALS

    @staticmethod
    def opened(storage):
        return optuna.load_study(study_name="m/2024-01-01/f", storage=storage)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.integers(0, 7), st.floats(-1e3, 1e3) | st.none(), max_size=8),
    st.lists(st.floats(0, 1), min_size=1, max_size=3),
    st.integers(1, 8),
)
def test_the_best_is_never_worse_than_any_start_that_was_tried(heights, starts, trials):
    def table(parameters, report=None, *, at_least=0):
        value = heights.get(int(parameters["x"] * 7), 0.0)
        if value is not None and report is not None and not report(0, value):
            return Judgement(None, parameters, pruned=True)
        return Judgement(value, parameters)

    first = [Start(MIDDLE | {"x": x}, "champion") for x in starts]
    tried = list(dict.fromkeys(starts))[:trials]
    values = [table({"x": x}).value for x in tried]
    try:
        study = tuned(table, first=first, trials=trials)
    except DataError:
        assert set(values) == {None}
        return
    assert [trial.parameters["x"] for trial in study.trials[: len(tried)]] == tried
    assert [trial.value for trial in study.trials[: len(tried)]] == values
    assert study.best_value >= max((it for it in values if it is not None), default=-1e3)


def test_later_draws_search_around_the_good_ones():
    study = tuned(trials=40)
    late = [trial.parameters["x"] for trial in study.trials[20:]]
    # at random a quarter is so close to the best, 0.3
    assert sum(abs(x - 0.3) < 0.125 for x in late) > len(late) / 2


def test_what_is_searched_is_written_down():
    storage = optuna.storages.InMemoryStorage()
    tuned(storage=storage, search="this")
    assert TestInterrupted.opened(storage).user_attrs == {"search": "this"}


def test_a_study_that_is_over_is_taken_as_it_is():
    storage = optuna.storages.InMemoryStorage()

    def never(*_, **__):
        raise AssertionError("there is nothing left to do")

    whole = tuned(storage=storage)
    again = tuned(never, storage=storage, life=1, helpers=never)
    assert ended(again) == ended(whole)
    assert again.stopped == whole.stopped == f"all {TRIALS} trials are done"


def test_one_that_has_trials_left_calls_for_help():
    helped = []

    @contextmanager
    def helpers():
        helped.append("came")
        yield
        helped.append("left")

    storage = optuna.storages.InMemoryStorage()
    for trials in (3, 5, 5):
        tuned(storage=storage, trials=trials, helpers=helpers)
    assert helped == ["came", "left"] * 2


def test_the_space_of_the_tests_is_the_one_they_speak_of():
    assert set(SQUARE) == set(MIDDLE)
