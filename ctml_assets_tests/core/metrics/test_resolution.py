import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.metrics.resolution import EXACT, LADDER, rounded
from ctml_assets_tests.core.metrics.cases import NASTY_NUMBERS, NASTY_PROBABILITIES, SEEDED

PROBABILITY = st.one_of(st.sampled_from(NASTY_PROBABILITIES), st.floats(0, 1))
SCORE = st.one_of(
    PROBABILITY,
    PROBABILITY.map(lambda p: 1 - p),
    st.sampled_from(NASTY_NUMBERS),
    st.floats(-1e3, 1e3),
    st.floats(allow_nan=False, allow_infinity=False),
)
BITS = st.integers(0, EXACT)
SMALLEST_NORMAL = float(np.finfo(np.float64).smallest_normal)


def one(score, bits):
    return float(rounded(np.array([score]), bits)[0])


@SEEDED
@given(a=SCORE, b=SCORE, bits=BITS)
def test_order_is_kept(a, b, bits):
    low, high = sorted((a, b))
    assert one(low, bits) <= one(high, bits)


@SEEDED
@given(score=SCORE, first=BITS, second=BITS)
def test_rounding_in_steps_is_rounding_at_once(score, first, second):
    fewest = min(first, second)
    assert one(one(score, first), second) == one(score, fewest)
    assert one(one(score, fewest), fewest) == one(score, fewest)


@SEEDED
@given(p=PROBABILITY, bits=BITS)
def test_probabilities_stay_so_and_near_both_ends(p, bits):
    coarse = one(p, bits)
    assert 0 <= coarse <= 1
    end = p if p <= 0.5 else 1 - p
    kept = coarse if p <= 0.5 else 1 - coarse
    assert kept <= end
    # numbers below the smallest normal one have fewer significant bits
    assert end - kept <= max(2.0**-bits * end, SMALLEST_NORMAL)


@pytest.mark.parametrize("bits", LADDER[1:])
def test_so_many_values_lie_between_a_probability_and_twice_it(bits):
    p = np.linspace(0.125, 0.25, 2**14, endpoint=False)
    for scores in (p, np.nextafter(1 - p, 0)):
        assert len(np.unique(rounded(scores, bits))) == min(2**bits, len(p))


def test_all_bits_change_nothing():
    scores = np.random.default_rng(0).normal(size=100)
    assert rounded(scores, EXACT).tolist() == scores.tolist()
    assert rounded(np.array([0.0, 1.0, 0.5, 2.0]), 0).tolist() == [0.0, 1.0, 0.5, 2.0]


def test_the_ladder_descends_from_exact():
    assert LADDER[0] == EXACT
    assert list(LADDER) == sorted(set(LADDER), reverse=True)
