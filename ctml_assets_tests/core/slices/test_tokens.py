import pickle

import pytest

from ctml_assets.core.slices.tokens import PredicateError, tokenize


def test_every_kind_of_token_and_its_position():
    tokens = tokenize("`air time`>=-1.5e2 and x in ['a', \"b'c\"]")
    assert [(token.kind, token.text, token.position) for token in tokens] == [
        ("column", "air time", 1),
        ("operator", ">=", 11),
        ("number", "-1.5e2", 13),
        ("keyword", "and", 20),
        ("column", "x", 24),
        ("keyword", "in", 26),
        ("mark", "[", 29),
        ("text", "a", 30),
        ("mark", ",", 33),
        ("text", "b'c", 35),
        ("mark", "]", 40),
        ("end", "", 41),
    ]


def test_keywords_in_backticks_and_in_other_case_are_columns():
    assert [token.kind for token in tokenize("`in` AND in")] == [
        "column",
        "column",
        "keyword",
        "end",
    ]


def test_letters_of_any_script_make_a_column():
    assert tokenize("größe_2")[0].text == "größe_2"


def test_an_open_quote_is_reported_where_it_opens():
    with pytest.raises(PredicateError, match="character 6 must be closed by another '") as caught:
        tokenize("a == 'JFK")
    assert caught.value.position == 6


def test_the_error_survives_a_process_boundary():
    error = PredicateError("text", 7)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes, made one line above
    assert (str(again), again.position) == ("text", 7)
