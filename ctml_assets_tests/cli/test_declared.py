import pytest

from ctml_assets.cli.declared import declared_model
from ctml_assets.components import BrokenDeclaration
from ctml_assets.errors import DeclarationError
from ctml_assets_tests import streams


def test_the_declaration_of_a_name_is_found(located):
    second = streams.spec(name="second")
    located(streams.spec(), second)
    assert declared_model("second") is second


def test_a_name_that_is_not_declared_is_refused_with_those_that_are(located):
    located(streams.spec(), streams.spec(name="second"))
    with pytest.raises(DeclarationError, match="model must be one of stream, second, got 'third'"):
        declared_model("third")


def test_where_none_is_declared_it_says_so(located):
    located()
    with pytest.raises(DeclarationError, match="got 'stream', and none is; declare it in"):
        declared_model("stream")


@pytest.mark.parametrize("asked", ["rentals", "a_folder"])
def test_a_broken_declaration_is_told_with_its_mistakes(located, asked):
    located(streams.spec(), broken=[BrokenDeclaration("a_folder", "defs.yaml:8: x", "rentals")])
    with pytest.raises(DeclarationError, match=f"{asked}: its declaration is broken:\ndefs.yaml:8"):
        declared_model(asked)
