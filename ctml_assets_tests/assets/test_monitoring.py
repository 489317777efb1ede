import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ctml_assets.assets import monitoring
from ctml_assets.core.drift import Verdict, merge
from ctml_assets.core.metrics import get_metric
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


def of_monitoring(**changes):
    return streams.spec(monitoring=streams.declared()["monitoring"] | changes)


def days(frame):
    return sorted(frame["ts"].dt.date.unique())


def records_of(number, frame=STREAM):
    return frame[frame["ts"].dt.date == day(number)]


def dataset_of(number, model, frame=STREAM, spec=SPEC):
    return monitoring.drift_dataset(records_of(number, frame), model, spec=spec)


def statistics_of(number, model, frame=STREAM, spec=SPEC):
    dataset = dataset_of(number, model, frame, spec)
    return monitoring.slice_statistics(dataset, spec=spec, day=day(number))


def window_of(number, model, frame=STREAM, spec=SPEC):
    """Return the statistics of a day and of the two before it."""
    window = {}
    for at in (number - 2, number - 1, number):
        window |= statistics_of(at, model, frame, spec)
    return window


def scores_of(number, model, served, frame=STREAM, spec=SPEC):
    window = window_of(number, model, frame, spec)
    return monitoring.slice_scores(window, served, spec=spec)


def rows_of(number, model, frame=STREAM):
    """Return the rows that a window is made of, with their predictions."""
    inside = frame["ts"].dt.date.between(day(number - 2), day(number))
    return frame[inside].assign(prediction=predict(model, frame[inside], spec=SPEC))


@pytest.fixture(scope="module")
def champion():
    """Fitted on days 0 to 7."""
    known = STREAM[STREAM["ts"] < pd.Timestamp(day(TRAINED))]
    return fit(known, known["outcome"].to_numpy(), spec=SPEC, parameters={"C": 1.0})


@pytest.fixture(scope="module")
def served(champion):
    """Promoted with its scores on days 8 to 10 as the reference."""
    now = monitoring.from_table(scores_of(10, champion, record_of(()))).now
    return record_of(now, as_of=day(7))


def drift_on(number, champion, served, frame=STREAM, spec=SPEC):
    scores = scores_of(number, champion, served, frame, spec)
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
    def test_predictions_are_the_champions(self, champion):
        dataset = dataset_of(10, champion)
        assert len(dataset) == 100
        np.testing.assert_array_equal(dataset["prediction"], predict(champion, dataset, spec=SPEC))

    def test_rows_without_a_label_are_left_out(self, champion):
        frame = STREAM.copy()
        frame.loc[frame.index % 4 == 0, "outcome"] = np.nan
        dataset = dataset_of(10, champion, frame)
        assert len(dataset) == 75
        assert dataset["outcome"].notna().all()
        assert dataset.index.tolist() == list(range(75))

    def test_labels_that_came_after_the_days_own_look_are_as_good_as_missing(self, champion):
        spec = streams.spec(label_time="told", label_delay_days=2)
        # the look at day 10 is at the end of day 12
        told = [day(12), day(13)] * (len(STREAM) // 2)
        frame = STREAM.assign(told=pd.to_datetime(pd.Series(told, STREAM.index)))
        dataset = dataset_of(10, champion, frame, spec)
        expected = dataset_of(10, champion)[::2].reset_index(drop=True)
        pd.testing.assert_frame_equal(dataset.drop(columns="told"), expected)

    def test_a_day_without_records_has_no_rows_and_the_same_columns(self, champion):
        dataset = dataset_of(10, champion, STREAM[STREAM["ts"].dt.date != day(10)])
        assert len(dataset) == 0
        pd.testing.assert_series_equal(dataset.dtypes, dataset_of(10, champion).dtypes)

    def test_without_a_champion_the_predictions_are_missing(self):
        dataset = dataset_of(10, None)
        assert len(dataset) == 100
        assert dataset["prediction"].isna().all()
        assert dataset["prediction"].dtype == np.float64

    def test_inputs_are_not_mutated_and_row_order_is_irrelevant(self, champion, served):
        before = STREAM.copy(deep=True)
        shuffled = STREAM.sample(frac=1, random_state=4)
        assert drift_on(12, champion, served, shuffled).score == pytest.approx(
            drift_on(12, champion, served).score, rel=1e-12
        )
        pd.testing.assert_frame_equal(before, STREAM)


class TestSliceStatistics:
    def test_a_day_is_one_cluster(self, champion):
        assert list(statistics_of(10, champion)) == ["2024-01-11"]

    def test_a_window_of_one_day_is_clustered_by_groups_of_its_rows(self, champion):
        spec = of_monitoring(window_days=1)
        groups = statistics_of(10, champion, spec=spec)
        assert sorted(groups) == [f"2024-01-11/{group:02d}" for group in range(100)]
        lines = spec.monitoring.slices
        (whole,) = statistics_of(10, champion).values()
        again = merge(list(groups.values()), lines=lines, metric=get_metric("roc_auc"))
        for found, wanted in zip(again, whole, strict=True):
            assert found.names == wanted.names
            np.testing.assert_array_equal(found.support, wanted.support)
            for name, held in wanted.statistic.columns().items():
                np.testing.assert_equal(found.statistic.columns()[name], held)

    @pytest.mark.parametrize("window_days", [1, 3])
    def test_the_order_of_the_rows_plays_no_part(self, champion, window_days):
        spec = of_monitoring(window_days=window_days, min_support=1)
        shuffled = STREAM.sample(frac=1, random_state=4)
        found, wanted = (
            monitoring.slice_scores(
                statistics_of(10, champion, frame, spec), record_of(()), spec=spec
            )
            for frame in (shuffled, STREAM)
        )
        pd.testing.assert_frame_equal(found, wanted)

    def test_without_predictions_rows_are_counted(self):
        (overall, segment), *_ = statistics_of(10, None).values()
        assert (overall.statistic, segment.statistic) == (None, None)
        assert overall.support.tolist() == [100]
        assert segment.support.sum() == 100

    @pytest.mark.parametrize("window_days", [1, 3])
    def test_a_day_without_rows_has_no_support(self, champion, window_days):
        spec = of_monitoring(window_days=window_days)
        (overall, segment), *others = statistics_of(10, champion, STREAM.iloc[:0], spec).values()
        assert others == []
        assert (overall.support.tolist(), segment.names) == ([0], ())

    @pytest.mark.parametrize("window_days", [1, 3])
    def test_a_day_without_rows_before_the_first_champion_says_that_there_is_none(
        self, window_days
    ):
        spec = of_monitoring(window_days=window_days)
        window = statistics_of(10, None, STREAM.iloc[:0], spec)
        scores = monitoring.slice_scores(window, None, spec=spec)
        assert monitoring.drift_score(scores, spec=spec).reason == "no champion yet"


class TestSliceScores:
    def test_every_slice_is_scored_as_scikit_learn_does(self, champion, served):
        rows = rows_of(12, champion)
        assert days(rows) == [day(10), day(11), day(12)]
        scores = scores_of(12, champion, served).set_index("slice")
        assert scores.index.tolist() == ["overall", "segment=a", "segment=b", "segment=c"]
        for name in scores.index:
            part = rows if name == "overall" else rows[rows["segment"] == name[-1]]
            assert scores.loc[name, "support"] == len(part)
            assert scores.loc[name, "score"] == pytest.approx(
                roc_auc_score(part["outcome"], part["prediction"]), abs=1e-12
            )
        assert set(scores["champion"]) == {served.version}

    def test_the_influence_of_a_day_is_what_its_rows_do_to_the_score(self, champion, served):
        rows, step = rows_of(12, champion), 1e-6
        overall = monitoring.from_table(scores_of(12, champion, served)).now[0]
        assert list(overall.influence) == [str(day(n)) for n in (10, 11, 12)]
        for label, pull in overall.influence.items():
            weight = 1.0 + step * (rows["ts"].dt.date.astype(str) == label)
            moved = roc_auc_score(rows["outcome"], rows["prediction"], sample_weight=weight)
            assert pull == pytest.approx((moved - overall.score) / step, abs=1e-4)

    def test_a_slice_that_is_gone_stands_there_with_the_reference_it_had(self, champion, served):
        frame = STREAM[STREAM["segment"] != "c"]
        gone = scores_of(12, champion, served, frame).set_index("slice").loc["segment=c"]
        assert (gone["support"], gone["reason"]) == (0, "no row today")
        assert np.isnan(gone["score"])
        assert np.isfinite(gone["reference"])

    def test_without_a_champion_supports_are_counted_and_the_reason_told(self):
        scores = scores_of(10, None, None)
        assert scores["support"].iloc[0] == 300
        assert scores["support"].iloc[1:].sum() == 300
        assert scores["score"].isna().all()
        assert set(scores["reason"]) == {"no champion yet"}
        assert scores["champion"].isna().all()

    def test_what_hinders_the_champion_is_the_reason(self, served):
        window = window_of(10, None)
        scores = monitoring.slice_scores(window, served, spec=SPEC, problem="it is damaged")
        assert set(scores["reason"]) == {"it is damaged"}
        assert scores["support"].iloc[0] == 300
        assert monitoring.drift_score(scores, spec=SPEC).reason == "it is damaged"

    def test_a_blocked_day_scores_nothing_and_says_why(self, champion, served):
        window = window_of(10, champion)
        scores = monitoring.slice_scores(window, served, spec=SPEC, blocked="too few labels")
        assert scores["slice"].tolist() == ["overall", "segment"]
        assert (set(scores["support"]), set(scores["reason"])) == ({0}, {"too few labels"})
        table = monitoring.from_table(scores)
        assert (table.blocked, table.champion) == ("too few labels", served.version)
        result = monitoring.drift_score(scores, spec=SPEC)
        assert (result.verdict, result.score) == (Verdict.UNKNOWN, None)
        assert result.reason == "too few labels"

    def test_a_blocked_day_before_the_first_champion_says_why_too(self):
        table = monitoring.from_table(monitoring.slice_scores({}, None, spec=SPEC, blocked="bad"))
        assert (table.blocked, table.champion) == ("bad", None)

    def test_a_window_without_a_single_statistic_has_only_what_the_reference_had(self, served):
        scores = monitoring.slice_scores({}, served, spec=SPEC)
        assert scores["slice"].tolist() == [part.name for part in served.reference]
        assert set(scores["reason"]) == {"no row today"}


class TestMixChanges:
    def mix_of(self, number, champion, served, frame=STREAM, spec=SPEC):
        return monitoring.mix_changes(window_of(number, champion, frame, spec), served, spec=spec)

    def test_it_adds_up_to_the_drop_of_the_overall_score(self, champion, served):
        (split,) = self.mix_of(16, champion, served)
        now, then = scores_of(16, champion, served)["score"][0], served.reference[0].score
        assert split.group == "segment"
        assert split.drop == pytest.approx(then - now, abs=1e-12)
        assert split.mix + split.within == pytest.approx(split.drop, abs=1e-12)
        assert split.covered == 1

    def test_of_means_it_is_kitagawas_split(self, champion):
        spec = of_monitoring(metric="accuracy", min_support=1)
        first = scores_of(10, champion, record_of((), spec=spec), spec=spec)
        served = record_of(monitoring.from_table(first).now, spec=spec)
        frame = STREAM[(STREAM["segment"] != "a") | (STREAM.index % 3 == 0)]
        (split,) = self.mix_of(16, champion, served, frame, spec)
        _, *now = monitoring.from_table(scores_of(16, champion, served, frame, spec)).now
        rows_now, rows_then = (
            np.array([part.support for part in side], dtype=float)
            for side in (now, served.reference[1:])
        )
        shares_now, shares_then = rows_now / rows_now.sum(), rows_then / rows_then.sum()
        values_now = np.array([part.score for part in now])
        values_then = np.array([part.score for part in served.reference[1:]])
        assert split.mix == pytest.approx(((shares_then - shares_now) * values_now).sum())
        assert split.within == pytest.approx((shares_then * (values_then - values_now)).sum())
        assert abs(split.mix) > 1e-3

    def test_there_is_none_without_something_to_compare_with(self, champion, served):
        assert self.mix_of(10, None, None) == ()
        assert self.mix_of(10, None, served) == ()
        assert monitoring.mix_changes({}, served, spec=SPEC) == ()
        otherwise = of_monitoring(metric="accuracy")
        assert self.mix_of(10, champion, served, spec=otherwise) == ()


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
        scores = scores_of(12, champion, served, spec=spec)["score"]
        expected = 0.75 * scores[0] + 0.25 * scores[1:].mean()
        assert drift_on(12, champion, served, spec=spec).score == pytest.approx(expected)

    def test_a_window_without_records_is_unknown(self, champion, served):
        result = drift_on(12, champion, served, STREAM.iloc[:0])
        assert result.verdict is Verdict.UNKNOWN
        assert (result.score, result.relative_drop) == (None, None)
        assert "0 labelled rows, fewer than 20" in result.reason

    def test_both_intervals_hold_their_centre_and_are_of_the_windows_days(self, champion, served):
        result = drift_on(16, champion, served)
        for around, centre in (
            (result.score_interval, result.score),
            (result.drop_interval, result.relative_drop),
        ):
            assert around.low < centre < around.high
            assert around.low + around.high == pytest.approx(2 * centre)
        # days 14 to 16 are not among the reference's days 8 to 10
        assert result.score_interval.degrees_of_freedom == 2
        assert 2 <= result.drop_interval.degrees_of_freedom <= 4

    def test_a_champion_against_itself_is_sure_to_have_no_drift(self, champion, served):
        around = drift_on(10, champion, served).drop_interval
        assert around.standard_error == pytest.approx(0, abs=1e-12)

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
