"""Faults 16 and 20: a study whose process is killed goes on; many processes share one."""

from collections import Counter

import optuna
import pytest
from optuna.trial import TrialState
from sqlalchemy import create_engine, make_url, text

from ctml_assets.resources.studies import StudiesResource
from ctml_assets_tests.faults.study_child import NAME, found, require_killed, started
from ctml_assets_tests.postgres import postgres_server

TRIALS = 8
DONE = (TrialState.COMPLETE, TrialState.PRUNED)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server():
    with postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """A place without any studies."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/studies.db"
    url = request.getfixturevalue("server")
    with create_engine(make_url(url).set(drivername="postgresql+psycopg2")).begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return url


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """What a study finds that nobody kills, and its trials."""
    url = f"sqlite:///{tmp_path_factory.mktemp('whole')}/studies.db"
    return found(started(url, TRIALS)), [tried(trial) for trial in trials_of(url)]


def trials_of(url):
    storage = StudiesResource(url=url).open("stream")
    return optuna.load_study(study_name=NAME, storage=storage).trials


def tried(trial):
    """Return all that decides: bit by bit the same for the same trial."""
    return trial.state, trial.value, trial.params, trial.intermediate_values


def ended(trials):
    return [trial for trial in trials if trial.state in DONE]


@pytest.mark.parametrize(
    ("point", "number"),
    [
        ("begun", 1),
        ("rung", 3),
        ("told", 6),
        ("valued", TRIALS),
    ],
)
def test_20_killed_in_mid_study_goes_on_as_if_it_had_not_been(
    tmp_path, uninterrupted, point, number
):
    url = f"sqlite:///{tmp_path}/studies.db"
    require_killed(started(url, TRIALS, point, number))
    before = trials_of(url)
    assert [trial.state for trial in before].count(TrialState.RUNNING) == (point != "told")
    result = found(started(url, TRIALS))
    after = trials_of(url)

    kept = ended(before)
    assert [tried(trial) for trial in after[: len(kept)]] == [tried(trial) for trial in kept]
    assert result["resumed"] == len(before)
    assert not {TrialState.RUNNING, TrialState.WAITING} & {trial.state for trial in after}
    failed = [trial for trial in after if trial.state == TrialState.FAIL]
    assert len(failed) == (point != "told")
    assert all(again.params == it.params for it in failed for again in [after[it.number + 1]])
    whole, its_trials = uninterrupted
    assert [tried(trial) for trial in ended(after)] == its_trials
    assert {name: result[name] for name in ("value", "parameters")} == {
        name: whole[name] for name in ("value", "parameters")
    }


def test_20_killed_after_the_last_trial_nothing_is_run_again(tmp_path, uninterrupted):
    url = f"sqlite:///{tmp_path}/studies.db"
    require_killed(started(url, TRIALS, "done", 1))
    before = trials_of(url)
    assert found(started(url, TRIALS)) == uninterrupted[0] | {"resumed": TRIALS}
    assert trials_of(url) == before


def test_20_killed_before_the_trial_has_a_worker_it_is_failed_by_its_heartbeat(
    tmp_path, uninterrupted
):
    url = f"sqlite:///{tmp_path}/studies.db"
    require_killed(started(url, TRIALS, "asked", 3))
    assert trials_of(url)[2].user_attrs == {}
    result = found(started(url, TRIALS))
    states = Counter(trial.state.name for trial in trials_of(url))
    assert states.pop("FAIL") == 1
    assert set(states) <= {"COMPLETE", "PRUNED"}
    assert states.total() == TRIALS
    assert result["value"] >= uninterrupted[1][0][1], "the champion was tried"


def test_20_killed_again_and_again_each_time_a_little_later(tmp_path, uninterrupted):
    url = f"sqlite:///{tmp_path}/studies.db"
    for number, point in enumerate(("begun", "begun", "told", "begun", "valued")):
        require_killed(started(url, TRIALS, point, 1 if number else 2))
    result, (whole, its_trials) = found(started(url, TRIALS)), uninterrupted
    assert [tried(trial) for trial in ended(trials_of(url))] == its_trials
    assert result["value"] == whole["value"]


def require_shared(url, whole):
    """See that no trial was lost or run twice, whoever ran it."""
    trials = trials_of(url)
    assert [trial.number for trial in trials] == list(range(len(trials)))
    assert not {TrialState.RUNNING, TrialState.WAITING} & {trial.state for trial in trials}
    done = ended(trials)
    assert len(done) == TRIALS
    assert len({tuple(trial.params.values()) for trial in done}) == TRIALS
    assert tried(done[0])[:3] == whole[1][0][:3], "the champion's parameters come first"
    return done


def test_processes_share_a_study_and_no_trial_is_run_twice_or_lost(url, uninterrupted):
    results = [found(process) for process in [started(url, TRIALS) for _ in range(4)]]
    done = require_shared(url, uninterrupted)
    assert len({trial.user_attrs["worker"] for trial in done}) > 1
    assert {result["stopped"] for result in results} == {f"all {TRIALS} trials are done"}
    assert len({result["value"] for result in results}) == 1
    assert max(trial.value for trial in done if trial.value is not None) >= results[0]["value"]


@pytest.mark.parametrize("point", ["begun", "valued"])
def test_16_one_of_three_processes_is_killed_and_the_others_do_its_trial(url, uninterrupted, point):
    doomed = started(url, TRIALS, point, 2)
    others = [started(url, TRIALS) for _ in range(2)]
    doomed.communicate()
    for process in others:
        found(process)
    done = require_shared(url, uninterrupted)
    failed = [
        trial
        for trial in trials_of(url)
        if trial.state == TrialState.FAIL and "surplus" not in trial.user_attrs
    ]
    assert all(trial.params in [other.params for other in done] for trial in failed)
