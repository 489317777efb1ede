from pathlib import Path

from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "declaration.md"


def test_the_page_in_the_docs_is_the_one_that_the_code_makes():
    assert PAGE.read_text() == reference(), "run python -m ctml_assets.declaration.reference"


def test_every_field_of_a_model_is_on_the_page():
    page = reference()
    for name, field in ModelSpec.model_fields.items():
        assert f"| `{name}` |" in page
        assert (field.description or "?") in page.replace("\\|", "|")
