import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ctml_assets.assets import monitoring
from ctml_assets.core.drift import Verdict
from ctml_assets.core.training import fit, predict
from ctml_assets.errors import DataError
from ctml_assets_tests import streams
from ctml_assets_tests.assets.promotions import record_of

SPEC = streams.spec()
TRAINED, DRIFT = 8, 14
DRIFT_FROM = streams.START + dt.timedelta(days=DRIFT)
STREAM = streams.records_days(20, drift_from=DRIFT_FROM)


def day(number: int) -> dt.date:
    return streams.START + dt.timedelta(days=number)


def days(frame):
    return sorted(frame["ts"].dt.date.unique())


@pytest.fixture(scope="module")
def champion():
    """Fitted on days 0 to 7."""
    known = STREAM[STREAM["ts"] < pd.Timestamp(day(TRAINED))]
    return fit(known, known["outcome"].to_numpy(), spec=SPEC, parameters={"C": 1.0})


@pytest.fixture(scope="module")
def served(champion):
    """Promoted with its scores on days 8 to 10 as the reference."""
    dataset = monitoring.drift_dataset(STREAM, champion, spec=SPEC, day=day(10))
    scores = monitoring.slice_scores(dataset, record_of(()), spec=SPEC)
    now = monitoring.from_table(scores).now
    return record_of(now, as_of=day(7))


def drift_on(number, champion, served, frame=STREAM, spec=SPEC):
    dataset = monitoring.drift_dataset(frame, champion, spec=spec, day=day(number))
    scores = monitoring.slice_scores(dataset, served, spec=spec)
    return monitoring.drift_score(scores, spec=spec)


class TestRecords:
    def test_good_and_bad_rows_are_told_apart(self):
        raw = streams.raw_day(day(0))
        raw.loc[3, "x1"] = np.inf
        prepared = monitoring.records(raw, spec=SPEC, day=day(0))
        assert (len(prepared.good), len(prepared.bad), prepared.labelled) == (99, 1, 99)

    def test_missing_columns_are_refused(self):
        with pytest.raises(DataError, match="stream: columns must include outcome"):
            monitoring.records(
                streams.raw_day(day(0)).drop(columns="outcome"), spec=SPEC, day=day(0)
            )


class TestDriftDataset:
    def test_it_holds_the_windows_days_and_no_others(self, champion):
        dataset = monitoring.drift_dataset(STREAM, champion, spec=SPEC, day=day(10))
        assert days(dataset) == [day(8), day(9), day(10)]
        assert len(dataset) == 300

    def test_predictions_are_the_champions(self, champion):
        dataset = monitoring.drift_dataset(STREAM, champion, spec=SPEC, day=day(10))
        np.testing.assert_array_equal(dataset["prediction"], predict(champion, dataset, spec=SPEC))

    def test_rows_without_a_label_are_left_out(self, champion):
        frame = STREAM.copy()
        frame.loc[frame.index % 3 == 0, "outcome"] = np.nan
        dataset = monitoring.drift_dataset(frame, champion, spec=SPEC, day=day(10))
        assert len(dataset) == 200
        assert dataset["outcome"].notna().all()
        assert dataset.index.tolist() == list(range(200))

    def test_a_day_without_records_is_not_judged_by_the_days_before_it(self, champion):
        frame = STREAM[STREAM["ts"].dt.date != day(10)]
        dataset = monitoring.drift_dataset(frame, champion, spec=SPEC, day=day(10))
        assert len(dataset) == 0
        assert [*dataset.columns] == [*STREAM.columns, "prediction"]
        assert dataset["prediction"].dtype == np.float64

    def test_a_gap_before_the_day_leaves_the_others(self, champion):
        frame = STREAM[STREAM["ts"].dt.date != day(9)]
        dataset = monitoring.drift_dataset(frame, champion, spec=SPEC, day=day(10))
        assert days(dataset) == [day(8), day(10)]

    def test_without_a_champion_the_predictions_are_missing(self):
        dataset = monitoring.drift_dataset(STREAM, None, spec=SPEC, day=day(10))
        assert len(dataset) == 300
        assert dataset["prediction"].isna().all()

    def test_the_first_moment_of_the_window_belongs_to_it_and_the_one_before_does_not(self):
        frame = STREAM.iloc[:4].assign(
            ts=pd.to_datetime(
                [
                    "2024-01-08 23:59:59",
                    "2024-01-09 00:00:00",
                    "2024-01-11 23:59:59",
                    "2024-01-12 00:00:00",
                ]
            )
        )
        dataset = monitoring.drift_dataset(frame, None, spec=SPEC, day=day(10))
        assert dataset["row_id"].tolist() == frame["row_id"].tolist()[1:3]

    def test_inputs_are_not_mutated_and_row_order_is_irrelevant(self, champion, served):
        before = STREAM.copy(deep=True)
        shuffled = STREAM.sample(frac=1, random_state=4)
        assert drift_on(12, champion, served, shuffled).score == pytest.approx(
            drift_on(12, champion, served).score, rel=1e-12
        )
        pd.testing.assert_frame_equal(before, STREAM)


class TestSliceScores:
    def test_every_slice_is_scored_as_scikit_learn_does(self, champion, served):
        dataset = monitoring.drift_dataset(STREAM, champion, spec=SPEC, day=day(12))
        scores = monitoring.slice_scores(dataset, served, spec=SPEC).set_index("slice")
        assert scores.index.tolist() == ["overall", "segment=a", "segment=b", "segment=c"]
        for name in ("a", "b", "c"):
            part = dataset[dataset["segment"] == name]
            row = scores.loc[f"segment={name}"]
            assert row["support"] == len(part)
            assert row["score"] == pytest.approx(roc_auc_score(part["outcome"], part["prediction"]))
        assert set(scores["champion"]) == {served.version}

    def test_a_slice_that_is_gone_stands_there_with_the_reference_it_had(self, champion, served):
        frame = STREAM[STREAM["segment"] != "c"]
        dataset = monitoring.drift_dataset(frame, champion, spec=SPEC, day=day(12))
        gone = (
            monitoring.slice_scores(dataset, served, spec=SPEC).set_index("slice").loc["segment=c"]
        )
        assert (gone["support"], gone["reason"]) == (0, "no row today")
        assert np.isnan(gone["score"])
        assert np.isfinite(gone["reference"])

    def test_without_a_champion_supports_are_counted_and_the_reason_told(self):
        dataset = monitoring.drift_dataset(STREAM, None, spec=SPEC, day=day(10))
        scores = monitoring.slice_scores(dataset, None, spec=SPEC)
        assert scores["support"].iloc[0] == 300
        assert scores["support"].iloc[1:].sum() == 300
        assert scores["score"].isna().all()
        assert set(scores["reason"]) == {"no champion yet"}
        assert scores["champion"].isna().all()


class TestDriftScore:
    def test_a_champion_against_itself_has_no_drift(self, champion, served):
        result = drift_on(10, champion, served)
        assert result.verdict is Verdict.OK
        assert result.score == result.reference
        assert result.relative_drop == 0
        assert {part.drop for part in result.contributions} == {0.0}

    def test_drift_is_seen_and_explained(self, champion, served):
        result = drift_on(16, champion, served)
        assert result.verdict is Verdict.DEGRADED
        assert result.relative_drop > 0.3
        assert sum(part.drop for part in result.contributions) == pytest.approx(
            result.reference - result.score
        )

    def test_it_is_the_weighted_mean_of_the_slices(self, champion, served):
        lines = [{"overall": True, "weight": 3}, {"column": "segment", "weight": 1}]
        spec = streams.spec(monitoring=streams.declared()["monitoring"] | {"slices": lines})
        dataset = monitoring.drift_dataset(STREAM, champion, spec=spec, day=day(12))
        scores = monitoring.slice_scores(dataset, served, spec=spec)["score"]
        expected = 0.75 * scores[0] + 0.25 * scores[1:].mean()
        assert drift_on(12, champion, served, spec=spec).score == pytest.approx(expected)

    def test_a_day_without_records_is_unknown(self, champion, served):
        result = drift_on(10, champion, served, STREAM[STREAM["ts"].dt.date != day(10)])
        assert result.verdict is Verdict.UNKNOWN
        assert (result.score, result.relative_drop) == (None, None)
        assert "0 labelled rows, fewer than 20" in result.reason

    def test_a_window_without_labels_is_unknown(self, champion, served):
        result = drift_on(12, champion, served, STREAM.assign(outcome=np.nan))
        assert (result.verdict, result.score) == (Verdict.UNKNOWN, None)

    def test_a_window_of_one_class_is_unknown(self, champion, served):
        result = drift_on(12, champion, served, STREAM.assign(outcome=1.0))
        assert (result.verdict, result.score) == (Verdict.UNKNOWN, None)

    def test_a_slice_of_one_class_is_left_out_by_name(self, champion, served):
        frame = STREAM.copy()
        frame.loc[frame["segment"] == "b", "outcome"] = 0.0
        result = drift_on(12, champion, served, frame)
        assert np.isfinite(result.score)
        assert [left.name for left in result.left_out] == ["segment=b"]

    def test_without_a_champion_it_is_unknown(self):
        result = drift_on(12, None, None)
        assert (result.verdict, result.reason) == (Verdict.UNKNOWN, "no champion yet")


def test_what_is_still_to_be_inferred_is_refused():
    terse = streams.spec(monitoring={})
    with pytest.raises(DataError, match="stream: slices are neither declared nor inferred yet"):
        monitoring.monitored_lines(terse)
    with pytest.raises(DataError, match="stream: metric is neither declared nor inferred yet"):
        monitoring.metric_name(terse)
