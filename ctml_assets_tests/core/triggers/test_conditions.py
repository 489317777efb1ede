"""``any`` and ``all`` against Kleene's tables, written out."""

import itertools

import pytest

from ctml_assets.core.spec import ConditionSpec
from ctml_assets.core.triggers import Answer, Answered
from ctml_assets.core.triggers.conditions import all_of, any_of, asked
from ctml_assets_tests.core.triggers.looks import SERVING, look

YES, NO, UNKNOWN = Answered.YES, Answered.NO, Answered.UNKNOWN
# Kleene (1952), Introduction to Metamathematics, section 64
EITHER = {
    (YES, YES): YES,
    (YES, NO): YES,
    (YES, UNKNOWN): YES,
    (NO, NO): NO,
    (NO, UNKNOWN): UNKNOWN,
    (UNKNOWN, UNKNOWN): UNKNOWN,
}
BOTH = {
    (YES, YES): YES,
    (YES, NO): NO,
    (YES, UNKNOWN): UNKNOWN,
    (NO, NO): NO,
    (NO, UNKNOWN): NO,
    (UNKNOWN, UNKNOWN): UNKNOWN,
}


def _answers(*answered):
    return [Answer(it, f"reason {at}", f"trigger_{at}") for at, it in enumerate(answered)]


@pytest.mark.parametrize(("join", "table"), [(any_of, EITHER), (all_of, BOTH)])
@pytest.mark.parametrize("pair", list(itertools.product(Answered, repeat=2)))
def test_two_answers_are_joined_as_the_table_says(join, table, pair):
    expected = table[pair] if pair in table else table[pair[::-1]]
    assert join(_answers(*pair)).answered is expected


@pytest.mark.parametrize("join", [any_of, all_of])
@pytest.mark.parametrize("three", list(itertools.product(Answered, repeat=3)))
def test_it_does_not_matter_how_three_are_put_together_or_in_which_order(join, three):
    whole = join(_answers(*three)).answered
    for order in itertools.permutations(_answers(*three)):
        first, *others = order
        assert join(list(order)).answered is whole
        assert join([first, join(others)]).answered is whole


@pytest.mark.parametrize("join", [any_of, all_of])
@pytest.mark.parametrize("answered", Answered)
def test_one_answer_stays_as_it_is(join, answered):
    (answer,) = _answers(answered)
    assert join([answer]) == answer


@pytest.mark.parametrize(
    ("join", "answered", "reason", "trigger"),
    [
        (any_of, (NO, YES, UNKNOWN), "reason 1", "trigger_1"),
        (any_of, (YES, YES), "reason 0; reason 1", "trigger_0+trigger_1"),
        (any_of, (NO, UNKNOWN), "reason 0; reason 1", "trigger_0+trigger_1"),
        (any_of, (NO, NO), "reason 0; reason 1", "trigger_0+trigger_1"),
        (all_of, (YES, YES), "reason 0; reason 1", "trigger_0+trigger_1"),
        (all_of, (YES, NO, UNKNOWN), "reason 1", "trigger_1"),
        (all_of, (YES, UNKNOWN), "reason 0; reason 1", "trigger_0+trigger_1"),
    ],
)
def test_those_that_decide_give_the_reason(join, answered, reason, trigger):
    answer = join(_answers(*answered))
    assert (answer.reason, answer.trigger) == (reason, trigger)


def test_a_trigger_or_a_reason_that_is_given_twice_is_told_once():
    first, second = _answers(YES, YES)
    assert all_of([first, all_of([second, first])]).trigger == "trigger_0+trigger_1"
    same = [Answer(UNKNOWN, "no data", name) for name in ("a", "b")]
    assert any_of(same) == Answer(UNKNOWN, "no data", "a+b")


class _Fixed:
    def __init__(self, name, answered):
        self.name, self._answered = name, answered

    def ask(self, settings, look, state):
        return Answer(self._answered, f"{self.name} says {self._answered}", self.name)


def test_conditions_are_asked_however_deep():
    family = {
        name: _Fixed(name, answered)
        for name, answered in {"performance": NO, "max_age": YES, "staleness": UNKNOWN}.items()
    }
    tree = ConditionSpec.model_validate(
        {"all": ["max_age", {"any": ["performance", {"all": ["max_age", {"any": ["max_age"]}]}]}]}
    )
    answer = asked(tree, look(), SERVING, family)
    assert (answer.answered, answer.trigger) == (YES, "max_age")
    shaky = ConditionSpec.model_validate(
        {"all": ["max_age", {"any": ["performance", "staleness"]}]}
    )
    assert asked(shaky, look(), SERVING, family).answered is UNKNOWN
    never = ConditionSpec.model_validate({"all": ["staleness", {"any": ["performance"]}]})
    assert asked(never, look(), SERVING, family).answered is NO
