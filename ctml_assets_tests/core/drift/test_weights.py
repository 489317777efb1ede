import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.drift.weights import LineWeight, line_weights, shares, weighted_score
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError, DeclarationError

# no deadline: a busy machine is not a defect
SEEDED = settings(derandomize=True, deadline=None)


def scored(name, score, support=100):
    why = "" if score is not None else "few"
    return SliceScore(name.partition("=")[0], name, support, score, why)


def equally(**weights):
    return {name: LineWeight(weight) for name, weight in weights.items()}


SCORES = [scored("overall", 0.9), scored("a=1", 0.5), scored("a=2", None), scored("a=3", 0.7)]


def test_line_weights_are_by_group():
    lines = [
        SliceSpec(overall=True, weight=2),
        SliceSpec(column="origin", weight=0),
        SliceSpec(where="hour > 5", name="late"),
        SliceSpec(columns=["origin", "carrier"], weight_by="support"),
    ]
    assert line_weights(lines) == {
        "overall": LineWeight(2.0, "equal"),
        "origin": LineWeight(0.0, "equal"),
        "late": LineWeight(1.0, "equal"),
        "origin, carrier": LineWeight(1.0, "support"),
    }


def test_the_scored_slices_of_a_line_share_its_weight():
    # the mean of a is 0.6, and 0.675 lies a quarter of the way from it to 0.9 = overall
    assert weighted_score(SCORES, equally(overall=1, a=3)) == pytest.approx(0.675, abs=1e-15)


def test_a_line_shared_by_support_is_a_mean_over_the_rows_of_its_scored_slices():
    scores = [scored("a=1", 0.5, 30), scored("a=2", None, 1000), scored("a=3", 0.7, 10)]
    # (30 x 0.5 + 10 x 0.7) / 40
    assert weighted_score(scores, {"a": LineWeight(3, "support")}) == pytest.approx(0.55)
    both = [*scores, scored("overall", 0.75, 2000)]
    weights = {"a": LineWeight(3, "support"), "overall": LineWeight(1, "support")}
    # 3/4 x 0.55 + 1/4 x 0.75: the support is compared within a line, not between lines
    assert weighted_score(both, weights) == pytest.approx(0.6)


def test_a_line_without_a_scored_slice_is_left_out():
    scores = [scored("overall", 0.9), scored("a=1", None)]
    assert weighted_score(scores, equally(overall=1, a=3)) == 0.9


@pytest.mark.parametrize("weights", [equally(overall=0, a=1), equally(a=1)])
def test_weight_zero_and_no_weight_do_not_count(weights):
    assert weighted_score(SCORES, weights) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("scores", "weights"),
    [
        ([], equally(overall=1)),
        ([scored("overall", None)], equally(overall=1)),
        (SCORES, equally(overall=0, a=0)),
        (SCORES, {}),
        ([scored("a=1", 0.5, 0)], {"a": LineWeight(1, "support")}),
    ],
)
def test_nothing_that_counts_gives_none(scores, weights):
    assert weighted_score(scores, weights) is None


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
def test_a_weight_out_of_range_is_refused(bad):
    with pytest.raises(DeclarationError, match="slices of 'a': weight must be finite and >= 0"):
        weighted_score(SCORES, equally(overall=1, a=bad))


def test_an_unknown_way_to_share_is_refused():
    with pytest.raises(DeclarationError, match="'a': weight_by must be equal or support, got 'x'"):
        shares(["a"], [1], {"a": LineWeight(1, "x")})


def test_a_negative_support_is_refused_where_it_counts():
    weights = {"a": LineWeight(1, "support"), "b": LineWeight(1)}
    with pytest.raises(DataError, match="slices of 'a': support must be >= 0, got -1"):
        shares(["a", "a"], [-1, 5], weights)
    assert shares(["b"], [-1], weights) == [1]


def test_groups_and_supports_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        shares(["a", "a"], [1], equally(a=1))


def test_huge_and_tiny_weights_neither_overflow_nor_vanish():
    assert shares(["a", "b"], [1, 9], equally(a=1.7e308, b=1.7e308)) == [0.5, 0.5]
    assert shares(["a", "b"], [1, 9], equally(a=5e-324, b=5e-324)) == [0.5, 0.5]


def test_a_line_shared_by_no_support_leaves_its_weight_to_the_others():
    weights = {"a": LineWeight(100, "support"), "b": LineWeight(1, "support")}
    assert shares(["a", "b", "b"], [0, 1, 3], weights) == [0, 0.25, 0.75]


WEIGHTS = st.builds(LineWeight, st.floats(1e-6, 1e6), st.sampled_from(["equal", "support"]))
SLICES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 10**9)), min_size=1, max_size=12)


@SEEDED
@given(SLICES, st.fixed_dictionaries(dict.fromkeys("abc", WEIGHTS)))
def test_shares_sum_to_one_and_follow_the_lines_weights_and_within_them_the_support(
    slices, weights
):
    parts = shares([name for name, _ in slices], [rows for _, rows in slices], weights)
    assert math.fsum(parts) == pytest.approx(1, abs=1e-12)
    present = {name for name, _ in slices}
    total = sum(weights[name].weight for name in present)
    for name in present:
        own = [
            (part, rows) for part, (group, rows) in zip(parts, slices, strict=True) if group == name
        ]
        of_line = math.fsum(part for part, _ in own)
        assert of_line == pytest.approx(weights[name].weight / total, rel=1e-9)
        by_support = weights[name].by == "support"
        measure = sum(rows for _, rows in own) if by_support else len(own)
        for part, rows in own:
            expected = of_line * (rows if by_support else 1) / measure
            assert part == pytest.approx(expected, rel=1e-9)


@SEEDED
@given(SLICES, st.fixed_dictionaries(dict.fromkeys("abc", WEIGHTS)), st.sampled_from([2, 1024, 7]))
def test_the_scale_of_weights_and_of_supports_changes_nothing(slices, weights, factor):
    groups, rows = [name for name, _ in slices], [rows for _, rows in slices]
    scaled = {name: LineWeight(line.weight * factor, line.by) for name, line in weights.items()}
    once = shares(groups, rows, weights)
    assert shares(groups, rows, scaled) == pytest.approx(once, rel=1e-12)
    assert shares(groups, [n * factor for n in rows], weights) == pytest.approx(once, rel=1e-12)
