"""Predictions of a file: those of the version, whole or not at all, bad rows beside it."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ctml_assets.components.predicting_file import bad_rows_beside, predict_file
from ctml_assets.core.scoring import as_outputs, logged_columns
from ctml_assets.core.training import predict
from ctml_assets.errors import CtmlError, DataError, RegistryError
from ctml_assets.lake import LocalLake, Registry
from ctml_assets_tests.core.scoring.raws import labelled, sound, spec_of
from ctml_assets_tests.core.scoring.test_scorer import as_records, fitted
from ctml_assets_tests.lake.models import add_version

AT = dt.datetime(2024, 3, 6, 2, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
FEATURES = ("nights", "rate", "event_hour", "event_day_of_week", "city", "channel")


class Place:
    """A folder with files, and a registry with one version."""

    def __init__(self, folder, task="binary_classification", **changes):
        self.folder, self.spec = folder, spec_of(task, **changes)
        self.registry = Registry(LocalLake(folder / "lake"), self.spec.name)
        self.model = fitted(self.spec, labelled(task=task))
        added = add_version(
            self.registry,
            self.model,
            task=task,
            estimator="hist_gradient_boosting",
            features=FEATURES,
            dtypes=dict.fromkeys(FEATURES, "float64"),
        )
        self.version = added.version

    def predict(self, source, target, version=""):
        return predict_file(
            self.registry,
            self.spec,
            self.folder / source,
            self.folder / target,
            version=version or self.version,
            predicted_at=AT,
        )

    def names(self):
        return sorted(it.name for it in self.folder.iterdir() if it.name != "lake")


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return Place(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def place(shared, tmp_path, monkeypatch):
    monkeypatch.setattr(shared, "folder", tmp_path)
    return shared


@pytest.mark.parametrize("source", ["x.parquet", "x.csv", "x.csv.gz"])
@pytest.mark.parametrize("target", ["y.parquet", "y.csv"])
def test_every_row_is_predicted_in_its_order(place, source, target):
    raw = sound(50)
    (raw.to_parquet if source == "x.parquet" else raw.to_csv)(place.folder / source, index=False)
    counts = place.predict(source, target)
    assert (counts.rows, counts.bad, counts.predicted) == (50, 0, 50)
    read = pd.read_csv if target == "y.csv" else pd.read_parquet
    frame = read(place.folder / target)
    assert tuple(frame) == logged_columns(place.spec)
    assert frame["record_id"].tolist() == raw["guest"].tolist()
    wanted = predict(place.model, as_records(raw), spec=place.spec)
    np.testing.assert_allclose(as_outputs(frame, place.spec), wanted, rtol=1e-15)
    assert set(frame["version"]) == {place.version}
    assert pd.to_datetime(frame["predicted_at"]).unique().tolist() == [
        pd.Timestamp("2024-03-06 01:30:00")
    ]
    assert place.names() == sorted([source, target])


@pytest.mark.parametrize("task", ["multiclass_classification", "regression"])
def test_every_task(tmp_path, task):
    place = Place(tmp_path, task)
    raw = sound(30)
    raw.to_parquet(tmp_path / "x.parquet")
    place.predict("x.parquet", "y.parquet")
    frame = pd.read_parquet(tmp_path / "y.parquet")
    wanted = predict(place.model, as_records(raw), spec=place.spec)
    np.testing.assert_array_equal(as_outputs(frame, place.spec), wanted)


def test_bad_rows_stand_beside_it_and_go_with_the_next_sound_file(place):
    raw = pd.concat([sound(20), sound(1)], ignore_index=True)
    raw.loc[3, "nights"] = 99
    raw.to_parquet(place.folder / "x.parquet")
    counts = place.predict("x.parquet", "y.parquet")
    assert (counts.rows, counts.bad, counts.duplicates) == (21, 2, 1)
    bad = pd.read_csv(bad_rows_beside(place.folder / "y.parquet"))
    assert bad["nights"].tolist()[0] == 99
    assert bad["reason"].str.split(":").str[0].tolist() == ["nights", "guest, ts"]
    assert counts.reasons == tuple(bad["reason"])
    sound(5).to_parquet(place.folder / "x.parquet")
    place.predict("x.parquet", "y.parquet")
    assert place.names() == ["x.parquet", "y.parquet"]


def test_rows_of_any_day_and_no_rows(place):
    raw = sound(4)
    raw["ts"] = raw["ts"] + pd.to_timedelta(np.arange(4) * 100, unit="D")
    raw.to_parquet(place.folder / "x.parquet")
    assert place.predict("x.parquet", "y.csv").predicted == 4
    raw.head(0).to_parquet(place.folder / "x.parquet")
    assert place.predict("x.parquet", "y.csv").rows == 0
    assert tuple(pd.read_csv(place.folder / "y.csv")) == logged_columns(place.spec)


def test_what_a_spreadsheet_would_run_is_text_in_csv_and_as_it_is_in_parquet(place):
    raw = sound(4)
    raw["guest"] = ["=1+1", "@SUM(A1)", "-5", "+a"]
    raw.to_parquet(place.folder / "x.parquet")
    place.predict("x.parquet", "y.csv")
    place.predict("x.parquet", "y.parquet")
    shown = pd.read_csv(place.folder / "y.csv", dtype="str")["record_id"]
    assert shown.tolist() == ["'=1+1", "'@SUM(A1)", "-5", "'+a"]
    stored = pd.read_parquet(place.folder / "y.parquet")["record_id"]
    assert stored.tolist() == ["=1+1", "@SUM(A1)", "-5", "+a"]


def test_without_an_entity_id_rows_have_their_number(tmp_path):
    place = Place(tmp_path, entity_id=None, inference_source=None)
    raw = pd.concat([sound(3), sound(3)], ignore_index=True)
    raw.loc[1, "nights"] = 99
    raw.to_parquet(tmp_path / "x.parquet")
    place.predict("x.parquet", "y.parquet")
    ids = pd.read_parquet(tmp_path / "y.parquet")["record_id"]
    assert ids.tolist() == ["0", "2", "3", "4", "5"]


def test_what_fails_leaves_the_output_as_it_was(place):
    (place.folder / "y.parquet").write_text("older")
    with pytest.raises(DataError, match="file must exist"):
        place.predict("none.parquet", "y.parquet")
    sound(5).drop(columns="city").to_parquet(place.folder / "x.parquet")
    with pytest.raises(DataError, match="columns must include city"):
        place.predict("x.parquet", "y.parquet")
    with pytest.raises(RegistryError, match="version must be registered, got 'v9'"):
        place.predict("x.parquet", "y.parquet", version="v9")
    assert (place.folder / "y.parquet").read_text() == "older"
    assert place.names() == ["x.parquet", "y.parquet"]


@pytest.mark.parametrize("target", ["y.xlsx", "y", "no/such/folder/y.csv"])
def test_an_output_that_cannot_be(place, target):
    sound(5).to_parquet(place.folder / "x.parquet")
    with pytest.raises(CtmlError, match="output must"):
        place.predict("x.parquet", target)
