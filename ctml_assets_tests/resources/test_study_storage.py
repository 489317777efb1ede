"""What must hold wherever studies are kept, many processes or one."""

import time
import warnings

import optuna
import pytest
from optuna.trial import TrialState
from sqlalchemy import create_engine, make_url, text

from ctml_assets.core.tuning.resuming import SURPLUS, WORKER, fail_abandoned, retry_trial
from ctml_assets.errors import StudyError
from ctml_assets.resources import study_storage
from ctml_assets.resources.studies import StudiesResource
from ctml_assets_tests.postgres import postgres_server
from ctml_assets_tests.resources.storage_children import at_once, distinct

optuna.logging.set_verbosity(optuna.logging.ERROR)
PLACES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def server():
    with postgres_server() as url:
        yield url


@pytest.fixture(params=PLACES)
def studies(request, tmp_path):
    """A place without any studies."""
    if request.param == "sqlite":
        return StudiesResource(folder=str(tmp_path))
    url = request.getfixturevalue("server")
    with create_engine(make_url(url).set(drivername="postgresql+psycopg2")).begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return StudiesResource(url=url)


def opened(studies):
    return optuna.create_study(
        storage=studies.open("m"), study_name="s", load_if_exists=True, direction="maximize"
    )


def finishes(trial):
    return trial.suggest_float("x", 0, 1)


def test_what_is_written_is_read_by_another_opener(studies):
    study = opened(studies)
    study.enqueue_trial({"x": 0.1 + 0.2}, user_attrs={"origin": "champion"})
    study.optimize(finishes, n_trials=1)
    (trial,) = opened(studies).trials
    assert (trial.value, trial.params) == (0.1 + 0.2, {"x": 0.1 + 0.2}), "to the last bit"
    assert trial.user_attrs == {"origin": "champion"}


def test_a_database_of_another_program_is_refused(studies):
    engine = create_engine(studies._place("m")[0])
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
    with pytest.raises(StudyError, match="must be Optuna's alone, got the tables of another prog"):
        studies.open("m")


def test_a_trial_whose_heartbeat_stopped_is_failed_and_tried_again(studies, monkeypatch):
    monkeypatch.setattr(study_storage, "GRACE_SECONDS", 1)
    study = opened(studies)
    study.enqueue_trial({"x": 0.25}, user_attrs={"origin": "champion"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trial = study.ask()
    trial.set_user_attr(WORKER, "on another machine")
    finishes(trial)
    assert fail_abandoned(study, {"on another machine": None}.get) == ()
    time.sleep(3)
    opened(studies).optimize(finishes, n_trials=1)
    failed, again = opened(studies).trials
    assert (failed.state, again.state) == (TrialState.FAIL, TrialState.COMPLETE)
    assert again.params == failed.params == {"x": 0.25}
    assert again.user_attrs == {"origin": "champion"}


def open_and_try(studies):
    opened(studies).optimize(finishes, n_trials=2)


@pytest.mark.slow
def test_18_eight_processes_that_open_a_fresh_place_at_once_all_find_it(studies):
    """With Optuna alone some of the eight failed in each of 20 rounds on SQLite."""
    assert at_once(open_and_try, 8, studies) == [None] * 8
    assert [trial.number for trial in opened(studies).trials] == list(range(16))


def take_all(studies):
    study, taken = opened(studies), []
    while "queued" in (trial := study.ask()).user_attrs:
        taken.append(trial.number)
    return taken


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Heartbeat of storage")
def test_a_waiting_trial_is_taken_by_one_process(studies):
    """Optuna alone on SQLite gave 28 of 200 to two of four processes."""
    study = opened(studies)
    for x in range(60):
        study.enqueue_trial({"x": x}, user_attrs={"queued": True})
    assert distinct(at_once(take_all, 4, studies)) == list(range(60))


def fail_all(studies):
    return fail_abandoned(opened(studies), {"gone": False}.get)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Heartbeat of storage")
def test_an_abandoned_trial_is_failed_and_tried_again_by_one_process(studies):
    study = opened(studies)
    for _ in range(50):
        trial = study.ask()
        finishes(trial)
        trial.set_user_attr(WORKER, "gone")
    assert distinct(at_once(fail_all, 4, studies)) == list(range(50))
    trials = study.trials
    assert {trial.state for trial in trials[:50]} == {TrialState.FAIL}
    waiting = [trial for trial in trials if trial.state == TrialState.WAITING]
    assert sorted(trial.params["x"] for trial in waiting) == sorted(
        trial.params["x"] for trial in trials[:50]
    )
    rest = [trial for trial in trials[50:] if trial.state != TrialState.WAITING]
    assert all(trial.user_attrs == {SURPLUS: True} for trial in rest)


def test_the_retry_is_told_by_the_storage_itself(studies):
    storage = studies.open("m")
    assert storage.get_heartbeat_stale_trial_callback() is retry_trial
    assert storage.get_heartbeat_interval() < study_storage.GRACE_SECONDS / 2
