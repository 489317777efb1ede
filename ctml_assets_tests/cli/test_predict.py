import numpy as np
import pandas as pd
import pytest

from ctml_assets.cli.main import main
from ctml_assets.core.records import labels
from ctml_assets.core.training import fit, predict
from ctml_assets.lake import LocalLake, Registry
from ctml_assets_tests import streams
from ctml_assets_tests.cli import registries
from ctml_assets_tests.lake import models
from ctml_assets_tests.worlds import day


@pytest.fixture(scope="module")
def fitted():
    records, spec = streams.records_days(5), streams.spec()
    parameters = {"C": 1.0}
    return fit(records, labels(records, spec), spec=spec, parameters=parameters)


@pytest.fixture
def registry(tmp_path, fitted):
    """A registry with a champion of the stream."""
    (tmp_path / "lake").mkdir()
    made = Registry(LocalLake(tmp_path / "lake"), "stream")
    names = list(fitted.feature_names_in_)
    facts = {
        "task": "binary_classification",
        "features": tuple(names),
        "dtypes": dict.fromkeys(names, "float64"),
    }
    version = models.add_version(made, fitted, as_of=day(4), **facts)
    registries.promote(made, version.version)
    return made


@pytest.fixture
def predicted(tmp_path, capsys, located, registry):
    located(streams.spec())

    def run(frame, *arguments, source="x.parquet", target="y.parquet"):
        path = tmp_path / source
        if frame is not None:
            frame.to_csv(path, index=False) if path.suffix == ".csv" else frame.to_parquet(path)
        given = ["--input", str(path), "--output", str(tmp_path / target)]
        code = main(["predict", "stream", *given, *arguments, "--home", str(tmp_path)])
        return code, capsys.readouterr()

    return run


def unlabelled(number=9):
    return streams.raw_day(day(number)).drop(columns="outcome")


def test_a_file_is_predicted_by_the_champion_as_in_memory(tmp_path, predicted, registry, fitted):
    code, told = predicted(unlabelled())
    assert code == 0
    champion = registry.champion().version
    target = tmp_path / "y.parquet"
    assert told.out == f"stream: {champion} predicted 100 of 100 rows: {target}\n"
    made = pd.read_parquet(target)
    raw = streams.raw_day(day(9))
    assert made["record_id"].tolist() == raw["row_id"].tolist()
    in_memory = predict(fitted, streams.records_day(day(9)), spec=streams.spec())
    np.testing.assert_array_equal(made["probability"], in_memory)
    assert made["prediction"].tolist() == [int(it >= 0.5) for it in in_memory]
    assert set(made["version"]) == {champion}


def test_csv_in_and_out_says_the_same_as_parquet(tmp_path, predicted):
    predicted(unlabelled())
    assert predicted(unlabelled(), source="x.csv", target="y.csv")[0] == 0
    csv, parquet = pd.read_csv(tmp_path / "y.csv"), pd.read_parquet(tmp_path / "y.parquet")
    np.testing.assert_allclose(csv["probability"], parquet["probability"], rtol=1e-12)
    assert csv["record_id"].tolist() == parquet["record_id"].tolist()


def test_nothing_goes_to_the_lake(tmp_path, predicted, registry):
    before = registry.lake.keys()
    predicted(unlabelled())
    assert registry.lake.keys() == before


def test_another_version_can_be_named(tmp_path, predicted, registry):
    version = registry.champion().version
    other = registries.add(registry, 20)
    registries.promote(registry, other)
    assert predicted(unlabelled(), "--version", version)[0] == 0
    assert set(pd.read_parquet(tmp_path / "y.parquet")["version"]) == {version}


def test_few_bad_rows_are_left_out_and_told(tmp_path, predicted):
    frame = unlabelled()
    frame.loc[3, "x1"] = np.inf
    code, told = predicted(frame)
    assert code == 0
    assert "predicted 99 of 100 rows" in told.out
    assert "bad rows left out: 1 (" in told.out
    assert str(tmp_path / "y.bad.csv") in told.out
    assert len(pd.read_csv(tmp_path / "y.bad.csv")) == 1


def test_more_bad_rows_than_declared_are_exit_code_1_and_the_others_are_predicted(
    tmp_path, predicted
):
    frame = unlabelled()
    frame.loc[:39, "x1"] = np.inf
    code, told = predicted(frame)
    assert code == 1
    assert "stream: bad rows must be at most 5%, got 40 of 100" in told.err
    assert len(pd.read_parquet(tmp_path / "y.parquet")) == 60


def test_a_file_that_is_not_there_is_refused(tmp_path, predicted):
    code, told = predicted(None)
    assert code == 1
    assert "x.parquet" in told.err
    assert not (tmp_path / "y.parquet").exists()


@pytest.mark.parametrize(
    ("source", "target"),
    [("x.parquet", "x.parquet"), ("x.parquet", "./x.parquet"), ("y.bad.csv", "y.parquet")],
)
def test_the_input_is_never_overwritten(tmp_path, predicted, source, target):
    code, told = predicted(unlabelled(), source=source, target=target)
    assert code == 1
    assert "must be a file that leaves --input" in told.err
    read = pd.read_csv if source.endswith(".csv") else pd.read_parquet
    assert len(read(tmp_path / source)) == 100


def test_an_output_of_another_kind_is_refused(predicted):
    code, told = predicted(unlabelled(), target="y.xlsx")
    assert code == 1
    assert "output must end in .parquet or .csv" in told.err


def test_a_model_without_a_champion_says_what_to_do(tmp_path, predicted, located, capsys):
    located(streams.spec(name="other"))
    given = ["--input", str(tmp_path / "x.parquet"), "--output", str(tmp_path / "y.parquet")]
    assert main(["predict", "other", *given, "--home", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "other: there must be a champion to predict, got none; promote a version" in told
