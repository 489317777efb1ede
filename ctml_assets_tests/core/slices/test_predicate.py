import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.slices import PredicateError, parse_predicate
from ctml_assets.core.slices.predicate import MAX_DEPTH
from ctml_assets.errors import DataError, DeclarationError

FRAME = pd.DataFrame(
    {
        "origin": pd.Series(["JFK", "EWR", None, "LGA"], dtype="str"),
        "dest": pd.Series(["JFK", "BOS", "BOS", None], dtype="str"),
        "hour": [5.0, 17.0, 18.0, np.nan],
        "limit": [6.0, 6.0, 18.0, 6.0],
        "late": [True, False, True, False],
        "air time": [1, 2, 3, 4],
        "in": [1, 0, 1, 0],
    }
)

# no deadline: a busy machine is not a defect
SEEDED = settings(derandomize=True, deadline=None)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("origin == 'JFK'", [0]),
        ('origin == "JFK"', [0]),
        ("'JFK' == origin", [0]),
        ("origin != 'JFK'", [1, 3]),
        ("origin < 'K'", [0, 1]),
        ("origin == dest", [0]),
        ("origin != dest", [1]),
        ("hour > 5", [1, 2]),
        ("hour >= 17 and hour < 18", [1]),
        ("5 >= hour", [0]),
        ("hour == limit", [2]),
        ("hour > -1e1", [0, 1, 2]),
        ("late == true", [0, 2]),
        ("late == false", [1, 3]),
        ("late == 1", [0, 2]),
        ("`air time` <= 2", [0, 1]),
        ("`in` == 1", [0, 2]),
        ("origin in ['JFK', 'LGA']", [0, 3]),
        ("origin not in ['JFK']", [1, 3]),
        ("hour in [5, 17.0]", [0, 1]),
        ("late in [true]", [0, 2]),
        ("origin is missing", [2]),
        ("origin is not missing", [0, 1, 3]),
        ("hour is missing or origin is missing", [2, 3]),
        ("not hour > 5", [0]),
        ("not (origin == 'JFK')", [1, 3]),
        ("not not origin == 'JFK'", [0]),
        ("late == true or late == false and hour > 100", [0, 2]),
        ("(late == true or late == false) and hour > 17", [2]),
        ("not late == true and hour > 0", [1]),
        ("hour > 5 or origin == 'LGA'", [1, 2, 3]),
        ("1 == 1", [0, 1, 2, 3]),
        ("'a' == 'b'", []),
        ("origin=='JFK'and\n\thour>1", [0]),
    ],
)
def test_rows_that_satisfy(text, rows):
    mask = parse_predicate(text).mask(FRAME)
    assert mask.dtype == np.bool_
    assert np.flatnonzero(mask).tolist() == rows


def test_columns_are_those_read():
    text = "origin == dest and not (hour in [1] or `air time` is missing) and 'limit' == 'x'"
    assert parse_predicate(text).columns == {"origin", "dest", "hour", "air time"}


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", 1, "a column, a number"),
        ("   ", 4, "a column, a number"),
        ("origin", 7, "a comparison"),
        ("origin ==", 10, "a column, a number"),
        ("origin = 'JFK'", 8, "a column, a literal, a comparison"),
        ("origin == 'JFK' hour", 17, "and, or, or the end"),
        ("1 < hour < 5", 10, "and, or, or the end"),
        ("hour >> 5", 7, "a column, a number"),
        ("(hour > 5", 10, "and, or, or '\\)'"),
        ("hour > 5)", 9, "and, or, or the end"),
        ("()", 2, "a column, a number"),
        ("hour > 5 and", 13, "a column, a number"),
        ("and hour > 5", 1, "a column, a number"),
        ("hour > 5 AND late == true", 10, "and, or, or the end"),
        ("hour > 5 & late == true", 10, "a column, a literal"),
        ("~late", 1, "a column, a literal"),
        ("late", 5, "a comparison"),
        ("true", 5, "a comparison"),
        ("hour + 1 > 5", 6, "a column, a literal"),
        ("hour in []", 10, "a number, a quoted text"),
        ("hour in [1, 'a']", 13, "a number, true or false, as the list began"),
        ("hour in ['a', 1]", 15, "a quoted text, as the list began"),
        ("hour in [1,]", 12, "a number"),
        ("hour in [1 2]", 12, "',' or ']'"),
        ("hour in [limit]", 10, "a number, a quoted text"),
        ("hour in (1, 2)", 9, "'\\['"),
        ("hour in [1", 11, "',' or ']'"),
        ("hour not == 5", 10, "'in' after 'not'"),
        ("hour is 5", 9, "'missing' or 'not'"),
        ("hour is not 5", 13, "'missing'"),
        ("hour == 1e999", 9, "a finite number"),
        ("hour == " + "9" * 5000, 9, "a finite number"),
        ("hour == -" + "0" * 5000, 9, "a number of at most 1000 digits"),
        ("hour in [1, " + "0" * 5000 + "]", 13, "a number of at most 1000 digits"),
        ("hour == 0x10", 10, "and, or, or the end"),
        ("hour == .5", 9, "a column, a literal"),
        ("origin == `JFK", 11, "closed by another `"),
        ("origin == ``", 11, "closed by another `"),
        ("origin.str == 'a'", 7, "a column, a literal"),
        ("origin.__class__ == 1", 7, "a column, a literal"),
        ("__import__('os').system('true')", 17, "a column, a literal"),
        ("__import__('os')", 11, "a comparison"),
        ("`origin`.values == 1", 9, "a column, a literal"),
        ("'a'.__class__ == 1", 4, "a column, a literal"),
        ("1 .real == 1", 3, "a column, a literal"),
        ("eval('1') == 1", 5, "a comparison"),
        ("`eval`('1') == 1", 7, "a comparison"),
        ("[1 for x in origin] == 1", 1, "a column, a number"),
        ("hour == 5 if late else 1", 11, "and, or, or the end"),
        ("hour := 5", 6, "a column, a literal"),
        ("hour == 5\nimport os", 11, "and, or, or the end"),
        ("hour ** 9 > 1", 6, "a column, a literal"),
        ("origin == 'a' 'b'", 15, "and, or, or the end"),
        ("origin == {hour}", 11, "a column, a literal"),
        ("origin == $HOME", 11, "a column, a literal"),
        ("len(origin) > 1", 4, "a comparison"),
        ("@pd.eval('1') == 1", 1, "a column, a literal"),
        ("origin == f'{1}'", 12, "and, or, or the end"),
        ("hour > 5; late == true", 9, "a column, a literal"),
        ("hour > 5 # late", 10, "a column, a literal"),
        ("(lambda: 1) == 1", 8, "a column, a literal"),
        ("origin[0] == 'J'", 7, "a comparison"),
        ("hour == 5\x00", 10, "a column, a literal"),
        ("(" * 10_000 + "hour > 5" + ")" * 10_000, MAX_DEPTH + 2, "nested at most 50 deep"),
        ("not " * 10_000 + "hour > 5", 4 * (MAX_DEPTH + 1) + 1, "nested at most 50 deep"),
        ("(not " * 10_000, 5 * (MAX_DEPTH // 2) + 2, "nested at most 50 deep"),
        ("'" + "a" * 1_000_000, 1, "closed by another '"),
        ("a" * 1_000_000, 1_000_001, "a comparison"),
        (")" * 100_000, 1, "a column, a number"),
        ("(" * 10_000, MAX_DEPTH + 2, "nested at most 50 deep"),
    ],
)
def test_anything_else_is_refused_where_it_goes_wrong(text, position, expected):
    with pytest.raises(
        PredicateError, match=f"predicate: character {position} must be {expected}"
    ) as caught:
        parse_predicate(text)
    assert caught.value.position == position
    assert isinstance(caught.value, DeclarationError)
    assert len(str(caught.value)) < 500


def test_nesting_up_to_the_limit_is_read():
    text = "(" * MAX_DEPTH + "hour > 5" + ")" * MAX_DEPTH
    assert parse_predicate(text).mask(FRAME).sum() == 2


def test_ten_thousand_terms_side_by_side_are_no_nesting():
    text = " or ".join(["hour == 17"] * 10_000)
    assert np.flatnonzero(parse_predicate(text).mask(FRAME)).tolist() == [1]


def test_a_hundred_thousand_choices_are_read():
    choices = ", ".join(["18"] * 100_000)
    assert np.flatnonzero(parse_predicate(f"hour in [{choices}]").mask(FRAME)).tolist() == [2]


def test_a_megabyte_of_text_is_a_text():
    assert not parse_predicate(f"origin == '{'J' * 1_000_000}'").mask(FRAME).any()


@pytest.mark.parametrize("name", ["__class__", "__builtins__", "index", "values", "T", "shape"])
def test_names_of_python_and_of_frames_are_columns_like_others(name):
    frame = pd.DataFrame({name: [1.0, 2.0]})
    assert parse_predicate(f"{name} > 1").mask(frame).tolist() == [False, True]
    with pytest.raises(DataError, match=f"got '{name}'"):
        parse_predicate(f"{name} > 1").mask(FRAME)


def test_a_column_that_is_absent_is_named_with_those_that_exist():
    with pytest.raises(DataError, match=r"\(origin, dest, .*\), got '__class__'"):
        parse_predicate("__class__ == 1").mask(FRAME)


def test_the_frame_is_not_changed():
    before = FRAME.copy(deep=True)
    parse_predicate("hour > 5 and not origin == 'JFK' or late == true").mask(FRAME)
    pd.testing.assert_frame_equal(FRAME, before)


NUMBER = st.one_of(st.none(), st.integers(-3, 3).map(float))
ATOM = st.sampled_from(["a > 0", "b <= a", "a == 1", "b in [0, 1]", "a != b", "b is missing"])
FORMULA = st.recursive(
    ATOM,
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) and ({pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}) or ({pair[1]})"),
    ),
    max_leaves=6,
)


def kleene(text, a, b):
    """Python's own evaluation of one row, with None for unknown."""
    if text.startswith("not ("):
        inner = kleene(text[5:-1], a, b)
        return None if inner is None else not inner
    if text.startswith("("):
        depths = np.cumsum([(one == "(") - (one == ")") for one in text])
        end = int(np.argmin(depths))
        left = kleene(text[1:end], a, b)
        word, rest = text[end + 2 :].split(" ", 1)
        right = kleene(rest[1:-1], a, b)
        decisive = word == "or"
        if decisive in (left, right):
            return decisive
        return None if None in (left, right) else not decisive
    if text == "b is missing":
        return b is None
    if (a is None and "a" in text) or (b is None and "b" in text):
        return None
    return {
        "a > 0": lambda: a > 0,
        "b <= a": lambda: b <= a,
        "a == 1": lambda: a == 1,
        "b in [0, 1]": lambda: b in (0, 1),
        "a != b": lambda: a != b,
    }[text]()


@SEEDED
@given(text=FORMULA, rows=st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=8))
def test_the_vectorised_mask_is_the_row_by_row_one(text, rows):
    frame = pd.DataFrame(rows, columns=["a", "b"], dtype="float64")
    expected = [kleene(text, a, b) is True for a, b in rows]
    assert parse_predicate(text).mask(frame).tolist() == expected


@SEEDED
@given(st.text(alphabet="ab1 ()[]'\"`=<>!,.-_notinsmrue\n", max_size=30))
def test_any_text_is_read_or_refused_but_never_crashes(text):
    stopped_at = len(text) + 1
    try:
        parse_predicate(text)
    except PredicateError as error:
        stopped_at = error.position
    assert 1 <= stopped_at <= len(text) + 1
