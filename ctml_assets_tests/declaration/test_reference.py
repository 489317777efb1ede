import json
from pathlib import Path

from ctml_assets.core.spec import ModelSpec, TriggerSpec
from ctml_assets.core.triggers import TRIGGERS
from ctml_assets.declaration.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "declaration.md"


def test_the_page_in_the_docs_is_the_one_that_the_code_makes():
    assert PAGE.read_text() == reference(), "run python -m ctml_assets.declaration.reference"


def test_every_field_of_a_model_is_on_the_page():
    page = reference()
    for name, field in ModelSpec.model_fields.items():
        assert f"| `{name}` |" in page
        assert (field.description or "?") in page.replace("\\|", "|")


def test_each_part_has_one_table_however_deep_conditions_go():
    titles = [line for line in reference().splitlines() if line.startswith("## ")]
    assert len(set(titles)) == len(titles)
    of_triggers = [title.strip("# `").removeprefix("attributes.triggers") for title in titles]
    parts = ["", ".when[]", *(f".when[].{name}" for name in TRIGGERS)]
    assert [it for it in of_triggers if not it.startswith("attributes")] == parts


def test_the_default_triggers_are_shown_as_one_would_write_them():
    (row,) = [line for line in reference().splitlines() if line.startswith("| `when` ")]
    shown = json.loads(row.split("|")[3].strip(" `"))
    assert TriggerSpec(when=shown) == TriggerSpec()
    assert {"staleness": {}} in shown


def test_the_class_stands_under_the_name_that_a_declaration_writes():
    page = reference()
    assert "| `class` | text | none |" in page
    assert "class_path" not in page


def test_mappings_are_shown_with_what_they_hold():
    page = reference()
    assert "## `attributes.retraining.estimator.space.<parameter>`" in page
    (row,) = [line for line in page.splitlines() if line.startswith("| `parameters` ")]
    assert row.split("|")[2].strip() == "mapping of names to true or false or number or text"
    (row,) = [line for line in page.splitlines() if line.startswith("| `low` ")]
    assert row.split("|")[2].strip() == "number"


def test_the_default_estimator_is_shown():
    (row,) = [line for line in reference().splitlines() if line.startswith("| `estimator` ")]
    assert row.split("|")[3].strip() == '`{"preset": "hist_gradient_boosting"}`'
