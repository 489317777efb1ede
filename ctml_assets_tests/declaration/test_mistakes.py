from pathlib import Path

from ctml_assets.declaration import DeclarationMistakes, Mistake


def _mistake(line: int, path: str = "attributes.name") -> Mistake:
    return Mistake(Path("m/defs.yaml"), line, path, "must be text, got 7", "put it in quotes")


def test_a_mistake_is_one_line_that_editors_can_jump_to() -> None:
    assert str(_mistake(3)) == (
        "m/defs.yaml:3: attributes.name: must be text, got 7; put it in quotes"
    )
    assert str(_mistake(1, "")) == "m/defs.yaml:1: must be text, got 7; put it in quotes"


def test_mistakes_are_told_by_line_as_numbers_not_as_text() -> None:
    error = DeclarationMistakes([_mistake(10), _mistake(9), _mistake(100)])
    assert [it.line for it in error.mistakes] == [9, 10, 100]
    assert [line.split(":")[1] for line in str(error).splitlines()] == ["9", "10", "100"]
