"""The estimated score as a plain function: every task, and every reason why there is none."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets.estimated_score import (
    EstimatedScore,
    estimate_of,
    estimated_score,
    not_estimable,
)
from ctml_assets.assets.monitoring import monitored_lines
from ctml_assets.core.drift import line_weights, score_rows, weighted_score
from ctml_assets.core.estimation import ScoreEstimate
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.records import labels
from ctml_assets.core.training import fit, predict
from ctml_assets.core.triggers import Drop, Estimate
from ctml_assets.lake import document_of, encode_document
from ctml_assets.lake.documents import decode_document
from ctml_assets_tests import streams

LOOK = streams.START + dt.timedelta(days=16)
PARAMETERS = {"C": 1.0}


def records(first, days, **changes):
    return streams.records_days(days, start=streams.START + dt.timedelta(days=first), **changes)


def muted(frame):
    """Return records as they are before their labels come."""
    return frame.assign(outcome=np.nan)


def narrowed(frame):
    """Return the records whose outcomes are hard to tell: what decides them is near 0."""
    signal = frame[["x1", "x2", "x3"]] @ [2.0, -1.5, 1.0]
    return frame[signal.abs() < 1.5].reset_index(drop=True)


def scores(model, frame, spec):
    return score_rows(
        frame,
        outcomes_of(frame, predict(model, frame, spec=spec), spec=spec),
        lines=monitored_lines(spec),
        metric=get_metric(spec.monitoring.metric),
        min_support=spec.monitoring.min_support,
        clusters=frame["ts"].dt.normalize(),
    )


def estimated(spec, train, tested, now, **changes):
    model = fit(train, labels(train, spec), spec=spec, parameters=PARAMETERS)
    arguments = {"spec": spec, "day": LOOK, "version": "v1", **changes}
    return estimated_score(now, tested, model, scores(model, tested, spec), **arguments), model


def binary(**changes):
    return streams.spec(**changes)


def three_classes():
    monitoring = streams.declared()["monitoring"] | {"metric": "neg_log_loss"}
    return streams.spec(
        task="multiclass_classification", classes=streams.CLASSES, monitoring=monitoring
    )


class TestTasks:
    def test_two_classes(self):
        spec, now = binary(), records(17, 3, rows=300)
        made, _ = estimated(spec, records(0, 10), records(10, 5, rows=300), muted(now))
        assert made.reason == ""
        assert (made.day, made.champion, made.days, made.rows) == (LOOK, "v1", 3, 900)
        assert (made.first_day, made.last_day) == (dt.date(2024, 1, 18), dt.date(2024, 1, 20))
        assert made.calibration_rows == 1500
        assert {part.name for part in made.estimate.contributions} == {
            "overall",
            "segment=a",
            "segment=b",
            "segment=c",
        }

    def test_what_the_labels_show_later_is_in_the_interval(self):
        spec, now = binary(), narrowed(records(17, 4, rows=800, seed=3))
        made, model = estimated(spec, records(0, 10), records(10, 6, rows=400), muted(now))
        shown = weighted_score(scores(model, now, spec), line_weights(monitored_lines(spec)))
        assert made.estimate.score_interval.low < shown < made.estimate.score_interval.high

    def test_a_harder_mix_is_seen_without_labels(self):
        spec = binary()
        now = muted(narrowed(records(17, 5, rows=800)))
        made, _ = estimated(spec, records(0, 10), records(10, 6, rows=400), now)
        assert made.estimate.relative_drop > 0.1
        assert made.estimate.drop_interval.low > 0

    def test_several_classes(self):
        spec = three_classes()
        parts = [
            streams.with_classes(records(*days, task="regression", rows=200))
            for days in ((0, 10), (10, 5), (17, 3))
        ]
        made, model = estimated(spec, *parts)
        shown = weighted_score(scores(model, parts[2], spec), line_weights(monitored_lines(spec)))
        assert made.estimate.score_interval.low < shown < made.estimate.score_interval.high

    def test_weights_count(self):
        spec = binary(sample_weight="seats")
        parts = [streams.with_weights(records(*days)) for days in ((0, 10), (10, 5), (17, 3))]
        made, _ = estimated(spec, *parts)
        doubled, _ = estimated(spec, parts[0], parts[1], parts[2].assign(seats=parts[2].seats * 2))
        assert made.calibration_rows == int((parts[1]["seats"] > 0).sum())
        assert made.estimate.score == pytest.approx(doubled.estimate.score)

    def test_labels_that_are_there_are_not_looked_at(self):
        spec, now = binary(), records(17, 3)
        known, _ = estimated(spec, records(0, 10), records(10, 5), now)
        wrong, _ = estimated(
            spec, records(0, 10), records(10, 5), now.assign(outcome=1 - now["outcome"])
        )
        assert known == wrong


class TestReasons:
    def test_no_rows(self):
        made, _ = estimated(binary(), records(0, 10), records(10, 5), pd.DataFrame())
        assert made.reason == "no day without labels has rows"
        assert (made.first_day, made.days, made.rows, made.estimate) == (None, 0, 0, None)

    def test_one_class_on_the_test_days(self):
        tested = records(10, 5)
        one = tested[tested["outcome"] == 1].reset_index(drop=True)
        made, _ = estimated(binary(), records(0, 10), one, records(17, 3), version="v2")
        assert made.reason == (
            f"0 of {len(one)} rows to calibrate on are of class 0, fewer than 20"
        )

    def test_no_test_rows_left(self):
        spec = binary()
        train = records(0, 10)
        model = fit(train, labels(train, spec), spec=spec, parameters=PARAMETERS)
        made = estimated_score(
            records(17, 3), pd.DataFrame(), model, [], spec=spec, day=LOOK, version="v1"
        )
        assert made.reason == "0 of 0 rows to calibrate on are of class 0, fewer than 20"

    def test_predictions_that_are_no_numbers(self):
        class Broken:
            def predict_proba(self, inputs):
                return np.full((len(inputs), 2), np.nan)

        made = estimated_score(
            records(17, 1), records(10, 1), Broken(), [], spec=binary(), day=LOOK, version="v1"
        )
        assert made.reason == "200 predictions are NaN or infinite"

    def test_a_slice_that_reads_the_label_is_left_out(self):
        lines = [{"overall": True}, {"where": "outcome > 0.5", "name": "happened"}]
        monitoring = streams.declared()["monitoring"] | {"metric": "neg_log_loss", "slices": lines}
        made, _ = estimated(
            binary(monitoring=monitoring), records(0, 10), records(10, 5), muted(records(17, 3))
        )
        assert [part.name for part in made.estimate.contributions] == ["overall"]
        assert [part.name for part in made.estimate.left_out] == ["happened"]

    def test_days_left_out_are_kept(self):
        gone = {"2024-01-19": "no rows"}
        made, _ = estimated(binary(), records(0, 10), records(10, 5), records(18, 1), left_out=gone)
        assert made.left_out == gone

    def test_what_cannot_be_estimated_at_all(self):
        assert not_estimable(streams.regression_spec()) == "a regression gives no probabilities"
        monitoring = streams.declared()["monitoring"] | {"metric": "map"}
        queries = streams.spec(query_id="search", monitoring=monitoring)
        assert not_estimable(queries).startswith("map cannot be estimated: a query with any")
        assert not_estimable(binary()) == ""


class TestForTriggers:
    @staticmethod
    def stored(made):
        return decode_document(encode_document(document_of(made), "here"), "here")

    def test_a_drop_survives_the_lake(self):
        made, _ = estimated(binary(), records(0, 10), records(10, 5), records(17, 3))
        found, around = estimate_of(self.stored(made)), made.estimate.drop_interval
        assert found == Estimate(
            Drop(
                made.estimate.score,
                made.estimate.reference,
                made.estimate.relative_drop,
                around.standard_error,
                around.degrees_of_freedom,
            ),
            dt.date(2024, 1, 18),
            dt.date(2024, 1, 20),
            300,
        )

    def test_a_drop_without_an_interval(self):
        estimate = ScoreEstimate(0.6, 0.7, 1 / 7, None, None, None, (), ())
        made = EstimatedScore(LOOK, "v1", LOOK, LOOK, 1, 90, 400, {}, estimate)
        found = estimate_of(self.stored(made))
        assert found.drop == Drop(0.6, 0.7, pytest.approx(1 / 7), None, None)

    def test_a_reason_survives_the_lake(self):
        made = EstimatedScore(LOOK, None, reason="no champion yet")
        assert estimate_of(self.stored(made)) == Estimate(None, None, None, 0, "no champion yet")

    def test_a_score_without_a_drop_is_none(self):
        estimate = ScoreEstimate(0.6, 0.0, None, None, None, None, (), (), "too close to 0")
        made = EstimatedScore(LOOK, "v1", LOOK, LOOK, 1, 90, 400, {}, estimate, "too close to 0")
        assert estimate_of(self.stored(made)).drop is None
        assert estimate_of(self.stored(made)).reason == "too close to 0"
