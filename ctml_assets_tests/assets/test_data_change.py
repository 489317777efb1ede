"""A window against the champion's training sample: which columns, which effects, which reasons."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets.data_change import (
    ALL_COLUMNS,
    CLASSIFIER,
    DataChanges,
    changes_of,
    columns_looked_at,
    data_change,
    not_compared,
)
from ctml_assets.assets.training_sample import LEARNED, PART, TESTED
from ctml_assets.core.changes import MEASURES
from ctml_assets.core.drift import Verdict
from ctml_assets.core.spec import DataChangeSpec
from ctml_assets.core.triggers import Changes, Look
from ctml_assets.core.triggers.data_change import DataChange
from ctml_assets.errors import DataError
from ctml_assets.lake import document_of
from ctml_assets_tests import streams

FEATURES = (*streams.NUMERIC, "event_hour", "segment")
NOW = streams.START + dt.timedelta(days=20)


def spec_of(*settings, **changes):
    triggers = {"when": [{"data_change": it} for it in settings or ({},)]}
    return streams.spec(triggers=triggers, **changes)


def predicted(rows, seed=0):
    """Return rows with what a champion may have predicted."""
    rng = np.random.default_rng(seed)
    return rows.assign(prediction=1 / (1 + np.exp(-rows["x1"] + rng.normal(size=len(rows)))))


def window_of(days=7, rows=100, **changes):
    return predicted(streams.records_days(days, start=NOW, rows=rows)).assign(**changes)


def sample_of(learned_days=12, tested_days=6, rows=100):
    learned = streams.records_days(learned_days, rows=rows)
    tested = predicted(
        streams.records_days(
            tested_days, start=streams.START + dt.timedelta(days=learned_days), rows=rows
        )
    )
    parts = {LEARNED: learned.assign(prediction=np.nan), TESTED: tested}
    whole = pd.concat([it.assign(**{PART: name}) for name, it in parts.items()], ignore_index=True)
    return whole[["ts", *FEATURES, "prediction", PART]]


def compared(window=None, sample=None, *, spec=None):
    return data_change(
        window_of() if window is None else window,
        sample_of() if sample is None else sample,
        spec=spec or spec_of(),
        champion="v",
    )


def test_a_stable_window_has_small_effects_in_every_column():
    result = compared()
    changes = result.changes
    assert (result.champion, changes.rows, changes.sample_rows, changes.reason) == (
        "v",
        700,
        1200,
        "",
    )
    assert {*changes.effects} == {*MEASURES, CLASSIFIER}
    for measure in ("psi", "jensen_shannon"):
        assert {*changes.effects[measure]} == {*FEATURES, "prediction"}
        assert max(changes.effects[measure].values()) < 0.2
    for measure in ("wasserstein", "ks"):
        assert {*changes.effects[measure]} == {*FEATURES, "prediction"} - {"segment"}
    assert abs(changes.effects[CLASSIFIER][ALL_COLUMNS] - 0.5) < 0.08
    assert changes.giveaways == ()
    assert result.left_out == {}


def test_a_shifted_feature_stands_out_and_gives_the_new_rows_away():
    window = window_of()
    changes = compared(window.assign(x4=window["x4"] + 1)).changes
    # the columns are standard normal
    assert changes.effects["wasserstein"]["x4"] == pytest.approx(1, abs=0.15)
    for measure in MEASURES:
        assert max(changes.effects[measure], key=changes.effects[measure].get) == "x4"
    assert changes.giveaways == ("x4",)
    assert changes.effects[CLASSIFIER][ALL_COLUMNS] > 0.65


def test_predictions_are_compared_with_those_of_the_test_rows():
    window, sample = window_of(), sample_of()
    sure = sample.assign(prediction=sample["prediction"].fillna(1.0))
    assert compared(window, sure).changes == compared(window, sample).changes
    moved = compared(window.assign(prediction=window["prediction"] ** 3)).changes
    assert moved.effects["ks"]["prediction"] > 0.2
    assert max(moved.effects["ks"][name] for name in FEATURES if name != "segment") < 0.2


@pytest.mark.parametrize(
    ("sample", "window"),
    [
        (sample_of(tested_days=4), None),
        (None, window_of(prediction=np.nan)),
        (None, window_of(prediction=np.where(np.arange(700) < 100, 0.5, np.nan))),
    ],
)
def test_too_few_predictions_on_a_side_have_no_effect(sample, window):
    result = compared(window, sample)
    assert "prediction" in result.left_out
    assert all("prediction" not in result.changes.effects[measure] for measure in MEASURES)
    assert result.changes.effects["psi"].keys() == {*FEATURES}


def test_a_feature_without_values_now_has_changed_and_has_no_distance():
    result = compared(window_of(x2=np.nan))
    assert result.changes.effects["jensen_shannon"]["x2"] == pytest.approx(1)
    assert "x2" not in result.changes.effects["wasserstein"]
    assert "x2" in result.left_out


def test_few_present_numbers_among_enough_rows_have_no_distance():
    window = window_of()
    window.loc[300:, "x2"] = np.nan
    effects = compared(window).changes.effects
    assert "x2" not in effects["ks"]
    assert "x2" in effects["psi"]
    lenient = compared(window, spec=spec_of({"min_rows": 200})).changes.effects
    assert lenient["ks"]["x2"] < 0.2


def test_a_feature_that_the_sample_or_the_window_lacks_is_left_out_with_a_reason():
    result = compared(window_of().drop(columns="x3"), sample_of().drop(columns="segment"))
    assert {*result.left_out} == {"x3", "segment"}
    assert {*result.changes.effects["psi"]} == {*FEATURES, "prediction"} - {"x3", "segment"}


def test_fewer_rows_than_min_rows_are_shown_and_decide_nothing():
    window = window_of(days=3).iloc[:200]
    changes = compared(window.assign(x4=9.0)).changes
    assert changes.rows == 200
    assert changes.effects["ks"]["x4"] > 0.9
    assert "prediction" in changes.effects["ks"]
    answer = asked(changes, DataChangeSpec())
    assert answer.answered == "not evaluable"
    assert "200 rows, fewer than 500" in answer.reason


def asked(changes, settings):
    look = Look(day=NOW, verdict=Verdict.OK, reason="", champion="v", changes=changes)
    return DataChange().ask(settings, look, None)


@pytest.mark.parametrize("measure", [*MEASURES, CLASSIFIER])
def test_the_trigger_fires_on_a_changed_world_and_not_on_a_stable_one(measure):
    settings = {"measure": measure}
    spec = spec_of(settings)
    stable = compared(spec=spec).changes
    assert asked(stable, DataChangeSpec(**settings)).answered == "no"
    window = window_of()
    window = window.assign(**{name: window[name] + 1.5 for name in streams.NUMERIC})
    moved = compared(window, spec=spec).changes
    assert asked(moved, DataChangeSpec(**settings)).answered == "yes"


def test_rows_of_weight_zero_are_left_out():
    window = window_of()
    counts = np.arange(len(window)) % 2
    spoiled = window.assign(seats=counts.astype(float), x4=window["x4"].where(counts == 1, 99.0))
    changes = compared(spoiled, spec=spec_of(sample_weight="seats")).changes
    assert changes.rows == 350
    assert changes.effects["ks"]["x4"] < 0.2


def test_no_rows_have_no_effects_and_no_reason_of_their_own():
    changes = compared(window_of()[:0]).changes
    assert changes.rows == 0
    assert all(not by_column for by_column in changes.effects.values())
    assert asked(changes, DataChangeSpec()).reason == "not evaluable: 0 rows, fewer than 500"


class TestColumns:
    @pytest.mark.parametrize(
        ("window_days", "named", "looked_at"),
        [
            (7, None, {"event_hour", "event_day_of_week"}),
            (3, None, {"event_hour"}),
            (3, ["event_month", "event_day_of_week"], None),
        ],
    )
    def test_what_the_calendar_changes_is_not_looked_at_unless_named(
        self, window_days, named, looked_at
    ):
        times = ["hour", "day_of_week", "month"]
        monitoring = streams.declared()["monitoring"] | {"window_days": window_days}
        spec = spec_of({"features": named}, time_features=times, monitoring=monitoring)
        found = columns_looked_at(spec, spec.triggers.declared("data_change"))
        wanted = {f"event_{name}" for name in times} if looked_at is None else looked_at
        assert {name for name in found if name.startswith("event_")} == wanted
        assert found["segment"] == "categorical"
        assert found["event_hour"] == found["x1"] == "numeric"

    def test_a_name_that_is_no_column_is_told_and_nothing_is_measured(self):
        changes = compared(spec=spec_of({"features": ["x1", "distnace"]})).changes
        assert "must be among x1, x2" in changes.reason
        assert "got distnace" in changes.reason
        assert changes.effects == {}

    def test_a_name_of_one_trigger_does_not_blind_another(self):
        window = window_of()
        spec = spec_of({"features": ["x1"]}, {"measure": "classifier"})
        changes = compared(window.assign(x4=window["x4"] + 3), spec=spec).changes
        assert changes.effects["ks"]["x4"] > 0.8
        assert changes.effects[CLASSIFIER][ALL_COLUMNS] > 0.9

    def test_the_classifier_is_not_told_the_month(self):
        rows = {"sample": sample_of(), "window": window_of()}
        rows = {name: it.assign(event_month=it["ts"].dt.month * 1.0) for name, it in rows.items()}
        rows["window"]["event_month"] = 2.0
        named = {"measure": "psi", "features": ["event_month"]}
        spec = spec_of(named, {"measure": "classifier"}, time_features=["hour", "month"])
        changes = compared(**rows, spec=spec).changes
        assert changes.effects["psi"]["event_month"] > 0.25
        assert changes.effects[CLASSIFIER][ALL_COLUMNS] < 0.6


class TestDocument:
    def test_it_comes_back_as_it_was(self):
        result = compared()
        assert changes_of(document_of(result)) == result.changes

    def test_a_reason_comes_back_too(self):
        result = not_compared(None, "no champion yet")
        assert result == DataChanges(None, Changes(0, 0, {}, reason="no champion yet"))
        assert changes_of(document_of(result)).reason == "no champion yet"

    @pytest.mark.parametrize(
        ("changes", "where"),
        [
            (None, "changes must be"),
            ({"rows": 1, "sample_rows": 2}, "changes.effects must be"),
            (
                {"rows": 1, "sample_rows": 2, "effects": {"psi": {"x": "far"}}},
                "changes.effects.psi.x must be",
            ),
        ],
    )
    def test_another_document_is_refused(self, changes, where):
        with pytest.raises(DataError, match=where):
            changes_of({"changes": changes})


def test_inputs_are_not_mutated():
    window, sample = window_of(), sample_of()
    before = window.copy(deep=True), sample.copy(deep=True)
    compared(window, sample)
    pd.testing.assert_frame_equal(window, before[0])
    pd.testing.assert_frame_equal(sample, before[1])
