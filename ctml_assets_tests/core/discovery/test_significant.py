import numpy as np
import pytest

from ctml_assets.core.discovery.compare import Comparison
from ctml_assets.core.discovery.feature import Feature, Part
from ctml_assets.core.discovery.search import Candidates
from ctml_assets.core.discovery.significant import choose_significant
from ctml_assets.core.discovery.tally import Tally

PARTS = tuple(Part(f"p{code}", f"x == {code}") for code in range(3))
FEATURES = [Feature(PARTS, np.zeros(0, np.uint8))] * 2


def batch(features, p_values, excess=1.0):
    count = len(p_values)
    codes = np.array([[code] * len(features) for code in range(count)]).reshape(
        count, len(features)
    )
    tally = Tally(np.full((count, 1), 100.0), np.full((count, 1), 50.0), np.full(count, 80.0))
    errors = np.full(count, 0.01)
    outside = Comparison(np.full(count, excess), errors, np.full(count, 99.0))
    return Candidates(features, codes, tally, outside, np.array(p_values))


def test_the_level_is_shared_by_kinds_and_by_candidates():
    batches = [batch((0,), [0.012, 0.013]), batch((0, 1), [0.008, 0.0084, 1.0])]
    found = choose_significant(batches, FEATURES, 0.05)
    # 0.05 / 2 / 2 = 0.0125 and 0.05 / 2 / 3 = 0.00833
    assert {slice_.name: slice_.p_value for slice_ in found} == pytest.approx(
        {"p0": 0.012 * 4, "p0 and p0": 0.008 * 6}
    )


def test_one_kind_has_the_level_alone():
    found = choose_significant([batch((0,), [0.024, 0.026])], FEATURES, 0.05)
    assert [slice_.name for slice_ in found] == ["p0"]


def test_candidates_counted_later_count_as_well():
    batches = [batch((0,), [0.02]), batch((1,), [1.0, 1.0])]
    assert choose_significant(batches, FEATURES, 0.05) == []


def test_the_largest_sure_excess_comes_first():
    batches = [batch((0,), [1e-9], excess=1.0), batch((1,), [1e-5], excess=2.0)]
    found = choose_significant(batches, FEATURES, 0.05)
    assert [slice_.excess for slice_ in found] == [2, 1]


def test_equals_are_ordered_by_their_number_of_features_and_name():
    same = [batch((0, 1), [1e-9, 1e-9]), batch((0,), [1e-9, 1e-9])]
    for entry in same:
        entry.outside.standard_error[:] = 0.0
    names = [slice_.name for slice_ in choose_significant(same, FEATURES, 0.05)]
    assert names == ["p0", "p1", "p0 and p0", "p1 and p1"]


def test_no_candidates():
    assert choose_significant([], FEATURES, 0.05) == []
    assert choose_significant([batch((0,), [])], FEATURES, 0.05) == []
