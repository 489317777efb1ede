import pytest

from ctml_assets.components import load_models
from ctml_assets_tests.declaration.files import FIVE_LINES, write


@pytest.fixture
def declare(tmp_path):
    def made(folder, name, *more):
        (tmp_path / folder).mkdir()
        attributes = FIVE_LINES.replace("flight_delays", name) + "".join(more)
        return write(tmp_path / folder, attributes)

    return made


def test_models_come_in_the_order_of_their_folders(tmp_path, declare):
    declare("b", "first")
    declare("a", "second")
    models = load_models(tmp_path)
    assert [spec.name for spec in models.specs] == ["second", "first"]
    assert models.broken == ()


def test_an_empty_or_absent_folder_holds_no_models(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        models = load_models(folder)
        assert (models.specs, models.broken) == ((), ())


def test_folders_without_a_declaration_are_passed_over(tmp_path, declare):
    declare("one", "one")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "readme.md").write_text("no declaration")
    assert [spec.name for spec in load_models(tmp_path).specs] == ["one"]


def test_broken_declarations_of_different_kinds_stop_no_sound_one(tmp_path, declare):
    declare("sound", "sound")
    declare("unknown_field", "unknown_field", "tresholds: 3\n")
    (declare("syntax", "syntax")).write_text("type: [never closed")
    (declare("bytes", "bytes")).write_bytes(b"type: \xff\xfe")
    (declare("no_file", "no_file")).unlink()
    (tmp_path / "no_file" / "defs.yaml").mkdir()
    models = load_models(tmp_path)
    assert [spec.name for spec in models.specs] == ["sound"]
    problems = {it.folder: it.problem for it in models.broken}
    assert sorted(problems) == ["bytes", "no_file", "syntax", "unknown_field"]
    assert f"{tmp_path}/unknown_field/defs.yaml:8: " in problems["unknown_field"]
    assert "tresholds" in problems["unknown_field"]
    assert "must be text in UTF-8" in problems["bytes"]
    assert "must be a readable file" in problems["no_file"]


def test_every_mistake_of_a_declaration_is_told(tmp_path, declare):
    declare("one", "one", "tresholds: 3\n", "label_delay_days: -1\n", "max_bad_rows: lots\n")
    (broken,) = load_models(tmp_path).broken
    for field in ("tresholds", "label_delay_days", "max_bad_rows"):
        assert field in broken.problem


def test_declarations_that_share_a_name_are_all_broken_and_name_each_other(tmp_path, declare):
    declare("copy", "flights")
    declare("flights", "flights")
    declare("third", "flights")
    declare("sound", "sound")
    models = load_models(tmp_path)
    assert [spec.name for spec in models.specs] == ["sound"]
    problems = {it.folder: it.problem for it in models.broken}
    assert sorted(problems) == ["copy", "flights", "third"]
    for folder, other in (("copy", "flights"), ("flights", "copy"), ("third", "copy")):
        assert problems[folder].startswith(f"{tmp_path}/{folder}/defs.yaml:3: ")
        assert "must differ from model to model, got 'flights'" in problems[folder]
        assert f"{tmp_path}/{other}/defs.yaml" in problems[folder]


def test_a_declaration_is_found_at_any_depth_and_behind_a_link(tmp_path, declare):
    (tmp_path / "team").mkdir()
    declare("team/one", "one")
    root = tmp_path / "root"
    root.mkdir()
    (root / "team").mkdir()
    (tmp_path / "team" / "one").rename(root / "team" / "one")
    (root / "linked").symlink_to(declare("elsewhere", "other").parent)
    assert sorted(spec.name for spec in load_models(root).specs) == ["one", "other"]


def test_a_yaml_file_of_another_name_is_told_to_be_renamed(tmp_path, declare):
    declare("sound", "sound")
    declare("misnamed", "misnamed").rename(tmp_path / "misnamed" / "defs.yml")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "rentals.yaml").write_text("")
    (tmp_path / "top.yml").write_text("")
    (tmp_path / ".hidden.yaml").write_text("")
    models = load_models(tmp_path)
    assert [spec.name for spec in models.specs] == ["sound"]
    assert [it.folder for it in models.broken] == ["deep/er", "misnamed", tmp_path.name]
    assert models.broken[1].name == "misnamed"
    assert models.broken[1].problem == (
        f"{tmp_path}/misnamed/defs.yml:1: must be named defs.yaml to be read, got 'defs.yml'; "
        "rename it to defs.yaml in a folder of its own"
    )


def test_the_name_in_a_broken_declaration_is_known_whatever_its_folder_is_called(tmp_path, declare):
    declare("folder", "flights", "tresholds: 3\n")
    (broken,) = load_models(tmp_path).broken
    assert (broken.folder, broken.name) == ("folder", "flights")
