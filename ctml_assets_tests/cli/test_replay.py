import datetime as dt
import json
import re

import pytest

from ctml_assets.cli.main import main
from ctml_assets.cli.replay import _days
from ctml_assets.components import DEFS_ROOT, BrokenDeclaration, load_models
from ctml_assets.core.spec import EstimatorSpec
from ctml_assets.errors import DataError, DeclarationError
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day, declared

FLIGHTS_FROM, FLIGHTS_TO = "2013-02-10", "2013-03-16"


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
    assert not (tmp_path / "home").exists()


def test_a_model_is_refused_where_none_is_declared(tmp_path, located, capsys):
    located()
    assert main(["replay", "nosuch", "--home", str(tmp_path / "home")]) == 1
    told = capsys.readouterr().err
    assert "ctml: model must be declared, got 'nosuch', and none is; declare it in" in told


def test_only_the_replayed_model_is_composed(tmp_path, located, monkeypatch):
    from ctml_assets.components import compose

    seen = []

    def watched(models, *more):
        seen.append([spec.name for spec in models.specs])
        return compose(models, *more)

    monkeypatch.setattr("ctml_assets.components.compose", watched)
    located(small(tmp_path), streams.spec(name="other"))
    arguments = ["--home", str(tmp_path / "home"), "--end", str(day(0))]
    assert main(["replay", "stream", *arguments]) == 0
    assert seen == [["stream"]]


def test_a_broken_declaration_is_refused_with_its_mistakes(tmp_path, located, capsys):
    broken = BrokenDeclaration("a_folder", "defs.yaml:8: tresholds", "rentals")
    located(small(tmp_path), broken=[broken])
    for asked in ("rentals", "a_folder"):
        assert main(["replay", asked, "--home", str(tmp_path / "home")]) == 1
        told = capsys.readouterr().err
        assert f"{asked}: its declaration is broken:\ndefs.yaml:8: tresholds" in told


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
    ("start", "end", "wanted"),
    [
        ("2023-12-31", "2024-01-05", "--start must be a day from .* to 2024-01-09, got 2023-12-31"),
        ("2024-01-02", "2024-01-10", "--end must be a day from .* to 2024-01-09, got 2024-01-10"),
        (None, "2023-12-31", "--end must be a day from 2024-01-01 to .*, got 2023-12-31"),
        ("2024-01-10", None, "--start must be a day from .* to 2024-01-09, got 2024-01-10"),
        ("2024-01-05", "2024-01-04", r"--end must be on or after --start \(2024-01-05\), got "),
    ],
)
def test_days_outside_the_declared_ones_are_refused(start, end, wanted):
    spec = streams.spec(end_date="2024-01-09")
    bounds = [None if it is None else dt.date.fromisoformat(it) for it in (start, end)]
    with pytest.raises(DeclarationError, match=wanted):
        _days(spec, *bounds)


def test_a_model_that_has_no_day_with_labels_yet_says_when_it_will():
    spec = streams.spec(start_date="2190-01-01", label_delay_days=2)
    wanted = "stream: no day has labels yet; the first will be 2190-01-01, .* on 2190-01-04 or"
    with pytest.raises(DataError, match=wanted):
        _days(spec, None, None)


def test_an_end_date_in_the_future_ends_at_the_newest_day_with_labels():
    today = dt.datetime.now(dt.UTC).date()
    spec = streams.spec(end_date="2190-01-01")
    assert today - _days(spec, None, None)[-1] in (dt.timedelta(days=1), dt.timedelta(days=2))


@pytest.mark.parametrize("text", ["2013-13-01", "2013-02-29", "20130101", "2013-W01-1", "x"])
def test_a_day_that_no_calendar_has_is_wrong_usage_and_says_why(text, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["replay", "flights", "--start", text])
    assert ended.value.code == 2
    wanted = f"argument --start: must be a day of the calendar, got '{text}'; use for example 2013-"
    assert wanted in capsys.readouterr().err


def test_a_model_that_dagster_refuses_is_told_before_a_day_is_replayed(
    tmp_path, located, capsys, caplog
):
    located(small(tmp_path).model_copy(update={"end_date": dt.date.max}))
    assert main(["replay", "stream", "--home", str(tmp_path / "home")]) == 1
    assert "ctml: stream: must be a model that Dagster can load" in capsys.readouterr().err
    assert "OverflowError" in caplog.text


def test_a_replay_whose_every_day_failed_says_why_once_in_red_and_exits_with_1(
    tmp_path, located, capsys
):
    narrow = [{"name": "x1", "kind": "numeric", "max": 1.0}, *streams.FEATURES[1:]]
    located(small(tmp_path, max_bad_rows=0, features=narrow))
    out = tmp_path / "out.json"
    arguments = ["--end", str(day(2)), "--home", str(tmp_path / "home"), "--json", str(out)]
    assert main(["replay", "stream", *arguments]) == 1
    told = capsys.readouterr()
    failures = [line for line in told.out.splitlines() if line.startswith(f"{day(0)}  monitor")]
    assert len(failures) == 1
    assert "more than max_bad_rows 0" in failures[0]
    assert "3 of the days failed; mend the cause and repeat the command" in told.out
    assert f"ctml: stream: the monitor failed on every day; {day(0)}: monitor failed: " in told.err
    assert json.loads(out.read_text())["failed_days"] == 3


def test_all_days_are_those_from_the_first_to_the_last_inclusive():
    spec = streams.spec(end_date="2024-01-09")
    assert _days(spec, None, None) == [day(n) for n in range(9)]


def test_without_an_end_the_newest_day_with_labels_is_the_last():
    spec = streams.spec(label_delay_days=3)
    today = dt.datetime.now(dt.UTC).date()
    assert today - _days(spec, None, None)[-1] in (dt.timedelta(days=4), dt.timedelta(days=5))


def test_five_weeks_of_real_flights_find_their_first_champion(tmp_path, located):
    declared_flights = next(
        spec for spec in load_models(DEFS_ROOT).specs if spec.name == "flight_delays"
    )
    held_out = {"min_history_days": 30, "validation_days": 7, "test_days": 7, "trials": 2}
    retraining = declared_flights.retraining.model_copy(
        update={**held_out, "estimator": EstimatorSpec(preset="logistic_regression")}
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
