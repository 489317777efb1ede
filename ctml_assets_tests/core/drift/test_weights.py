import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.drift import SliceScore, line_weights, weighted_score
from ctml_assets.core.drift.weights import shares
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DeclarationError

# no deadline: a busy machine is not a defect
SEEDED = settings(derandomize=True, deadline=None)


def scored(name, score):
    return SliceScore(name.partition("=")[0], name, 100, score, "" if score is not None else "few")


SCORES = [scored("overall", 0.9), scored("a=1", 0.5), scored("a=2", None), scored("a=3", 0.7)]


def test_line_weights_are_by_group():
    lines = [
        SliceSpec(overall=True, weight=2),
        SliceSpec(column="origin", weight=0),
        SliceSpec(where="hour > 5", name="late"),
    ]
    assert line_weights(lines) == {"overall": 2.0, "origin": 0.0, "late": 1.0}


def test_the_scored_slices_of_a_line_share_its_weight():
    # the mean of a is 0.6, and 0.675 lies a quarter of the way from it to 0.9 = overall
    assert weighted_score(SCORES, {"overall": 1, "a": 3}) == pytest.approx(0.675, abs=1e-15)


def test_a_line_without_a_scored_slice_is_left_out():
    scores = [scored("overall", 0.9), scored("a=1", None)]
    assert weighted_score(scores, {"overall": 1, "a": 3}) == 0.9


@pytest.mark.parametrize("weights", [{"overall": 0, "a": 1}, {"a": 1}])
def test_weight_zero_and_no_weight_do_not_count(weights):
    assert weighted_score(SCORES, weights) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("scores", "weights"),
    [
        ([], {"overall": 1}),
        ([scored("overall", None)], {"overall": 1}),
        (SCORES, {"overall": 0, "a": 0}),
        (SCORES, {}),
    ],
)
def test_nothing_that_counts_gives_none(scores, weights):
    assert weighted_score(scores, weights) is None


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
def test_a_weight_out_of_range_is_refused(bad):
    with pytest.raises(DeclarationError, match="slices of 'a': weight must be finite and >= 0"):
        weighted_score(SCORES, {"overall": 1, "a": bad})


def test_huge_and_tiny_weights_neither_overflow_nor_vanish():
    assert shares(["a", "b"], {"a": 1.7e308, "b": 1.7e308}) == [0.5, 0.5]
    assert shares(["a", "b"], {"a": 5e-324, "b": 5e-324}) == [0.5, 0.5]


@SEEDED
@given(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=12),
    st.fixed_dictionaries({name: st.floats(1e-6, 1e6) for name in "abc"}),
)
def test_shares_sum_to_one_and_follow_the_lines_weights(groups, weights):
    parts = shares(groups, weights)
    assert math.fsum(parts) == pytest.approx(1, abs=1e-12)
    total = sum(weights[group] for group in set(groups))
    for name in set(groups):
        of_line = math.fsum(p for p, group in zip(parts, groups, strict=True) if group == name)
        assert of_line == pytest.approx(weights[name] / total, rel=1e-9)
