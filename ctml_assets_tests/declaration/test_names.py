from pathlib import Path

from ctml_assets.declaration import check_names, read_declaration
from ctml_assets_tests.declaration.files import FIVE_LINES, extended, write


def _declared(folder: Path, text: str) -> Path:
    folder.mkdir()
    return write(folder, text)


def test_two_models_of_one_name_are_told_in_the_later_file(tmp_path: Path) -> None:
    second = _declared(tmp_path / "b", extended("name: flight_delays", without="name"))
    first = _declared(tmp_path / "a", FIVE_LINES)
    other = _declared(tmp_path / "c", FIVE_LINES.replace("flight_delays", "other"))
    files = [second, other, first]
    (mistake,) = check_names((read_declaration(file), file) for file in files)
    assert str(mistake) == (
        f"{second}:7: attributes.name: must differ from model to model, got 'flight_delays', "
        f"which {first} has already; rename one of the two"
    )


def test_models_of_different_names_are_fine(tmp_path: Path) -> None:
    file = _declared(tmp_path / "a", FIVE_LINES)
    assert check_names([(read_declaration(file), file)]) == []


def test_a_file_that_vanished_meanwhile_still_has_its_mistake(tmp_path: Path) -> None:
    file = _declared(tmp_path / "a", FIVE_LINES)
    spec = read_declaration(file)
    file.unlink()
    (mistake,) = check_names([(spec, file), (spec, tmp_path / "z.yaml")])
    assert (mistake.file, mistake.line) == (tmp_path / "z.yaml", 1)
