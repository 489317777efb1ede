"""The probe on frames: what a stale champion loses, what a hard week does not show."""

import datetime as dt
from dataclasses import replace
from itertools import count

import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets import staleness_probe as module
from ctml_assets.assets.staleness_probe import Asked, not_made, probe_of, probing, staleness_probe
from ctml_assets.assets.stopwatch import Stopwatch
from ctml_assets.core.drift.significance import critical_value
from ctml_assets.core.probe import probe_days
from ctml_assets.core.records import labels
from ctml_assets.core.spec import StalenessSpec
from ctml_assets.core.training import fit, predict
from ctml_assets.lake import document_of
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day

LOOK, CHANGED = 40, 20
SETTINGS = StalenessSpec(compare_days=4, rows=3000, iterations=20)
MULTICLASS = {
    "task": "multiclass_classification",
    "classes": streams.CLASSES,
    "monitoring": streams.declared()["monitoring"] | {"metric": "neg_log_loss"},
}


def changed_stream(task="binary_classification", **arguments):
    """Return days whose rule changes on day 20."""
    kind = "binary_classification" if task == "binary_classification" else "regression"
    return streams.records_days(LOOK + 1, task=kind, drift_from=day(CHANGED), **arguments)


def spec_of(task="binary_classification", **changes):
    if task == "regression":
        return streams.regression_spec(**changes)
    return streams.spec(**(MULTICLASS if task == "multiclass_classification" else {}), **changes)


def between(records, first, last):
    days = records["ts"].dt.date
    return records[(days >= day(first)) & (days <= day(last))].reset_index(drop=True)


def asked(spec, settings=SETTINGS, watch=None):
    days = probe_days(spec, settings, day(LOOK), trained_to=day(10))
    return Asked(day(LOOK), watch or Stopwatch.start(), days)


def champion_of(records, spec, last=10, first=0):
    known = between(records, first, last)
    parameters = {"alpha": 1.0} if spec.task == "regression" else {"C": 1.0}
    return fit(known, labels(known, spec), spec=spec, parameters=parameters)


def probed(records, champion, spec, *, first=0, settings=SETTINGS, watch=None, **arguments):
    """Probe the last four days, having learned up to the test days."""
    return probing(
        asked(spec, settings, watch),
        between(records, first, LOOK - 4).sample(frac=1, random_state=3),
        between(records, LOOK - 3, LOOK),
        champion,
        spec=spec,
        settings=settings,
        **arguments,
    )


class TestGains:
    @pytest.mark.parametrize(
        "task", ["binary_classification", "multiclass_classification", "regression"]
    )
    def test_a_stale_champion_shows_a_gain_beyond_chance(self, task):
        records, spec = changed_stream(task), spec_of(task)
        if task == "multiclass_classification":
            records = streams.with_classes(records)
        found = probed(records, champion_of(records, spec), spec)
        assert found.reason == ""
        assert found.gain > 0.1
        needed = critical_value(365 / 7, found.degrees_of_freedom)
        assert found.gain / found.standard_error > needed
        assert found.gain_low < found.gain < found.gain_high
        expected = (found.probe_score - found.champion_score) / abs(found.champion_score)
        assert found.gain == pytest.approx(expected)

    def test_it_counts_what_it_used(self):
        records, spec = changed_stream(), spec_of()
        found = probed(records, champion_of(records, spec), spec)
        assert (found.rows, found.compared_rows) == (3000, 400)
        assert (found.learned_to, found.compared_from) == (day(LOOK - 4), day(LOOK - 3))
        assert (found.day, found.compared_to, found.cut) == (day(LOOK), day(LOOK), "")
        assert found.seconds > 0

    def test_its_uncertainty_is_that_of_the_daily_differences(self):
        records = changed_stream("regression")
        lines = {"slices": [{"overall": True}], "min_support": 20, "window_days": 3}
        spec = spec_of("regression", monitoring=lines | {"metric": "neg_mean_absolute_error"})
        champion = champion_of(records, spec)
        found = probed(records, champion, spec)
        sample = between(records, 0, LOOK - 4).sample(frac=1, random_state=3).iloc[:3000]
        probe = fit(sample, labels(sample, spec), spec=spec, parameters={"alpha": 1.0})
        rows = between(records, LOOK - 3, LOOK)
        y = rows["outcome"].to_numpy()
        losses = [np.abs(y - predict(model, rows, spec=spec)) for model in (champion, probe)]
        # the days have a hundred rows each
        base, loss = (it.reshape(4, 100).mean(axis=1) for it in losses)
        ratio = loss.mean() / base.mean()
        assert found.gain == pytest.approx(1 - ratio)
        error = np.std((loss - ratio * base) / base.mean(), ddof=1) / 2
        assert found.standard_error == pytest.approx(error)
        assert found.degrees_of_freedom == pytest.approx(3)

    @pytest.mark.parametrize("seed", range(4))
    def test_a_harder_week_is_no_gain_though_the_score_drops(self, seed):
        records, spec = streams.records_days(LOOK + 1, seed=seed), spec_of()
        champion = champion_of(records, spec, last=25)
        easy = probed(records, champion, spec)
        rng = np.random.default_rng(seed)
        guessed = (rng.random(len(records)) < 0.6) & (records["ts"].dt.date > day(LOOK - 4))
        noise = (rng.random(len(records)) < 0.5).astype(np.float64)
        harder = records.assign(outcome=records["outcome"].mask(guessed, noise))
        hard = probed(harder, champion, spec)
        assert hard.champion_score < easy.champion_score - 0.1
        assert abs(hard.gain) < 0.02
        needed = critical_value(365 / 7, hard.degrees_of_freedom)
        assert not (hard.gain > 0.01 and hard.gain / hard.standard_error > needed)

    def test_a_stale_champion_shows_in_an_easy_week_too(self):
        # stronger signal on the compared days: the score is higher than it ever was
        records, spec = changed_stream(rows=300), spec_of()
        recent = (records["ts"].dt.date > day(LOOK - 4)).to_numpy()
        after = records[list(streams.NUMERIC)].to_numpy() @ [0, 0, 0, 1.0, -1.5, 2.0]
        mixed = records["x1"] * 1.2 + pd.Series(after)
        easy = records.assign(
            outcome=records["outcome"].mask(recent, (mixed > 0).astype(np.float64))
        )
        champion = champion_of(easy, spec)
        found = probed(easy, champion, spec)
        assert found.champion_score > 0.6
        assert found.gain > 0.1

    def test_the_same_again_is_the_same(self):
        records, spec = changed_stream(), spec_of()
        champion = champion_of(records, spec)
        first, second = (probed(records, champion, spec) for _ in range(2))
        assert replace(first, seconds=0, cpu_seconds=0) == replace(second, seconds=0, cpu_seconds=0)

    def test_a_champion_with_inputs_of_its_own_is_asked_for_those(self):
        records, spec = changed_stream(), spec_of()
        fewer = [it for it in streams.FEATURES if it["name"] not in ("x5", "x6")]
        old = spec_of(features=fewer)
        known = between(records, 0, 10)
        champion = fit(known, labels(known, old), spec=old, parameters={"C": 1.0})
        names = tuple(champion.feature_names_in_)
        assert probed(records, champion, spec, features=names).gain > 0.1

    def test_a_feature_that_the_days_to_learn_from_lack_is_missing_there(self):
        records, spec = changed_stream(), spec_of()
        champion = champion_of(records, spec)
        sample = between(records, 0, LOOK - 4).drop(columns=["x6", "segment"])
        found = probing(
            asked(spec),
            sample,
            between(records, LOOK - 3, LOOK),
            champion,
            spec=spec,
            settings=SETTINGS,
        )
        assert found.reason == ""
        assert found.gain is not None


class TestReasons:
    def result(self, sample, compared, champion=None, **changes):
        spec = spec_of(**changes)
        champion = champion or champion_of(changed_stream(), spec_of())
        return probing(asked(spec), sample, compared, champion, spec=spec, settings=SETTINGS)

    def check(self, found, why):
        assert why in found.reason
        numbers = (found.gain, found.standard_error, found.degrees_of_freedom, found.gain_low)
        assert numbers == (None, None, None, None)
        assert found.seconds >= 0

    def test_nothing_to_compare_on(self):
        records = changed_stream()
        found = self.result(records, records.iloc[:0])
        self.check(found, "no labelled row in the compared days")

    @pytest.mark.parametrize("empty", [pd.DataFrame(), changed_stream().iloc[:0]])
    def test_nothing_to_learn_from(self, empty):
        found = self.result(empty, between(changed_stream(), LOOK - 3, LOOK))
        self.check(found, "no labelled row to learn from")
        assert found.compared_rows == 400

    def test_one_class_to_learn_from(self):
        records = changed_stream()
        found = self.result(records.assign(outcome=1.0), between(records, LOOK - 3, LOOK))
        self.check(found, "needs both classes")

    def test_one_class_to_compare_on(self):
        records = changed_stream()
        compared = between(records, LOOK - 3, LOOK).assign(outcome=1.0)
        self.check(self.result(records, compared), "no slice with weight is scored")

    def test_too_few_rows_to_compare_on(self):
        records = changed_stream()
        compared = between(records, LOOK, LOOK).iloc[:19]
        self.check(self.result(records, compared), "19 labelled rows, fewer than 20")

    def test_a_champion_that_wants_columns_that_are_not_there(self):
        records = changed_stream()
        spec = spec_of()
        known = between(records, 0, 10).assign(x9=1.0)
        old = spec_of(features=[*streams.FEATURES, {"name": "x9", "kind": "numeric"}])
        champion = fit(known, labels(known, old), spec=old, parameters={"C": 1.0})
        found = probing(
            asked(spec),
            records,
            between(records, LOOK - 3, LOOK),
            champion,
            spec=spec,
            settings=SETTINGS,
            features=tuple(champion.feature_names_in_),
        )
        self.check(found, "lack the model's columns x9")

    def test_one_compared_day_has_a_gain_and_no_interval(self):
        records, spec = changed_stream(), spec_of()
        found = self.result(
            between(records, 0, LOOK - 4), between(records, LOOK, LOOK), champion_of(records, spec)
        )
        assert found.gain > 0.1
        assert (found.standard_error, found.gain_low, found.reason) == (None, None, "")


def ticking(seconds):
    """Return a clock that goes on by so much each time that it is asked."""
    ticks = count(0)
    return lambda: next(ticks) * seconds


class TestCost:
    def test_a_slow_fit_learns_from_as_many_rows_as_there_is_time_for_and_says_so(self):
        records, spec = changed_stream(), spec_of()
        # start 0; the pilot takes 1 s for 1000 rows, twice: 5 ticks later 2 s are left
        watch = Stopwatch.start(ticking(1.0), ticking(0.5))
        settings = SETTINGS.model_copy(update={"max_probe_seconds": 7.0})
        found = probed(records, champion_of(records, spec), spec, settings=settings, watch=watch)
        assert found.rows == 2000
        assert found.cut == "7 s suffice for 2000 of 3000 rows"
        assert found.gain > 0.1

    def test_where_no_time_is_left_the_pilots_rows_are_learned_from(self):
        records, spec = changed_stream(), spec_of()
        watch = Stopwatch.start(ticking(100.0), ticking(0.5))
        found = probed(records, champion_of(records, spec), spec, watch=watch)
        assert found.rows == 1000
        assert "suffice for 1000 of 3000 rows" in found.cut

    def test_time_enough_changes_nothing(self):
        records, spec = changed_stream(), spec_of()
        champion = champion_of(records, spec)
        quick = probed(records, champion, spec, watch=Stopwatch.start(ticking(1e-6), ticking(0)))
        assert quick.cut == ""
        assert quick.gain == probed(records, champion, spec).gain

    def test_few_rows_need_no_pilot(self, monkeypatch):
        fitted = []
        fit_probe = module.fit_probe
        monkeypatch.setattr(
            module,
            "fit_probe",
            lambda rows, **settings: fitted.append(len(rows)) or fit_probe(rows, **settings),
        )
        records, spec = changed_stream(), spec_of()
        settings = SETTINGS.model_copy(update={"rows": 900})
        assert probed(records, champion_of(records, spec), spec, settings=settings).rows == 900
        assert fitted == [900]

    def test_a_pilot_of_one_class_stands_in_nobodys_way(self):
        records, spec = changed_stream(), spec_of()
        champion = champion_of(records, spec)
        sample = between(records, 0, LOOK - 4).sort_values("outcome", kind="stable")
        found = probing(
            asked(spec),
            sample.iloc[:3000],
            between(records, LOOK - 3, LOOK),
            champion,
            spec=spec,
            settings=SETTINGS,
        )
        assert found.reason == ""
        assert found.rows == 3000

    def test_why_reading_ended_early_is_kept(self):
        records, spec = changed_stream(), spec_of()
        cut = "days up to 2024-01-09 were left unread, for want of time"
        assert probed(records, champion_of(records, spec), spec, cut=cut).cut == cut


def made(number, gain, *, reason=""):
    empty = not_made(Asked(day(number), Stopwatch.start()), reason)
    return replace(empty, gain=gain, standard_error=0.01, degrees_of_freedom=6.0)


class TestADay:
    def test_its_own_probe_is_added_to_the_earlier_ones(self):
        found = staleness_probe(
            day(30),
            "v",
            day(9),
            spec=spec_of(),
            earlier=[made(16, 0.05), made(23, -0.01)],
            made=made(30, 0.03),
        )
        assert found.accumulated_gain == pytest.approx(0.07)
        assert (found.probes, found.probed, found.latest.day) == (3, True, day(30))

    def test_a_day_between_carries_the_latest_on(self):
        found = staleness_probe(
            day(25), "v", day(9), spec=spec_of(), earlier=[made(16, 0.05), made(23, 0.02)]
        )
        assert found.accumulated_gain == pytest.approx(0.07)
        assert (found.probes, found.probed, found.latest.day) == (2, False, day(23))

    def test_a_probe_that_came_to_nothing_is_told_and_adds_nothing(self):
        failed = made(23, None, reason="one class")
        found = staleness_probe(
            day(23), "v", day(9), spec=spec_of(), earlier=[made(16, 0.05)], made=failed
        )
        assert (found.accumulated_gain, found.probes, found.probed) == (0.05, 1, True)
        told = probe_of(_stored(found))
        assert (told.gain, told.reason, told.accumulated) == (None, "one class", 0.05)

    def test_a_look_is_told_of_the_latest(self):
        found = staleness_probe(day(25), "v", day(9), spec=spec_of(), earlier=[made(16, 0.05)])
        told = probe_of(_stored(found))
        assert (told.day, told.gain, told.standard_error) == (day(16), 0.05, 0.01)
        assert (told.degrees_of_freedom, told.accumulated, told.probes) == (6.0, 0.05, 1)

    @pytest.mark.parametrize("champion", [None, "v"])
    def test_before_the_first_a_look_is_told_of_none(self, champion):
        since = None if champion is None else day(9)
        found = staleness_probe(day(12), champion, since, spec=spec_of())
        assert probe_of(_stored(found)) is None
        assert (found.accumulated_gain, found.probes) == (0.0, 0)


def _stored(found):
    plain = document_of(found)

    def text(value):
        if isinstance(value, dict):
            return {name: text(inner) for name, inner in value.items()}
        return value.isoformat() if isinstance(value, dt.date) else value

    return text(plain)
