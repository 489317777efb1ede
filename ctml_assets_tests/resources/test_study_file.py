import errno
import os
import resource
import sqlite3

import optuna
import pytest

from ctml_assets.errors import StudyError
from ctml_assets.resources.studies import StudiesResource
from ctml_assets_tests.lake.children import exit_code, killed_at

optuna.logging.set_verbosity(optuna.logging.ERROR)


@pytest.fixture
def studies(tmp_path):
    return StudiesResource(folder=str(tmp_path))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "m.db"


@pytest.fixture
def filled(studies, path):
    """A file with a study of 20 trials, closed."""
    storage = studies.open("m")
    study = optuna.create_study(storage=storage, study_name="s")
    study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=20)
    study._storage.remove_session()
    storage.engine.dispose()
    assert [it.name for it in path.parent.iterdir()] == ["m.db"]
    return path


def test_a_damaged_file_is_named_kept_and_can_be_moved_away(studies, filled):
    whole = filled.read_bytes()
    damages = {
        "0 bytes": b"",
        "not a database": b"garbage" * 1000,
        "malformed": whole[: len(whole) // 2],
        "btreeInitPage": whole[:8192] + b"\xff" * 8192 + whole[16384:],
    }
    for said, data in damages.items():
        filled.write_bytes(data)
        with pytest.raises(StudyError, match=rf"m\.db.*({said}).*move it away.*only warm") as it:
            studies.open("m")
        assert str(filled) in str(it.value)
        assert filled.read_bytes() == data, "nothing is deleted or written"
    filled.rename(filled.with_name("damaged.db"))
    assert optuna.get_all_study_summaries(studies.open("m")) == []


def test_a_folder_in_its_place_is_named(studies, path):
    path.mkdir()
    with pytest.raises(StudyError, match=r"m\.db: file must be .* got something else; move it"):
        studies.open("m")


def test_a_log_without_its_database_is_not_mixed_into_a_new_one(studies, filled):
    filled.with_name("m.db-wal").write_bytes(b"of another life")
    filled.rename(filled.with_name("away.db"))
    with pytest.raises(StudyError, match=r"got m\.db-wal alone; move that away too"):
        studies.open("m")
    assert not filled.exists()


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "studies").write_text("")
    with pytest.raises(StudyError, match=r"studies/m\.db: database must be readable and writable"):
        StudiesResource(folder=str(tmp_path / "studies")).open("m")


def test_the_database_of_another_program_is_refused_and_left_alone(studies, path):
    """Dagster keeps its versions in a table of the same name as Optuna's."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("CREATE TABLE runs (id INTEGER)")
    with pytest.raises(StudyError, match="database must be Optuna's alone, got the tables of ano"):
        studies.open("m")
    with sqlite3.connect(path) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert {name for (name,) in tables} == {"alembic_version", "runs"}


def test_tables_of_another_optuna_are_named(studies, filled):
    with sqlite3.connect(filled) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'v9.9.9.a'")
    with pytest.raises(StudyError, match=r"optuna version .*; install the Optuna that wrote it"):
        studies.open("m")


def test_a_folder_without_the_right_to_write_is_named(tmp_path):
    """The test may run as root, whom no right is denied; so a child gives it up."""
    (tmp_path / "studies").mkdir(mode=0o555)

    def open_as_nobody():
        if os.getuid() == 0:
            os.setuid(65534)
        with pytest.raises(StudyError, match=r"Permission denied|unable to open"):
            StudiesResource(folder=str(tmp_path / "studies")).open("m")

    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    assert exit_code(open_as_nobody) == 0


def test_10_a_full_disk_leaves_no_torn_file(studies, path):
    def fill():
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, 16_384))
        with pytest.raises(StudyError, match=r"m\.db.*(free disk space|check the disk)"):
            studies.open("m")

    assert exit_code(fill) == 0
    assert list(path.parent.iterdir()) == []
    studies.open("m")


def test_10_a_disk_that_fills_in_mid_study_is_explained_and_loses_no_trial(studies, filled):
    def fill():
        study = optuna.load_study(storage=studies.open("m"), study_name="s")
        size = filled.stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        told = r"m\.db.*(free disk space|check the disk).*finished trials are kept"
        with pytest.raises(StudyError, match=told), studies.explained("m"):
            study.optimize(lambda trial: trial.suggest_float("y" * 100, 0, 1), n_trials=1000)

    assert exit_code(fill) == 0
    (summary,) = optuna.get_all_study_summaries(studies.open("m"))
    assert summary.n_trials >= 20


def test_a_system_without_hard_links_is_explained(studies, path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", fail)
    with pytest.raises(StudyError, match=r"m\.db.*Operation not permitted"):
        studies.open("m")
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("after", [False, True])
def test_an_opener_killed_at_any_step_leaves_a_whole_file_or_none(tmp_path, after):
    step, killed = 0, True
    while killed:
        studies = StudiesResource(folder=str(tmp_path / f"{step}"))
        killed = killed_at(
            step, after=after, body=lambda studies=studies: studies.open("m") and None
        )
        assert optuna.get_all_study_summaries(studies.open("m")) == []
        step += 1
    assert step > 2, "it was killed around the link"
