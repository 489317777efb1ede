import pytest

from ctml_assets.declaration.document import UnreadableError, read_document

_BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_a_field_knows_its_line_and_a_missing_one_that_of_its_parent() -> None:
    document = read_document("a:\n  b:\n    - c: 1\n    - d: >\n        text\n      e: 2\nf: 3\n")
    lines = {
        ("a",): 1,
        ("a", "b"): 2,
        ("a", "b", 0, "c"): 3,
        ("a", "b", 1, "d"): 4,
        ("a", "b", 1, "e"): 6,
        ("a", "b", 1, "missing"): 4,
        ("a", "b", 7): 2,
        ("f",): 7,
        ("g",): 1,
    }
    assert {path: document.line(path) for path in lines} == lines


def test_a_merged_field_has_the_line_where_it_stands() -> None:
    document = read_document("base: &b\n  x: 1\nother:\n  <<: *b\n  y: 2\n")
    assert document.data == {"base": {"x": 1}, "other": {"x": 1, "y": 2}}
    assert document.line(("other", "x")) == 2
    assert document.repeated == ()


def test_every_repeated_key_is_told_with_both_lines() -> None:
    document = read_document("a: 1\nb:\n  - {c: 1, c: 2}\na: 3\na: 4\n")
    assert [(line, it.path, it.problem) for line, it in document.repeated] == [
        (3, ("b", 0, "c"), "must be given once, got it on line 3 already"),
        (4, ("a",), "must be given once, got it on line 1 already"),
        (5, ("a",), "must be given once, got it on line 1 already"),
    ]
    assert document.line(("a",)) == 5


def test_keys_stay_text_and_an_impossible_date_too() -> None:
    assert read_document("on: 1\n7: 2\nd: 2013-02-30\n").data == {
        "on": 1,
        "7": 2,
        "d": "2013-02-30",
    }


def test_what_an_anchor_shares_is_copied() -> None:
    data = read_document("a: &x {k: 1}\nb: *x\n").data
    assert isinstance(data, dict)
    assert data["a"] == data["b"]
    assert data["a"] is not data["b"]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: b: c\n", 1, "mapping values are not allowed here"),
        ("a:\n\t- b\n", 2, "found character '\\\\t'"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "expected ',' or ']'"),
        ("a: 1\nb: *nowhere\n", 2, "undefined alias"),
        ("a: 1\nb: {{ env.TOKEN }}\n", 2, "a key must be text"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "python/object/apply:os.system"),
        ('a: "x\\0y"\n', 1, "the character NUL stands"),
        ("a: 1\nb: \x07\n", 2, "must be printable text"),
        ("a: &a [*a]\n", 1, "plain values"),
        (_BOMB, 1, "plain values"),
        ("[" * 5_000, 1, "plain values"),
        ("a: " + "9" * 5_000, 1, "plain values"),
        ("a: 1\n---\nb: 2\n", 3, "one YAML document"),
    ],
)
def test_what_is_no_declaration_is_told_by_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_document(text)
    assert caught.value.line == line
    assert problem.replace("\\\\", "\\") in caught.value.finding.problem
    assert caught.value.finding.remedy
