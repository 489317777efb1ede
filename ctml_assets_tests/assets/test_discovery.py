"""The search for undeclared slices as a plain function: frames in, a table out."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, mean_absolute_error

from ctml_assets.assets.discovery import COLUMNS, row_losses, slice_discovery
from ctml_assets.core.slices import parse_predicate
from ctml_assets.core.spec import SliceDiscoverySpec, SliceSpec
from ctml_assets.errors import DataError
from ctml_assets_tests import streams

DEVICE = {"name": "device", "kind": "categorical"}
FEATURES = {"features": [*streams.FEATURES, DEVICE]}
BINARY = streams.spec(**FEATURES)
NUMBERS = streams.regression_spec(**FEATURES)
CLASSES = streams.spec(
    task="multiclass_classification",
    classes=streams.CLASSES,
    monitoring=streams.declared()["monitoring"] | {"metric": "neg_log_loss"},
    **FEATURES,
)
SETTINGS = SliceDiscoverySpec()
OVERALL_ALONE = BINARY.model_copy(
    update={
        "monitoring": BINARY.monitoring.model_copy(update={"slices": (SliceSpec(overall=True),)})
    }
)


def days_of(spec, days=8, rows=150):
    """Return days with a planted slice, beside what the rule of all other rows predicts."""
    kind = "binary_classification" if spec.task == "binary_classification" else "regression"
    frame = streams.raw_days(days, rows=rows, task=kind)
    frame = frame.assign(event_hour=frame["ts"].dt.hour.astype(np.float64))
    frame = streams.with_bad_slice(frame, from_day=streams.START)
    signal = 2.0 * frame["x1"] - 1.5 * frame["x2"] + frame["x3"]
    if spec.task == "regression":
        return frame.assign(prediction=signal)
    if spec.task == "binary_classification":
        return frame.assign(prediction=1 / (1 + np.exp(-signal)))
    likely = np.exp(np.stack([signal - 1, -signal - 1, np.zeros(len(frame))], axis=1))
    likely /= likely.sum(axis=1, keepdims=True)
    frame = streams.with_classes(frame)
    return frame.assign(
        **{f"prediction[{name}]": likely[:, at] for at, name in enumerate(streams.CLASSES)}
    )


def found_in(window, spec=BINARY, **settings):
    return slice_discovery(window, spec=spec, settings=SliceDiscoverySpec(**settings))


@pytest.fixture(scope="module")
def window():
    return days_of(BINARY)


@pytest.mark.parametrize("spec", [BINARY, CLASSES, NUMBERS], ids=lambda spec: spec.task)
def test_the_planted_slice_is_the_worst_and_its_where_holds_its_rows(spec):
    window = days_of(spec)
    found = found_in(window, spec)
    assert tuple(found) == COLUMNS
    worst = found.iloc[0]
    assert worst["name"] == "segment=b and device=phone"
    inside = parse_predicate(worst["where"]).mask(window)
    np.testing.assert_array_equal(inside, parse_predicate(streams.PLANTED).mask(window))
    assert worst["support"] == inside.sum()
    assert found["sure_excess"].is_monotonic_decreasing
    assert (found["p_value"] <= SETTINGS.level).all()


def test_the_loss_of_a_row_is_its_log_loss_or_its_absolute_error():
    for spec in (BINARY, CLASSES, NUMBERS):
        rows = days_of(spec, days=1, rows=40)
        columns = [name for name in rows if name.startswith("prediction")]
        prediction = rows[columns].to_numpy()
        single = prediction[:, 0] if len(columns) == 1 else prediction
        found = row_losses(rows, single, spec)
        if spec.task == "regression":
            whole = mean_absolute_error(rows["outcome"], single)
        else:
            known = streams.CLASSES if len(columns) > 1 else (0.0, 1.0)
            whole = log_loss(rows["outcome"], single, labels=list(known))
        assert found.shape == (40,)
        assert (found >= 0).all()
        assert found.mean() == pytest.approx(whole, abs=1e-12)


@pytest.mark.parametrize(
    ("metric", "spec"),
    [
        ("accuracy", BINARY),
        ("average_precision", BINARY),
        ("neg_root_mean_squared_error", NUMBERS),
    ],
)
def test_the_metric_plays_no_part(metric, spec):
    monitoring = spec.monitoring.model_copy(update={"metric": metric})
    other = spec.model_copy(update={"monitoring": monitoring})
    window = days_of(spec)
    pd.testing.assert_frame_equal(found_in(window, other), found_in(window, spec))


def test_rows_that_nothing_predicted_are_left_out(window):
    unpredicted = window["ts"].dt.day <= 2
    some = window.assign(prediction=window["prediction"].mask(unpredicted))
    assert 0 < unpredicted.sum() < len(window)
    pd.testing.assert_frame_equal(found_in(some), found_in(window[~unpredicted]))


@pytest.mark.parametrize("spec", [BINARY, CLASSES, NUMBERS], ids=lambda spec: spec.task)
def test_without_a_prediction_or_without_a_row_the_table_is_empty(spec):
    window = days_of(spec, days=1)
    full = found_in(days_of(spec), spec)
    columns = [name for name in window if name.startswith("prediction")]
    for nothing in (window.assign(**dict.fromkeys(columns, np.nan)), window.iloc[:0]):
        found = found_in(nothing, spec)
        assert len(found) == 0
        pd.testing.assert_series_equal(found.dtypes, full.dtypes)


def test_the_order_of_the_rows_plays_no_part_and_the_window_is_not_changed(window):
    before = window.copy()
    pd.testing.assert_frame_equal(found_in(window.sample(frac=1, random_state=0)), found_in(window))
    pd.testing.assert_frame_equal(window, before)


def test_values_that_are_slices_already_are_left_out(window):
    wrong = (window["segment"] == "c").to_numpy()
    two = window.assign(
        outcome=(window["prediction"] < 0.5).astype(float).where(wrong, window["outcome"])
    )
    assert any(line.column == "segment" for line in BINARY.monitoring.slices)
    assert "segment=c" in set(found_in(two, OVERALL_ALONE)["name"])
    assert "segment=c" not in set(found_in(two)["name"])


def test_what_an_earlier_champion_was_bad_at_is_not_searched(window):
    days = window["ts"].dt.normalize()
    early = (days < days.unique()[7]).to_numpy()
    bad_before = window.assign(
        outcome=(window["prediction"] < 0.5)
        .astype(float)
        .where(early & (window["segment"] == "c"), window["outcome"])
    )
    versions = np.where(early, "v1", "v2")
    alike = found_in(bad_before.assign(predicted_by="v2"), OVERALL_ALONE)
    apart = found_in(bad_before.assign(predicted_by=versions), OVERALL_ALONE)
    assert "segment=c" in set(alike["name"])
    assert "segment=c" not in set(apart["name"])
    assert found_in(bad_before[~early].reset_index(drop=True), OVERALL_ALONE).equals(apart)


def test_settings_are_obeyed(window):
    wrong = (window["segment"] == "c").to_numpy()
    two = window.assign(
        outcome=(window["prediction"] < 0.5).astype(float).where(wrong, window["outcome"])
    )
    both = found_in(two, OVERALL_ALONE)
    assert {"segment=c", "segment=b and device=phone"} <= set(both["name"])
    pd.testing.assert_frame_equal(found_in(two, OVERALL_ALONE, top=1), both.iloc[:1])
    single = found_in(two, OVERALL_ALONE, max_features=1)
    assert "segment=c" in set(single["name"])
    assert not single["name"].str.contains(" and ").any()
    strictest = both["p_value"].min()
    assert len(found_in(two, OVERALL_ALONE, level=strictest / 2)) < len(both)
    halves = days_of(NUMBERS).eval("outcome = prediction + 3 * (x4 >= 0)")
    (worst,) = found_in(halves, NUMBERS, bins=2, top=1)["where"]
    assert worst.startswith("x4 >= ")
    support = parse_predicate(worst).mask(halves).sum()
    assert support == pytest.approx(len(halves) / 2, abs=1)


@pytest.mark.parametrize(("min_support", "least"), [(1, 50), (80, 80), (400, 400)])
def test_a_slice_has_the_support_of_a_scored_one_and_fifty_rows_at_least(min_support, least):
    window = days_of(BINARY)
    # every day a few rows of two tiny segments, as bad as can be
    first = window.groupby(window["ts"].dt.date).cumcount()
    window = window.assign(
        segment=window["segment"].mask(first < 6, "tiny").mask(first.between(6, 13), "small"),
        outcome=window["outcome"].where(first > 13, (window["prediction"] < 0.5).astype(float)),
    )
    supports = window["segment"].value_counts()
    assert (supports["tiny"], supports["small"]) == (48, 64)
    monitoring = OVERALL_ALONE.monitoring.model_copy(update={"min_support": min_support})
    found = found_in(window, BINARY.model_copy(update={"monitoring": monitoring}))
    assert (found["support"] >= least).all()
    assert ("segment=small" in set(found["name"])) is (least <= 64)
    assert "segment=tiny" not in set(found["name"])


def test_a_day_on_which_all_was_bad_is_no_slice():
    window = days_of(BINARY)
    clean = streams.raw_days(8, rows=150)
    # whole days go wrong: the rows that happen to be of them are no pattern
    bad = window["ts"].dt.day.isin((2, 5)).to_numpy()
    window = window.assign(outcome=clean["outcome"].mask(bad, 1 - clean["outcome"]))
    assert found_in(window).empty


def test_time_features_are_searched(window):
    night = (window["event_hour"] >= 20).to_numpy()
    clean = streams.raw_days(8, rows=150)["outcome"]
    changed = window.assign(outcome=clean.mask(night, 1 - clean))
    (worst,) = found_in(changed, top=1, max_features=1)["where"]
    assert worst.startswith("event_hour >= ")


def test_features_that_are_not_known_yet_are_an_error(window):
    spec = BINARY.model_copy(update={"features": None})
    with pytest.raises(DataError, match="stream: features are neither declared nor inferred yet"):
        found_in(window, spec)


def test_a_window_of_another_declaration_is_an_error(window):
    with pytest.raises(DataError, match=r"must have the columns prediction\[high\]"):
        found_in(window, CLASSES)
