import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctml_assets.core.estimators import Choices, FloatRange, IntRange, lies_in
from ctml_assets.errors import DeclarationError

SEEDED = settings(derandomize=True, deadline=None)
SPACE = {
    "rate": FloatRange(0.01, 1.0, log=True),
    "leaves": IntRange(7, 63),
    "kind": Choices(("sqrt", None, 1, True)),
}


@pytest.mark.parametrize("kind", [FloatRange, IntRange])
@pytest.mark.parametrize(
    ("low", "high", "log", "problem"),
    [
        (3, 1, False, "low must be below high, both finite, got 3 and 1"),
        (2, 2, False, "got 2 and 2"),
        (math.nan, 1, False, "got nan and 1"),
        (1, math.nan, False, "got 1 and nan"),
        (1, math.inf, False, "got 1 and inf"),
        (0, 1, True, "low must be > 0 on a log scale, got 0; raise it or remove log"),
        (-1, 1, True, "got -1"),
    ],
)
def test_a_range_that_is_none_is_refused(kind, low, high, log, problem):
    with pytest.raises(DeclarationError, match=problem):
        kind(low, high, log)


def test_choices_are_one_or_more():
    with pytest.raises(DeclarationError, match="choices must be one or more values, got none"):
        Choices(())
    assert Choices((None,)).middle() is None


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("rate", [0.01, 0.5, 1, 1.0], [0.009, 1.1, math.nan, math.inf, True, None, "0.5", 10**400]),
        ("leaves", [7, 63, 20], [6, 64, 20.5, math.nan, math.inf, True, None, "20", 10**400]),
        ("kind", ["sqrt", None, 1, True], ["log2", 1.0, 0, False, "None"]),
    ],
)
def test_a_dimension_contains_what_may_be_tried(name, inside, outside):
    assert [value for value in inside if not SPACE[name].contains(value)] == []
    assert [value for value in outside if SPACE[name].contains(value)] == []


def test_parameters_lie_in_a_space_if_every_dimension_has_a_value_of_it():
    sound = {"rate": 0.5, "leaves": 7, "kind": None}
    assert lies_in(sound, SPACE)
    assert lies_in(sound | {"other": "thing"}, SPACE)
    assert lies_in({}, {})
    for name in SPACE:
        assert not lies_in({other: it for other, it in sound.items() if other != name}, SPACE)
        assert not lies_in(sound | {name: math.nan}, SPACE)


@pytest.mark.parametrize(
    ("dimension", "middle"),
    [
        (FloatRange(1.0, 4.0), 2.5),
        (FloatRange(1.0, 4.0, log=True), 2.0),
        (FloatRange(-3.0, 1.0), -1.0),
        (IntRange(1, 4), 2),
        (IntRange(-4, -1), -3),
        (IntRange(1, 16, log=True), 4),
        (IntRange(1, 2, log=True), 1),
        (Choices(("b", "a")), "b"),
    ],
)
def test_the_middle_is_on_the_scale_of_the_dimension(dimension, middle):
    assert dimension.middle() == pytest.approx(middle)


# as a declaration may have them, and the smallest that there are
POSITIVE = st.floats(min_value=5e-324, max_value=1e15)
ANY = st.floats(min_value=-1e15, max_value=1e15)
WHOLE = st.integers(-(10**15), 10**15)


@SEEDED
@example([5.0, math.nextafter(5.0, 6.0)])
@example([1e-200, 1e-180])
@given(st.lists(POSITIVE, min_size=2, max_size=2, unique=True).map(sorted))
def test_the_middle_of_a_log_range_may_be_tried(ends):
    dimension = FloatRange(*ends, log=True)
    assert dimension.contains(dimension.middle())


@SEEDED
@given(st.lists(ANY, min_size=2, max_size=2, unique=True).map(sorted))
def test_the_middle_of_a_range_may_be_tried(ends):
    dimension = FloatRange(*ends)
    assert dimension.contains(dimension.middle())


@SEEDED
@given(st.lists(WHOLE, min_size=2, max_size=2, unique=True).map(sorted), st.booleans())
def test_the_middle_of_whole_numbers_is_one_that_may_be_tried(ends, log):
    if log and ends[0] <= 0:
        return
    dimension = IntRange(*ends, log=log)
    assert dimension.contains(dimension.middle())
    assert type(dimension.middle()) is int
