import argparse
from pathlib import Path

import pytest

from ctml_assets.cli.place import add_place_options, place_of
from ctml_assets.errors import CtmlError


def placed(*arguments):
    parser = argparse.ArgumentParser()
    add_place_options(parser)
    return place_of(parser.parse_args(arguments))


@pytest.fixture
def home(tmp_path):
    def make(name="home"):
        folder = tmp_path / name
        (folder / "lake").mkdir(parents=True)
        (folder / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        return folder

    return make


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


def roots(place):
    return Path(place.lake.root), place.instance_folder


def test_a_home_has_its_lake_and_its_instance(home, monkeypatch):
    folder = home()
    assert roots(placed("--home", str(folder))) == (folder / "lake", folder)


def test_a_home_that_is_named_goes_before_the_variables(home, monkeypatch):
    folder, other = home(), home("other")
    monkeypatch.setenv("DAGSTER_HOME", str(other))
    monkeypatch.setenv("CTML_LAKE", str(other / "lake"))
    assert roots(placed("--home", str(folder))) == (folder / "lake", folder)


def test_dagster_home_is_the_place_where_nothing_is_named(home, monkeypatch):
    folder = home()
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    assert roots(placed()) == (folder / "lake", folder)


def test_the_variable_of_the_lake_names_another_lake_of_the_same_instance(home, monkeypatch):
    folder, other = home(), home("other")
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    monkeypatch.setenv("CTML_LAKE", str(other / "lake"))
    assert roots(placed()) == (other / "lake", folder)


def test_else_it_is_that_of_dagster_dev_in_this_folder(tmp_path):
    here = tmp_path / "cwd"
    (here / ".dagster" / "lake").mkdir(parents=True)
    assert roots(placed()) == (here / ".dagster" / "lake", None)
    (here / "dagster.yaml").write_text("{}")
    assert roots(placed()) == (here / ".dagster" / "lake", here)


def test_another_lake_belongs_to_no_instance_but_one_that_is_named(home, tmp_path, monkeypatch):
    folder = home()
    (tmp_path / "cwd" / "dagster.yaml").write_text("{}")
    (tmp_path / "cwd" / "other").mkdir()
    other = tmp_path / "cwd" / "other"
    assert roots(placed("--lake", "other")) == (other, None)
    assert roots(placed("--lake", "other", "--home", str(folder))) == (other, folder)
    monkeypatch.setenv("DAGSTER_HOME", str(folder))
    assert roots(placed("--lake", "other")) == (other, folder)


def test_a_url_is_left_as_it_is(home):
    place = placed("--lake", "s3://bucket/lake", "--home", str(home()))
    assert place.lake.root == "s3://bucket/lake"


@pytest.mark.parametrize("option", ["--home", "--lake"])
def test_a_folder_that_is_not_there_is_refused_and_not_made(tmp_path, option):
    absent = tmp_path / "absent"
    with pytest.raises(CtmlError, match=f"must be a folder that is there, got {absent}"):
        placed(option, str(absent))
    assert not absent.exists()


def test_no_lake_here_says_how_to_name_one():
    with pytest.raises(CtmlError, match=r"change to the folder of dagster\.yaml, or pass --home"):
        placed()


def test_an_instance_opens_where_it_lies(home):
    folder = home()
    with placed("--home", str(folder)).instance() as instance:
        assert Path(instance.root_directory) == folder


def test_without_an_instance_there_is_none_to_open(home, tmp_path):
    assert placed("--lake", str(home() / "lake")).instance() is None
