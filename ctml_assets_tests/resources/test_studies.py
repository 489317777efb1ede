import pickle
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from ctml_assets.errors import StudyError
from ctml_assets.resources.studies import StudiesResource, default_studies_folder


@pytest.fixture(autouse=True)
def _nothing_declared(monkeypatch):
    monkeypatch.delenv("CTML_STUDIES", raising=False)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)


def shown(url="", model="flights", **fields):
    return StudiesResource(url=url, **fields).shown(model)


def test_nothing_declared_they_lie_in_the_working_directory(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert default_studies_folder() == tmp_path / ".dagster" / "studies"
    assert shown() == f"sqlite:///{tmp_path}/.dagster/studies/flights.db"


def test_they_lie_beside_the_instance_one_file_a_model(monkeypatch, tmp_path):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    for model in ("flights", "churn"):
        StudiesResource().open(model)
    assert {it.name for it in (tmp_path / "studies").glob("*.db")} == {"flights.db", "churn.db"}


def test_a_declared_folder_goes_before_the_instance(monkeypatch, tmp_path):
    monkeypatch.setenv("DAGSTER_HOME", "/homes/one")
    assert shown(folder=str(tmp_path)) == f"sqlite:///{tmp_path}/flights.db"


def test_the_variable_goes_before_the_folder_and_the_url_before_both(monkeypatch, tmp_path):
    monkeypatch.setenv("CTML_STUDIES", "postgresql://db/studies")
    assert shown(folder=str(tmp_path)) == "postgresql+psycopg2://db/studies"
    assert shown("mysql+pymysql://db/other") == "mysql+pymysql://db/other"


def test_what_was_finished_is_there_when_it_is_opened_again(tmp_path):
    studies = StudiesResource(folder=str(tmp_path))
    study = optuna.create_study(storage=studies.open("m"), study_name="s")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    (again,) = optuna.get_all_study_summaries(studies.opener("m")())
    assert (again.study_name, again.n_trials) == ("s", 3)


def test_a_folder_with_any_name_holds_studies(tmp_path):
    folder = tmp_path / "100% of {them}? #1 é"
    storage = pickle.loads(pickle.dumps(StudiesResource(folder=str(folder)).opener("m")))()  # noqa: S301
    optuna.create_study(storage=storage, study_name="s")
    assert (folder / "m.db").stat().st_size > 0


def test_a_relative_url_is_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert shown("sqlite:///own.db") == f"sqlite:///{tmp_path}/own.db"


def test_a_bare_postgresql_takes_the_driver_that_dagster_takes_and_another_one_stays():
    assert shown("postgres://db/x") == shown("postgresql://db/x") == "postgresql+psycopg2://db/x"
    assert shown("postgresql+psycopg://db/x") == "postgresql+psycopg://db/x"


def test_the_password_and_unknown_parameters_are_not_shown(monkeypatch):
    monkeypatch.setenv("STUDIES_PASSWORD", "p@ss/{word}")
    told = shown("postgresql://me:{{ env.STUDIES_PASSWORD }}@db:5433/x?sslpassword=k3y&host=/tmp")
    assert told == "postgresql+psycopg2://me:***@db:5433/x?host=%2Ftmp"


@pytest.mark.parametrize("use", ["open", "shown", "explained"])
def test_an_unset_variable_is_named(monkeypatch, use):
    monkeypatch.delenv("STUDIES_PASSWORD", raising=False)
    studies = StudiesResource(url="postgresql://me:{{ env.STUDIES_PASSWORD }}@db/x")
    with pytest.raises(StudyError, match=r"^studies: environment .* got no STUDIES_PASSWORD;"):
        getattr(studies, use)("m")


@pytest.mark.parametrize("url", ["my-folder", "/folder/of/mine", "journal.log", "a:b@c:d:e://x"])
def test_what_is_no_url_is_refused_and_not_shown(url):
    with pytest.raises(StudyError, match="url must be sqlite:///file or postgresql://") as caught:
        shown(url)
    assert url not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"]
)
def test_a_database_in_memory_is_refused(url):
    with pytest.raises(StudyError, match="url must name a file that processes can share"):
        StudiesResource(url=url).open("m")


@pytest.mark.parametrize("model", ["", "..", "../m", "a/b", "A"])
def test_what_is_no_models_name_is_refused(model):
    with pytest.raises(StudyError, match="model must be a model's name"):
        shown(model=model)


def test_a_missing_driver_is_named_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    with pytest.raises(StudyError, match=r"pip install 'ctml-assets\[postgres\]'$"):
        StudiesResource(url="postgresql://db/x").open("m")


def test_an_unknown_database_is_refused():
    with pytest.raises(StudyError, match=r"nosuchdb.*; use sqlite:/// or postgresql://$"):
        StudiesResource(url="nosuchdb://db/x").open("m")


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path):
    url = f"postgresql://me:hunter2@/x?host={tmp_path}&passfile=s3cret"
    with pytest.raises(
        StudyError, match=r"studies postgresql\+psycopg2://me:\*\*\*@/x\?host="
    ) as it:
        StudiesResource(url=url).open("m")
    assert "check the url, and that the server is there" in str(it.value)
    assert "hunter2" not in str(it.value)
    assert "s3cret" not in str(it.value)
    assert it.value.__cause__ is None


def test_an_error_in_mid_study_is_explained(tmp_path):
    studies = StudiesResource(folder=str(tmp_path))
    storage = studies.open("m")
    study = optuna.create_study(storage=storage)
    storage.engine.dispose()
    for it in tmp_path.iterdir():
        it.write_bytes(b"garbage" * 1000)
    with pytest.raises(StudyError, match=r"m\.db.*move it away"), studies.explained("m"):
        _ = study.best_trials


def test_an_error_of_the_objective_is_not_taken_for_the_storages(tmp_path):
    studies = StudiesResource(folder=str(tmp_path))
    with pytest.raises(RuntimeError, match="mine"), studies.explained("m"):
        raise RuntimeError("mine")


def test_definitions_are_loaded_without_optuna():
    code = "import ctml_assets.resources.studies, sys; sys.exit('optuna' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - our own
    assert ended.returncode == 0


def test_the_file_is_where_the_url_says(tmp_path):
    studies = StudiesResource(folder=str(tmp_path))
    studies.open("m")
    assert Path(studies.shown("m").removeprefix("sqlite:///")).is_file()
