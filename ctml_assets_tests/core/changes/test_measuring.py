"""What holds for every measure, and how much of an effect is chance."""

import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets.data_change import CLASSIFIER
from ctml_assets.core.changes import MEASURES, measure_columns
from ctml_assets.core.triggers.data_change import COUNTS
from ctml_assets_tests.core.changes.pairs import KINDS, drawn

NUMERIC_ONLY = {"wasserstein", "ks"}
SYMMETRIC = {"psi", "jensen_shannon", "ks"}
EVERY = pytest.mark.parametrize("measure", list(MEASURES))


def measured(old, new, kinds=None, min_values=1):
    return measure_columns(old, new, kinds or KINDS, min_values=min_values)


def shifted(frame):
    """Return the frame with every column changed, but for the ids, which never repeat."""
    return frame.assign(
        normal=frame["normal"] + 1,
        skewed=frame["skewed"] * 3,
        zeros=frame["zeros"].where(frame["zeros"] > 0, 2.0),
        hour=frame["hour"] % 6,
        gappy=frame["gappy"] * 2 + 1,
        segment=frame["segment"].replace({"a": "new"}),
        place=frame["place"].replace({"p1": "p2"}),
    )


@pytest.fixture(scope="module")
def frames():
    rng = np.random.default_rng(4)
    return drawn(3000, rng), drawn(700, rng)


def test_the_trigger_knows_what_counts_of_each():
    assert {*COUNTS} == {*MEASURES, CLASSIFIER}
    assert all(name == measure.name for name, measure in MEASURES.items())


@EVERY
class TestLaws:
    def test_a_column_against_itself_has_not_moved(self, measure, frames):
        old, _ = frames
        assert measured(old, old)[measure].values() == pytest.approx(
            [0.0] * len(measured(old, old)[measure]), abs=1e-7
        )

    def test_rows_twice_over_are_the_same_distribution(self, measure, frames):
        old, new = frames
        twice = pd.concat([new, new], ignore_index=True)
        assert measured(old, twice)[measure] == pytest.approx(measured(old, new)[measure])

    def test_row_order_is_irrelevant(self, measure, frames):
        old, new = frames
        mixed = old.sample(frac=1, random_state=1), new.sample(frac=1, random_state=2)
        assert measured(*mixed)[measure] == pytest.approx(measured(old, new)[measure])

    def test_inputs_are_not_mutated(self, measure, frames):
        old, new = frames
        before = old.copy(deep=True), new.copy(deep=True)
        measured(old, new)
        pd.testing.assert_frame_equal(old, before[0])
        pd.testing.assert_frame_equal(new, before[1])

    def test_effects_are_finite_not_negative_and_of_the_columns_it_is_made_for(
        self, measure, frames
    ):
        old, new = frames
        effects = measured(old, shifted(new))[measure]
        assert all(np.isfinite(effect) and effect >= 0 for effect in effects.values())
        numeric = {name for name, kind in KINDS.items() if kind == "numeric"}
        assert {*effects} == (numeric if measure in NUMERIC_ONLY else {*KINDS})

    def test_every_changed_column_counts_and_no_other(self, measure, frames):
        old, new = frames
        effects = measured(old, shifted(new))[measure]
        assert {name for name, effect in effects.items() if effect >= COUNTS[measure]} == {
            *effects
        } - {"id"}
        same = measured(old, new)[measure]
        assert max(same.values()) < COUNTS[measure]

    def test_a_column_of_missing_values_never_gives_a_number_of_no_meaning(self, measure, frames):
        old, new = frames
        nothing = new.assign(normal=np.nan, segment=pd.Series(np.nan, new.index, dtype="str"))
        effects = measured(old, nothing)[measure]
        if measure in NUMERIC_ONLY:
            assert "normal" not in effects
        else:
            assert min(effects["normal"], effects["segment"]) >= COUNTS[measure]
        both = measured(nothing, nothing)[measure]
        assert both.get("normal", 0.0) == both.get("segment", 0.0) == 0.0

    def test_no_rows_have_no_effects(self, measure, frames):
        old, new = frames
        assert measured(old, new[:0])[measure] == {}
        assert measured(old[:0], new)[measure] == {}


@pytest.mark.parametrize("measure", sorted(SYMMETRIC))
def test_swapping_the_sides_changes_nothing_where_bins_are_the_same(measure):
    rng = np.random.default_rng(3)
    # seven values of more than a tenth each, which either side has
    old, new = (pd.DataFrame({"x": rng.integers(0, 7, 700).astype(float)}) for _ in "ab")
    there, back = (
        measured(one, other, {"x": "numeric"})[measure]["x"]
        for one, other in ((old, new), (new, old))
    )
    assert there == pytest.approx(back)


@pytest.fixture(scope="module", params=[20_000, 500])
def stable(request):
    """Draw samples and windows of the least rows from one distribution; return all effects."""
    rng = np.random.default_rng([7, request.param])
    found = []
    for _ in range(4):
        old = drawn(request.param, rng)
        found += [measured(old, drawn(500, rng)) for _ in range(10)]
    return found


@pytest.mark.slow
@EVERY
def test_a_stable_window_of_the_least_rows_never_counts_as_changed(measure, stable):
    # min_rows is 500; one column would not be enough to fire, and none counts
    effects = [effect for it in stable for effect in it[measure].values()]
    assert len(effects) == 40 * (5 if measure in NUMERIC_ONLY else 8)
    assert max(effects) < COUNTS[measure]


@pytest.mark.slow
def test_chance_is_as_large_as_the_docstrings_say():
    rng = np.random.default_rng(11)
    old = drawn(20_000, rng)
    found = [measured(old, drawn(500, rng), {"normal": "numeric"}) for _ in range(100)]
    mean = {name: np.mean([it[name]["normal"] for it in found]) for name in MEASURES}
    expected = {"psi": 0.02, "jensen_shannon": 0.06, "wasserstein": 0.06, "ks": 0.04}
    assert mean == pytest.approx(expected, abs=0.006)
