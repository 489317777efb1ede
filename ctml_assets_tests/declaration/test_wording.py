import pytest

from ctml_assets.declaration.wording import shown_value, unknown_field, unknown_name


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
