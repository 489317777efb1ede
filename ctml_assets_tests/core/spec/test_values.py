import math
from decimal import Decimal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ctml_assets.core.spec.values import ParameterValue, as_a_number

PARAMETER = TypeAdapter(ParameterValue)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1e-3", "0.001 or 1.0e-3"),
        ("+2E3", "2000 or 2.0e+3"),
        ("1.5e10", "1.5e+10"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-08", "-8"),
        ("1e-99999", "1.0e-99999"),
    ],
)
def test_a_text_that_looks_like_a_number_is_spelt_as_one(text: str, numbers: str) -> None:
    assert as_a_number(text) == numbers
    with pytest.raises(ValidationError, match="must be a number where it looks like one"):
        PARAMETER.validate_python(text, strict=True)


@pytest.mark.parametrize(
    "text", ["", "sqrt", "e3", "1e", "0.5*mean", "1,5", "nan", "inf", "1 2", "0x1f", "\u0665", "-"]
)
def test_other_texts_are_texts(text: str) -> None:
    assert as_a_number(text) is None
    assert PARAMETER.validate_python(text, strict=True) == text


@settings(derandomize=True, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["{!r}", "{:e}", "{:g}"]))
def test_yaml_reads_what_is_spelt_as_the_number_that_was_meant(value: float, form: str) -> None:
    text = form.format(value)
    for spelt in (as_a_number(text) or "none").split(" or "):
        read = yaml.safe_load(spelt)
        assert isinstance(read, int | float)
        assert math.isclose(read, float(Decimal(text)), rel_tol=1e-12, abs_tol=0)


@pytest.mark.parametrize("value", [True, 1, 1.0, None, "a", 10**400, -0.0])
def test_a_value_stays_of_its_kind(value: object) -> None:
    read = PARAMETER.validate_python(value, strict=True)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("value", [[1], {"a": 1}, (1,), b"a", 1j])
def test_no_other_kind_is_a_value(value: object) -> None:
    with pytest.raises(ValidationError):
        PARAMETER.validate_python(value, strict=True)
