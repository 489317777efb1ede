"""What holds of every trigger, whatever it looks at."""

from dataclasses import MISSING, fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.spec import ConditionSpec
from ctml_assets.core.triggers import TRIGGERS, Answered, Look
from ctml_assets_tests.core.triggers.evidence import looks
from ctml_assets_tests.core.triggers.looks import (
    SERVING,
    after,
    changes,
    drop,
    look,
    probe,
    trained,
)

SEEDED = settings(derandomize=True, deadline=None, max_examples=60)
WORSE = st.floats(0, 0.5)
# By trigger: settings, and the parts of a look that it goes by. What is not among them must not
# change its answer; without them it must not fire.
SETTINGS = {
    "performance": [{}, {"max_drop": 0.2, "consecutive": 3}, {"slice": "segment=b"}],
    "staleness": [{}, {"accumulated_gain": None, "min_gain": 0.01}],
    "max_age": [{"days": 28}],
    "reference_floor": [{}, {"share": 0.5}],
    "change_point": [{}, {"method": "page_hinkley", "allowance": 0.2}],
    "data_change": [{}, {"measure": "classifier"}, {"measure": "psi", "features": ["x1"]}],
    "label_free": [{}, {"max_drop": 0.2}],
    "interval": [{"days": 28}],
    "volume": [{"rows": 1000}],
}
EVIDENCE = {
    "performance": {"drop", "slices", "since_rejection", "slices_since_rejection", "earlier"},
    "staleness": {"probe"},
    "max_age": {"score"},
    "reference_floor": {"reference", "best_reference"},
    "change_point": {"residuals"},
    "data_change": {"changes"},
    "label_free": {"estimate"},
    "interval": set(),
    "volume": {"new_rows"},
}
CASES = [(name, settings) for name, several in SETTINGS.items() for settings in several]
IDS = [f"{name}{at}" for at, (name, _) in enumerate(CASES)]
every_trigger = pytest.mark.parametrize(("name", "given_settings"), CASES, ids=IDS)


def _ask(name, given_settings, seen, state=SERVING):
    condition = ConditionSpec.model_validate({name: given_settings})
    return TRIGGERS[name].ask(getattr(condition, name), seen, state)


def _without(seen, names):
    absent = {
        it.name: it.default if it.default is not MISSING else it.default_factory()
        for it in fields(Look)
        if it.name in names
    }
    return replace(seen, **absent)


def test_the_family_is_what_can_be_declared():
    assert [*TRIGGERS, "any", "all"] == list(ConditionSpec.model_fields)
    assert set(TRIGGERS) == set(SETTINGS) == set(EVIDENCE)
    assert all(trigger.name == name for name, trigger in TRIGGERS.items())


@every_trigger
def test_every_answer_has_a_reason_and_the_triggers_name(name, given_settings):
    @SEEDED
    @given(looks())
    def holds(seen):
        answer = _ask(name, given_settings, seen)
        assert answer.answered in set(Answered)
        assert answer.trigger == name
        assert answer.reason
        assert answer.fired is (answer.answered is Answered.YES)
        assert ("not evaluable" in answer.reason) is (answer.answered is Answered.UNKNOWN)

    holds()


@every_trigger
def test_no_trigger_fires_without_its_evidence(name, given_settings):
    @SEEDED
    @given(looks())
    def holds(seen):
        answer = _ask(name, given_settings, _without(seen, EVIDENCE[name]))
        if EVIDENCE[name]:
            assert not answer.fired
        # a probe that is not due yet is the one thing whose absence says no
        if EVIDENCE[name] - {"probe"}:
            assert answer.answered is Answered.UNKNOWN

    holds()


@every_trigger
def test_other_evidence_changes_no_answer(name, given_settings):
    others = {it.name for it in fields(Look)} - EVIDENCE[name] - {"day", "verdict", "reason"}

    @SEEDED
    @given(looks())
    def holds(seen):
        alone = _without(seen, others)
        assert (
            _ask(name, given_settings, alone).answered is _ask(name, given_settings, seen).answered
        )

    holds()


@every_trigger
def test_the_same_look_gives_the_same_answer_after_it_was_stored(name, given_settings):
    @SEEDED
    @given(looks())
    def holds(seen):
        stored = Look.from_document(seen.as_document())
        assert _ask(name, given_settings, stored) == _ask(name, given_settings, seen)

    holds()


def _fires_on_more(name, given_settings, before, more):
    return _ask(name, given_settings, more).fired or not _ask(name, given_settings, before).fired


@SEEDED
@given(share=st.floats(0, 0.5), worse=WORSE, error=st.floats(0, 0.2))
def test_a_larger_drop_never_stops_a_trigger(share, worse, error):
    before, more = (look(drop=drop(it, error)) for it in (share, share + worse))
    assert _fires_on_more("performance", {}, before, more)


@SEEDED
@given(share=st.floats(0, 0.5), error=st.floats(0, 0.2), surer=st.floats(0, 1))
def test_a_surer_drop_never_stops_a_trigger(share, error, surer):
    before, more = (look(drop=drop(share, it)) for it in (error, error * surer))
    assert _fires_on_more("performance", {}, before, more)


@SEEDED
@given(gain=st.floats(-0.5, 0.5), accumulated=st.floats(0, 1), more=WORSE)
def test_a_larger_gain_never_stops_the_probe(gain, accumulated, more):
    before = look(probe=probe(gain, accumulated))
    for larger in (probe(gain + more, accumulated), probe(gain, accumulated + more)):
        assert _fires_on_more("staleness", {}, before, look(probe=larger))


@SEEDED
@given(
    residuals=st.lists(st.floats(-3, 3), min_size=1, max_size=30),
    worse=st.floats(0, 5),
    method=st.sampled_from(["cusum", "page_hinkley"]),
)
def test_a_worse_last_day_never_stops_a_change_point(residuals, worse, method):
    *before, last = residuals
    pair = (look(residuals=(*before, it)) for it in (last, last + worse))
    assert _fires_on_more("change_point", {"method": method, "allowance": 0.1}, *pair)


@SEEDED
@given(effect=st.floats(0, 1), more=WORSE)
def test_more_change_never_stops_a_trigger(effect, more):
    pair = (look(changes=changes(x1=it, x2=0.0)) for it in (effect, effect + more))
    assert _fires_on_more("data_change", {}, *pair)


@SEEDED
@given(rows=st.integers(0, 2000), more=st.integers(0, 2000))
def test_more_rows_never_stop_a_trigger(rows, more):
    pair = (look(new_rows=it) for it in (rows, rows + more))
    assert _fires_on_more("volume", {"rows": 1000}, *pair)


@pytest.mark.parametrize("name", ["max_age", "interval"])
@SEEDED
@given(age=st.integers(1, 60), more=st.integers(0, 60))
def test_time_never_stops_a_clock(name, age, more):
    pair = (look(after(it)) for it in (age, age + more))
    assert _fires_on_more(name, {"days": 28}, *pair)


@pytest.mark.parametrize("name", ["max_age", "interval"])
def test_a_training_sets_a_clock_back(name):
    assert _ask(name, {"days": 28}, look(after(28))).fired
    assert not _ask(name, {"days": 28}, look(after(28)), trained(1)).fired


@SEEDED
@given(reference=st.floats(-1, 1), worse=WORSE, best=st.floats(-1, 1))
def test_a_lower_reference_never_stops_the_floor(reference, worse, best):
    pair = (look(reference=it, best_reference=best) for it in (reference, reference - worse))
    assert _fires_on_more("reference_floor", {}, *pair)
