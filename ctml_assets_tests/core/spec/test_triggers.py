import pytest
from pydantic import ValidationError

from ctml_assets.core.spec import MaxAgeSpec, PerformanceSpec, StalenessSpec, TriggerSpec
from ctml_assets.core.triggers.data_change import COUNTS

NESTED = [
    "max_age",
    {"any": [{"performance": {"max_drop": 0.1}}, {"all": ["staleness", {"max_age": {"days": 3}}]}]},
    {"performance": {"slice": "origin=EWR", "max_drop": 0.01}},
]


def test_a_name_alone_and_nothing_below_it_stand_for_the_defaults():
    short = TriggerSpec(when=["max_age", {"performance": None}])
    assert short == TriggerSpec(when=[{"max_age": {}}, {"performance": {}}])
    assert [condition.kind for condition in short.when] == ["max_age", "performance"]


def test_triggers_are_found_wherever_they_stand():
    leaves = list(TriggerSpec(when=NESTED).leaves())
    assert [(leaf.path, leaf.name) for leaf in leaves] == [
        (("when", 0), "max_age"),
        (("when", 1, "any", 0), "performance"),
        (("when", 1, "any", 1, "all", 0), "staleness"),
        (("when", 1, "any", 1, "all", 1), "max_age"),
        (("when", 2), "performance"),
    ]
    assert leaves[3].settings == MaxAgeSpec(days=3)


def test_declared_gives_the_settings_of_every_trigger_of_a_name():
    declared = TriggerSpec(when=NESTED)
    assert declared.declared("staleness") == (StalenessSpec(),)
    assert [it.max_drop for it in declared.declared("performance")] == [0.1, 0.01]
    assert declared.declared("volume") == ()


@pytest.mark.parametrize(
    ("when", "max_drop"),
    [
        # that of a slice is none of the drift score
        (NESTED, 0.1),
        (
            [{"performance": {"max_drop": 0.2}}, {"any": [{"performance": {"max_drop": 0.03}}]}],
            0.03,
        ),
        (["staleness"], PerformanceSpec().max_drop),
    ],
)
def test_the_verdict_goes_by_the_most_sensitive_trigger_of_the_drift_score(when, max_drop):
    assert TriggerSpec(when=when).drop_that_counts.max_drop == max_drop


def test_conditions_are_frozen_and_hashable():
    declared = TriggerSpec(when=NESTED)
    assert hash(declared) == hash(TriggerSpec(when=NESTED))
    with pytest.raises(ValidationError, match="frozen"):
        declared.when[0].max_age = MaxAgeSpec()  # type: ignore[misc]


@pytest.mark.parametrize("measure", sorted(COUNTS))
def test_the_default_effect_of_every_measure_could_be_declared(measure):
    effect = {"measure": measure, "at_least": COUNTS[measure]}
    declared = TriggerSpec(when=[{"data_change": effect}])
    assert declared.declared("data_change")[0].at_least == COUNTS[measure]
