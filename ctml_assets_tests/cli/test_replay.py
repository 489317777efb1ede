import datetime as dt
import json
import re

import pytest

from ctml_assets import definitions
from ctml_assets.cli.main import main
from ctml_assets.cli.replay import _days, _write_json
from ctml_assets.components import LoadedModels, compose, load_models
from ctml_assets.errors import DeclarationError
from ctml_assets.replay.summary import summarise
from ctml_assets.resources import LakeResource
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day, declared

FLIGHTS_FROM, FLIGHTS_TO = "2013-02-10", "2013-03-16"


@pytest.fixture
def located(tmp_path, monkeypatch):
    """Put other models in the place of those under ``defs/``."""

    def put(*specs, broken=()):
        models = LoadedModels(tuple(specs), tuple(broken))
        monkeypatch.setattr("ctml_assets.components.load_models", lambda _: models)
        monkeypatch.setattr(definitions, "defs", compose(models, LakeResource()))

    return put


def small(tmp_path, **changes):
    source = tmp_path / "stream.parquet"
    streams.write_days(source, 9, drift_from=day(20))
    held_out = {"validation_days": 1, "test_days": 2, "min_history_days": 5}
    return declared(source, end_date=day(8).isoformat(), retraining=held_out, **changes)


def test_a_model_that_is_not_declared_is_refused_naming_those_that_are(tmp_path, capsys):
    assert main(["replay", "nosuch", "--home", str(tmp_path / "home")]) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "ctml: model must be one of flight_delay_minutes, flight_delays, got 'nosuch'" in told
    assert "declare it in" in told


def test_a_broken_declaration_is_refused_with_its_mistakes(tmp_path, located, capsys):
    from ctml_assets.components import BrokenDeclaration

    located(small(tmp_path), broken=[BrokenDeclaration("rentals", "defs.yaml:8: tresholds")])
    assert main(["replay", "rentals", "--home", str(tmp_path / "home")]) == 1
    told = capsys.readouterr().err
    assert "rentals: its declaration is broken:" in told
    assert "defs.yaml:8: tresholds" in told


def test_a_replay_reports_and_writes_json(tmp_path, located, capsys):
    located(small(tmp_path))
    out = tmp_path / "results" / "out.json"
    home = tmp_path / "home"
    assert main(["replay", "stream", "--home", str(home), "--json", str(out)]) == 0
    told = capsys.readouterr().out
    assert "Champions of stream" in told
    assert "9 days, 4 drift looks, 1 triggers, 1 retrains: 1 promoted, 0 rejected" in told
    assert f"DAGSTER_HOME={home} dagster dev" in told
    assert re.search(rf"{day(4)}\s+promoted\s+no champion yet, 5 of 5 days", told)
    made = json.loads(out.read_text())
    assert made["days"] == len(made["decisions"]) == 9
    assert made["mean_score"] == made["mean_score_never"]
    assert [file.name for file in out.parent.iterdir()] == ["out.json"]


def test_start_and_end_narrow_the_days(tmp_path, located):
    located(small(tmp_path))
    out = tmp_path / "out.json"
    arguments = ["--start", str(day(1)), "--end", str(day(3)), "--json", str(out)]
    assert main(["replay", "stream", "--home", str(tmp_path / "home"), *arguments]) == 0
    partitions = [it["partition"] for it in json.loads(out.read_text())["decisions"]]
    assert partitions == [str(day(1)), str(day(2)), str(day(3))]


@pytest.mark.parametrize(
    ("start", "end"),
    [("2023-12-31", "2024-01-05"), ("2024-01-05", "2024-01-04"), ("2024-01-02", "2024-01-10")],
)
def test_days_outside_the_declared_ones_are_refused(start, end):
    spec = streams.spec(end_date="2024-01-09")
    bounds = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    wanted = rf"start and end must lie within 2024-01-01 to 2024-01-09, .* got {start} to {end}"
    with pytest.raises(DeclarationError, match=wanted):
        _days(spec, *bounds)


def test_all_days_are_those_from_the_first_to_the_last_inclusive():
    spec = streams.spec(end_date="2024-01-09")
    assert _days(spec, None, None) == [day(n) for n in range(9)]


def test_without_an_end_the_newest_day_with_labels_is_the_last():
    spec = streams.spec(label_delay_days=3)
    today = dt.datetime.now(dt.UTC).date()
    assert today - _days(spec, None, None)[-1] in (dt.timedelta(days=4), dt.timedelta(days=5))


def test_json_is_written_whole_or_not_at_all(tmp_path):
    file = tmp_path / "out.json"
    _write_json(file, summarise("stream", [], [], {}))
    before = file.read_text()
    broken = summarise("stream", [], [], {})
    object.__setattr__(broken, "mean_score", float("nan"))
    with pytest.raises(ValueError, match="JSON"):
        _write_json(file, broken)
    assert file.read_text() == before
    assert list(tmp_path.iterdir()) == [file]


def test_five_weeks_of_real_flights_find_their_first_champion(tmp_path, located):
    declared_flights = next(
        spec for spec in load_models(definitions.DEFS_ROOT).specs if spec.name == "flight_delays"
    )
    held_out = {"min_history_days": 30, "validation_days": 7, "test_days": 7, "trials": 2}
    retraining = declared_flights.retraining.model_copy(
        update={**held_out, "estimator": "logistic_regression"}
    )
    start = dt.date.fromisoformat(FLIGHTS_FROM)
    located(declared_flights.model_copy(update={"retraining": retraining, "start_date": start}))
    out = tmp_path / "out.json"
    arguments = ["--end", FLIGHTS_TO, "--home", str(tmp_path / "home"), "--json", str(out)]
    assert main(["replay", "flight_delays", *arguments]) == 0
    made = json.loads(out.read_text())
    assert made["days"] == 35
    first = made["champions"][0]
    # thirty days from 10 February on are full on 11 March
    assert first["as_of"] == "2013-03-11"
    assert made["looks"] == 5
    assert 0.55 < first["reference_score"] < 0.9
    assert 0.5 < made["mean_score"] < 0.9
    fired = [it for it in made["decisions"] if it["fired"]]
    assert fired[0]["partition"] == "2013-03-11"
    assert {it["training"] for it in fired} <= {"promoted", "rejected"}
