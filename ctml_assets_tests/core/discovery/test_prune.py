import numpy as np
import pytest

from ctml_assets.core.discovery.feature import Feature, Part
from ctml_assets.core.discovery.prune import without_shadows
from ctml_assets.core.discovery.significant import Significant
from ctml_assets.core.discovery.tally import Losses

ROWS = 1000
RNG = np.random.default_rng(0)
NOISE = RNG.normal(size=ROWS)
FIRST = np.arange(ROWS) < 200


def feature(name, inside):
    return Feature((Part(name, f"{name} == 1"),), np.where(inside, 0, 1).astype(np.uint8))


def significant(number):
    return Significant(((number, 0),), (Part(f"f{number}", ""),), 0, 0, 0, 0, 0, 0, limit=1e-4)


def kept(loss, *masks, min_support=50, days=None):
    features = [feature(f"f{number}", mask) for number, mask in enumerate(masks)]
    found = [significant(number) for number in range(len(masks))]
    losses = Losses(loss, days, 1 if days is None else int(days.max()) + 1)
    walked = without_shadows(found, features, losses, min_support=min_support)
    return [slice_.name for slice_ in walked]


def test_the_same_rows_are_kept_once():
    assert kept(NOISE + 2 * FIRST, FIRST, FIRST) == ["f0"]


def test_a_larger_slice_that_is_bad_only_by_the_smaller_is_a_shadow():
    assert kept(NOISE + 2 * FIRST, FIRST, np.arange(ROWS) < 400) == ["f0"]


def test_a_larger_slice_that_is_bad_elsewhere_too_is_kept():
    larger = np.arange(ROWS) < 400
    assert kept(NOISE + FIRST + larger, FIRST, larger) == ["f0", "f1"]


def test_two_slices_apart_are_both_kept():
    last = np.arange(ROWS) >= 800
    assert kept(NOISE + 2 * FIRST + last, FIRST, last) == ["f0", "f1"]


@pytest.mark.parametrize(("min_support", "names"), [(100, ["f0", "f1"]), (101, ["f0"])])
def test_rows_that_are_left_must_be_enough(min_support, names):
    larger = np.arange(ROWS) < 300
    assert kept(NOISE + 2 * larger, FIRST, larger, min_support=min_support) == names


def test_a_rest_on_one_day_tells_nothing_by_day():
    larger = np.arange(ROWS) < 300
    days = np.where(FIRST, np.arange(ROWS) % 10, 0)
    days[300:] = np.arange(700) % 10
    loss = NOISE + 2 * larger
    assert kept(loss, FIRST, larger) == ["f0", "f1"]
    assert kept(loss, FIRST, larger, days=days) == ["f0"]
