"""What is shown of a study: numbers, texts, the table, and pictures that hold only themselves."""

import base64
import json
import math
import re
import shlex
import subprocess
import sys
from dataclasses import replace

import dagster as dg
import numpy as np
import pytest

from ctml_assets.components.study_metadata import study_metadata
from ctml_assets.core.estimators import Choices, FloatRange, IntRange
from ctml_assets.core.tuning.results import DIED, StudyResult, TrialResult
from ctml_assets.pictures.svg import clean
from ctml_assets_tests.pictures.drawings import (
    HOSTILE,
    marks,
    place_of,
    read,
    require_legible,
    rings,
    texts,
)

SPACE = {
    "learning_rate": FloatRange(0.01, 1.0, log=True),
    "max_leaf_nodes": IntRange(7, 63),
    "criterion": Choices(("gini", None, True)),
}
PICTURES = ("history", "importances", "slice")


def tried(learning_rate, max_leaf_nodes, criterion):
    return {
        "learning_rate": learning_rate,
        "max_leaf_nodes": max_leaf_nodes,
        "criterion": criterion,
    }


TRIALS = (
    TrialResult(
        0, "complete", 0.5, tried(0.1, 31, None) | {"max_iter": 100}, 2.004, 4.0, "champion"
    ),
    TrialResult(1, "pruned", None, tried(0.01, 7, True), 1.0, 1.5, "default", "worse at rung 25"),
    TrialResult(2, "complete", 1.0, tried(1.0, 63, "gini") | {"max_iter": 60}, 2.5, 3.5),
    TrialResult(3, "failed", None, tried(0.05, 9, True), 0.5, 0.25, "search", "ValueError: no"),
    TrialResult(4, "complete", 1.0, tried(0.3, 20, "gini") | {"max_iter": 80}, 3.0, 5.0),
    TrialResult(5, "complete", 0.0, tried(0.2, 50, None) | {"max_iter": 10}, 3.0, 5.0),
)
RESULT = StudyResult(
    1.0,
    TRIALS[2].parameters,
    TRIALS,
    {"max_leaf_nodes": 0.6, "learning_rate": 0.3, "criterion": 0.1},
    "6 of 6 trials were run",
    resumed=2,
)


def shown(result=RESULT, *, space=SPACE, **changed):
    arguments = {"name": "churn-2024-01-31", "storage": "sqlite:////data/studies.db"}
    return study_metadata(
        result, preset_space=space, **{**arguments, "wall_seconds": 12.5, **changed}
    )


def picture(metadata, name):
    held = re.fullmatch(
        r"!\[([^\[\]<>`\\\n]+)\]\(data:image/svg\+xml;base64,([\w+/=]+)\)", metadata[name].value
    )
    return read(base64.b64decode(held[2]))


def rows(metadata):
    return [record.data for record in metadata["trial_table"].value.records]


def study_of(parameters, space, *, value=0.7):
    trials = tuple(
        TrialResult(number, "complete", value, it, 1.0) for number, it in enumerate(parameters)
    )
    return shown(StudyResult(value, parameters[0], trials, {}, "done"), space=space)


def test_numbers():
    metadata = shown()
    assert {name: it.value for name, it in metadata.items() if name in NUMBERS} == NUMBERS


NUMBERS = {
    "best_value": 1.0,
    "champion_value": 0.5,
    "trials": 6,
    "trials_complete": 4,
    "trials_pruned": 1,
    "trials_failed": 1,
    "trials_died": 0,
    "trials_resumed": 2,
    "best_found_at_trial": 2,
    "cpu_seconds_of_trials": 19.25,
    "wall_seconds_of_run": 12.5,
}


def test_texts():
    metadata = shown()
    assert {
        name: it.value for name, it in metadata.items() if isinstance(it, dg.TextMetadataValue)
    } == {
        "stopped": "6 of 6 trials were run",
        "study": "churn-2024-01-31",
        "storage": "sqlite:////data/studies.db",
        "open_with": "optuna-dashboard sqlite:////data/studies.db",
    }


def test_that_is_all_and_the_long_table_is_the_last():
    assert [*shown()][-1] == "trial_table"
    assert {*shown()} == {
        *NUMBERS,
        *("stopped", "study", "storage", "open_with", "best_parameters", "trial_table"),
        *PICTURES,
    }


@pytest.mark.parametrize(
    "change", [{"origin": "earlier study"}, {"state": "pruned", "value": None}]
)
def test_without_a_value_of_the_champion_there_is_none(change):
    trials = (replace(TRIALS[0], **change), *TRIALS[1:])
    metadata = shown(replace(RESULT, trials=trials))
    assert "champion_value" not in metadata
    assert not any("champion" in it for it in texts(picture(metadata, "history")))


def test_a_champions_trial_that_died_does_not_hide_the_value_of_the_next():
    died = replace(TRIALS[0], state="failed", value=None, reason=DIED)
    again = replace(TRIALS[0], number=6)
    metadata = shown(replace(RESULT, trials=(died, *TRIALS[1:], again)))
    assert metadata["champion_value"].value == 0.5
    assert "champion 0.5" in texts(picture(metadata, "history"))


def test_a_trial_that_died_and_was_tried_again_is_counted_apart():
    died = TrialResult(6, "failed", None, tried(0.3, 9, None), 1.0, reason=DIED)
    given_up = replace(died, number=7, reason="its process died, as 2 before that; given up")
    metadata = shown(replace(RESULT, trials=(*TRIALS, died, given_up)))
    counted = {name: it.value for name, it in metadata.items() if name.startswith("trials")}
    assert counted == {
        **{"trials": 7, "trials_complete": 4, "trials_pruned": 1, "trials_failed": 2},
        **{"trials_died": 1, "trials_resumed": 2},
    }


def test_the_table_has_a_row_a_trial_and_a_column_a_parameter():
    metadata = shown()
    columns = [column.name for column in metadata["trial_table"].value.schema.columns]
    assert columns == [
        *("number", "state", "value", "seconds", "cpu_seconds", "origin"),
        *("learning_rate", "max_leaf_nodes", "criterion", "max_iter", "reason"),
    ]
    assert rows(metadata)[:2] == [
        {
            **{"number": 0, "state": "complete", "value": 0.5, "seconds": 2.0, "cpu_seconds": 4.0},
            **{"origin": "champion", "learning_rate": 0.1, "max_leaf_nodes": 31},
            **{"criterion": "null", "max_iter": 100, "reason": ""},
        },
        {
            **{"number": 1, "state": "pruned", "value": "", "seconds": 1.0, "cpu_seconds": 1.5},
            **{"origin": "default", "learning_rate": 0.01, "max_leaf_nodes": 7},
            **{"criterion": "true", "max_iter": "", "reason": "worse at rung 25"},
        },
    ]
    assert [row["number"] for row in rows(metadata)] == [0, 1, 2, 3, 4, 5]


def test_a_parameter_with_the_name_of_a_fact_does_not_hide_it():
    metadata = study_of([{"value": 3.0, "reason": "x"}], {"value": FloatRange(0, 9)})
    (row,) = rows(metadata)
    assert (row["value"], row["reason"]) == (0.7, "")
    assert len(metadata["trial_table"].value.schema.columns) == 7


def test_the_table_of_a_large_study_has_the_best_trials():
    trials = tuple(
        TrialResult(at, "complete", float(at % 500), {"C": 1.0}, 1.0) for at in range(1000)
    )
    metadata = shown(StudyResult(499.0, {"C": 1.0}, trials, {}, "done"), space={})
    numbers = [row["number"] for row in rows(metadata)]
    assert numbers == [at for at in range(1000) if at % 500 >= 350]
    assert metadata["trials"].value == 1000


def test_the_best_parameters_are_json_whatever_they_are():
    best = {"a": np.int64(3), "b": np.float64(0.25), "c": None, "d": True, "e": math.nan, "f": (1,)}
    metadata = study_of([best], {})
    assert json.loads(json.dumps(metadata["best_parameters"].value, allow_nan=False)) == {
        **{"a": 3, "b": 0.25, "c": None, "d": True},
        **{"e": "nan", "f": "(1,)"},
    }


def test_the_command_that_opens_it_can_be_pasted_into_a_shell():
    storage = "postgresql://me@db/optuna?application_name=a&host=$(reboot)"
    command = shlex.split(shown(storage=storage)["open_with"].value)
    assert command[0] == "optuna-dashboard"
    assert command[1:] == [storage]


def test_the_command_that_needs_a_password_says_so():
    metadata = shown(storage="postgresql+psycopg2://me:***@db/optuna")
    assert metadata["storage"].value == "postgresql+psycopg2://me:***@db/optuna"
    assert metadata["open_with"].value == (
        "optuna-dashboard 'postgresql+psycopg2://me:***@db/optuna'"
        "  (put the password in place of ***)"
    )


def test_the_history_is_the_study():
    history = picture(shown(), "history")
    assert "Value of each trial, higher is better: churn-2024-01-31" in texts(history)
    assert {"best 1", "champion 0.5", "best: trial 2", "pruned", "failed"} <= {*texts(history)}
    assert len(marks(history, "dots")) == 1 + 4
    assert len(marks(history, "crosses")) == 2
    require_legible(history)


def test_the_importances_are_bars_in_percent():
    importances = picture(shown(), "importances")
    heights = [place_of(importances, it)[1] for it in ("60%", "30%", "10%")]
    names = ("max_leaf_nodes", "learning_rate", "criterion")
    assert heights == [place_of(importances, name)[1] for name in names]


def test_without_importances_it_says_why():
    metadata = shown(replace(RESULT, importances={}))
    assert isinstance(metadata["importances"], dg.TextMetadataValue)
    assert metadata["importances"].value.startswith("not evaluable: ")
    require_legible(picture(metadata, "slice"))


def test_the_slice_has_a_panel_a_parameter_the_most_important_first():
    panels = picture(shown(), "slice")
    require_legible(panels)
    places = [place_of(panels, name) for name in ("max_leaf_nodes", "learning_rate", "criterion")]
    assert places == sorted(places)
    # one is in the legend; in the last panel two of the four complete trials, and the two others,
    # are at one place
    assert len(marks(panels, "dots")) == 1 + 4 + 4 + 3
    assert len(marks(panels, "strokes")) == 1 + 2 + 2 + 1
    assert len(rings(panels)) == 1 + 3
    # what the best trial took stands beside the names
    for value, name in (("63", 0), ("1", 1)):
        assert any(
            it.text == value and float(it.attrib["y"]) == places[name][1]
            for it in panels.findall("{*}text")
        )


@pytest.mark.parametrize(("log", "even"), [(True, True), (False, False)])
def test_a_range_is_drawn_on_its_scale(log, even):
    parameters = [{"C": 0.01}, {"C": 0.1}, {"C": 1.0}]
    panels = picture(study_of(parameters, {"C": FloatRange(0.01, 1.0, log=log)}), "slice")
    left, middle, right = sorted(x for x, y in marks(panels, "dots") if y > 45)
    assert (middle - left == pytest.approx(right - middle, abs=0.2)) is even


def test_choices_are_told_apart_by_their_type():
    space = {"C": Choices((1, True, 1.0, None))}
    parameters = [{"C": it} for it in (1, True, 1.0, None, "1")]
    panels = picture(study_of(parameters, space), "slice")
    dots = sorted(x for x, y in marks(panels, "dots") if y > 45)
    assert len({*dots}) == len(dots) == 4
    assert {"1", "true", "null"} <= {*texts(panels)}


def test_of_many_parameters_the_six_most_important_are_drawn():
    space = {f"p{at}": FloatRange(0, 1) for at in range(9)}
    importances = {f"p{at}": at / 36 for at in range(9)}
    trial = TrialResult(0, "complete", 0.7, dict.fromkeys(space, 0.5), 1.0)
    metadata = shown(StudyResult(0.7, trial.parameters, (trial,), importances, "done"), space=space)
    seen = texts(picture(metadata, "slice"))
    assert [it for it in seen if it in space] == ["p8", "p7", "p6", "p5", "p4", "p3"]
    assert "Value over 6 of 9 parameters: churn-2024-01-31" in seen


def test_trials_that_do_not_lie_in_the_space_are_not_in_its_panels():
    parameters = [{"C": 0.5}, {"C": 7.0}, {"C": "a"}, {}, {"C": math.nan}]
    panels = picture(study_of(parameters, {"C": FloatRange(0, 1)}), "slice")
    assert len(marks(panels, "dots")) == 1 + 1


def test_a_trial_without_a_parameter_has_not_taken_the_choice_none():
    panels = picture(study_of([{"C": None}, {}], {"C": Choices(("a", None))}), "slice")
    assert len(marks(panels, "dots")) == 1 + 1


def test_an_importance_that_is_not_finite_decides_nothing():
    importances = {"max_leaf_nodes": math.nan, "criterion": 0.9, "learning_rate": 0.1}
    seen = texts(picture(shown(replace(RESULT, importances=importances)), "slice"))
    assert [it for it in seen if it in SPACE] == ["criterion", "learning_rate", "max_leaf_nodes"]


@pytest.mark.parametrize("value", [1e-9, 1e9, -1e9, 0.0])
def test_one_trial_of_any_value_is_enough(value):
    metadata = study_of([tried(0.1, 20, None)], SPACE, value=value)
    for name in ("history", "slice"):
        require_legible(picture(metadata, name))


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_names_are_shown_as_text_or_inside_one_picture_only(evil):
    space = {evil: Choices((evil, "b")), "C": FloatRange(0, 1)}
    trials = tuple(
        TrialResult(at, "complete", at / 10, {evil: evil, "C": 0.5}, 1.0, 1.0, "search", evil)
        for at in range(5)
    )
    result = StudyResult(0.4, trials[4].parameters, trials, {evil: 0.7, "C": 0.3}, evil)
    metadata = shown(result, space=space, name=evil)
    for name, value in metadata.items():
        if name in PICTURES:
            assert isinstance(value, dg.MarkdownMetadataValue)
            require_legible(picture(metadata, name))
        else:
            assert not isinstance(value, dg.MarkdownMetadataValue | dg.UrlMetadataValue)
    assert rows(metadata)[0]["reason"] == rows(metadata)[0][clean(evil)] == clean(evil)
    assert metadata["study"].value == metadata["stopped"].value == clean(evil)


def test_nothing_in_it_is_nan_and_dagster_can_store_it_and_read_it_again():
    trials = (
        TrialResult(0, "complete", 0.5, {"C": math.nan}, math.nan, math.inf),
        TrialResult(1, "complete", math.nan, {"C": 0.5}, 1.0),
    )
    result = StudyResult(0.5, {"C": math.nan}, trials, {"C": math.nan}, "done")
    metadata = shown(result, space={"C": FloatRange(0, 1)}, wall_seconds=math.inf)
    for value in metadata.values():
        stored = dg.serialize_value(value)
        assert not re.search(r"\b(NaN|Infinity)\b", stored)
        assert dg.deserialize_value(stored) == value


def test_of_ten_thousand_trials_it_stays_small():
    chance = np.random.default_rng(0)
    states = ("complete", "complete", "pruned", "failed")
    trials = tuple(
        TrialResult(
            number,
            states[number % 4],
            float(chance.normal(0.7, 0.01)) if number % 4 < 2 else None,
            tried(
                float(np.exp(chance.uniform(-4.6, 0))),
                int(chance.integers(7, 64)),
                ("gini", None, True)[number % 3],
            ),
            1.0,
        )
        for number in range(10_000)
    )
    best = max(trials, key=lambda trial: trial.value or 0.0)
    metadata = shown(replace(RESULT, best_value=best.value, trials=trials))
    assert metadata["best_found_at_trial"].value == best.number
    assert sum(len(metadata[name].value) for name in PICTURES) < 100_000
    assert sum(len(dg.serialize_value(it)) for it in metadata.values()) < 250_000


def test_it_is_imported_without_optuna():
    code = (
        "import sys, ctml_assets.components.study_metadata\n"
        "print({'optuna', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
