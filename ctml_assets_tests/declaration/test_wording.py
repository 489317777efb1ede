import pytest
from pydantic import ValidationError

from ctml_assets.core.spec import PerformanceSpec
from ctml_assets.declaration.wording import (
    finding_of,
    none_of,
    shown_value,
    unknown_field,
    unknown_name,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "nothing"), ("a", "'a'"), (True, "True"), (2.5, "2.5"), ([1, "b"], "[1, 'b']")],
)
def test_a_value_is_shown_as_it_was_read(value: object, text: str) -> None:
    assert shown_value(value) == text


def test_the_value_of_a_database_url_is_never_shown() -> None:
    assert shown_value(["hunter2"], ("source", "sql", "url")) == "a list"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("cooldown-days", "cooldown_days"),
        ("CooldownDays", "cooldown_days"),
        ("Cooldown Days", "cooldown_days"),
        ("x", None),
    ],
)
def test_a_known_name_is_recognised_in_other_spellings(name: str, meant: str | None) -> None:
    assert unknown_field(("triggers", name), {})[1] == meant


def test_a_name_that_is_given_already_is_not_suggested() -> None:
    finding, meant = unknown_name(("typ",), ["type", "attributes"], {"type": 1})
    assert meant is None
    assert finding.remedy == "remove it, type is given already"


def test_a_name_that_is_none_of_several_is_told_with_the_task() -> None:
    finding = none_of(("monitoring", "metric"), "auc", ["r2"], "regression", "r2")
    assert finding.problem == "must be one of r2 for regression, got 'auc'"
    assert none_of((), "auc", ["a", "b"], None, "a").problem == "must be one of a, b, got 'auc'"


@pytest.mark.parametrize(
    ("max_drop", "remedy"),
    [
        ("5e-2", "write 0.05 or 5.0e-2, without quotes"),
        ("0.05", "write 0.05, without quotes"),
        ("5%", "use for example 0.05"),
    ],
)
def test_text_that_looks_like_a_number_is_told_how_to_write_it(max_drop: str, remedy: str) -> None:
    path = ("triggers", "when", 0, "performance", "max_drop")
    with pytest.raises(ValidationError) as caught:
        PerformanceSpec.model_validate({"max_drop": max_drop})
    (error,) = caught.value.errors()
    assert finding_of(error, path).remedy == remedy
