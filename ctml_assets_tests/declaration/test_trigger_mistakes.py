from pathlib import Path

import pytest

from ctml_assets_tests.declaration.files import extended, told

CONDITIONS = (
    "performance, staleness, max_age, reference_floor, change_point, data_change, label_free, "
    "interval, volume, any, all"
)
TWO_TRIGGERS = "[{performance: {max_drop: 0.05}}, {max_age: {days: 120}}]"
ONE_MISTAKE = {
    "a misspelt trigger": (
        "triggers: {when: [preformance]}",
        f"8 triggers.when[0]: must be one of {CONDITIONS}, got 'preformance'; rename it to "
        "performance",
    ),
    "a misspelt trigger with settings": (
        "triggers: {when: [{preformance: {max_drop: 0.1}}]}",
        f"8 triggers.when[0].preformance: must be one of {CONDITIONS}, got 'preformance'; rename "
        "it to performance",
    ),
    "a trigger like no other": (
        "triggers: {when: [max_age, zzz]}",
        f"8 triggers.when[1]: must be one of {CONDITIONS}, got 'zzz'; remove it",
    ),
    "two triggers in one item": (
        "triggers:\n  when:\n    - performance: {}\n      max_age: {days: 3}",
        f"10 triggers.when[0]: must have exactly one of {CONDITIONS}, got performance and max_age; "
        "make each an item of its own, for example - max_age",
    ),
    "an item without a trigger": (
        "triggers: {when: [{}, max_age]}",
        f"8 triggers.when[0]: must have exactly one of {CONDITIONS}, got none of them; make each "
        "an item of its own, for example - max_age",
    ),
    "an item that is a number": (
        "triggers: {when: [7, max_age]}",
        f"8 triggers.when[0]: must be a mapping with some of {CONDITIONS}, got 7; use for example "
        "{performance: {max_drop: 0.05}}",
    ),
    "no trigger at all": (
        "triggers: {when: []}",
        f"8 triggers.when: must have at least one item, got none; use for example {TWO_TRIGGERS}",
    ),
    "triggers that are no list": (
        "triggers: {when: staleness}",
        "8 triggers.when: must be a list of mappings, got 'staleness'; use for example "
        f"{TWO_TRIGGERS}",
    ),
    "any of nothing": (
        "triggers: {when: [{any: []}]}",
        "8 triggers.when[0].any: must have at least one item, got none; use for example [{max_age: "
        "{days: 120}}]",
    ),
    "all of no list": (
        "triggers: {when: [{all: staleness}]}",
        "8 triggers.when[0].all: must be a list of mappings, got 'staleness'; use for example "
        "[{data_change: {}}, {performance: {max_drop: 0.02}}]",
    ),
    "a mistake three conditions deep": (
        "triggers: {when: [{any: [{all: [staleness, {any: [max_age, {volume: {rows: -1}}]}]}]}]}",
        "8 triggers.when[0].any[0].all[1].any[1].volume.rows: must be >= 1, got -1; use for "
        "example 100000",
    ),
    "settings that are a number": (
        "triggers: {when: [{max_age: 5}]}",
        "8 triggers.when[0].max_age: must be a mapping with some of days, got 5; remove it, or "
        "give it a value",
    ),
    "a clock without its days": (
        "triggers: {when: [interval]}",
        "8 triggers.when[0]: must be given (days since the last training), got nothing; add for "
        "example days: 30",
    ),
    "a clock with nothing under it": (
        "triggers:\n  when:\n    - interval:",
        "10 triggers.when[0].interval.days: must be given (days since the last training), got "
        "nothing; add for example days: 30",
    ),
    "a setting of another trigger": (
        "triggers: {when: [{max_age: {max_drop: 0.1}}]}",
        "8 triggers.when[0].max_age.max_drop: must be one of days, got 'max_drop'; remove it",
    ),
    "a trigger outside when": (
        "triggers: {staleness: {}}",
        "8 triggers.staleness: must be one of when, cooldown_days, max_per_30_days, paused, got "
        "'staleness'; make staleness an item of when",
    ),
    "an age outside when": (
        "triggers: {max_age_days: 28}",
        "8 triggers.max_age_days: must be one of when, cooldown_days, max_per_30_days, paused, got "
        "'max_age_days'; make max_age an item of when",
    ),
    "two probes": (
        "triggers:\n  when:\n    - staleness\n    - any:\n      - max_age\n      - staleness: {}",
        "13 triggers.when[1].any[1]: must hold staleness once, for there is one probe, got it "
        "again; remove it",
    ),
    "false alarms every day": (
        "triggers: {when: [{performance: {days_between_false_alarms: 1}}]}",
        "8 triggers.when[0].performance.days_between_false_alarms: must be >= 2 and <= 100000, got "
        "1; use for example 365",
    ),
    "an unknown measure of change": (
        "triggers: {when: [{data_change: {measure: pis, at_least: 2}}]}",
        "8 triggers.when[0].data_change.measure: must be one of psi, jensen_shannon, wasserstein, "
        "ks, classifier, got 'pis'; use for example jensen_shannon",
    ),
    "an effect that no distance reaches": (
        "triggers: {when: [{data_change: {measure: ks, at_least: 1.5}}]}",
        "8 triggers.when[0].data_change.at_least: must be > 0 and <= 1 for ks, got 1.5; leave it "
        "out to take the default",
    ),
    "an effect that a coin reaches": (
        "triggers: {when: [{data_change: {measure: classifier, at_least: 0.5}}]}",
        "8 triggers.when[0].data_change.at_least: must be > 0.5 and <= 1 for classifier, got 0.5; "
        "leave it out to take the default",
    ),
    "columns of the classifier": (
        "triggers: {when: [{data_change: {measure: classifier, features: [a]}}]}",
        "8 triggers.when[0].data_change.features: must be left out for classifier, which looks at "
        "all columns at once, got ['a']; remove it, or set another measure",
    ),
}


@pytest.mark.parametrize("situation", ONE_MISTAKE)
def test_one_mistake_in_a_trigger_is_told_once(tmp_path: Path, situation: str) -> None:
    more, message = ONE_MISTAKE[situation]
    assert told(tmp_path, extended(more)) == [message]


def test_mistakes_in_several_conditions_are_told_at_once(tmp_path: Path) -> None:
    more = """\
        triggers:
          when:
            - preformance: {max_drop: 2}
            - 7
            - max_age: 5
            - any: [zzz, {interval: }]
            - staleness
            - all:
              - staleness: {rows: 3}
              - change_point: {method: ewma}
          cooldown_days: -1
    """
    assert [text.partition(": ")[0] for text in told(tmp_path, extended(more))] == [
        "10 triggers.when[0].preformance",
        "10 triggers.when[0].preformance.max_drop",
        "11 triggers.when[1]",
        "12 triggers.when[2].max_age",
        "13 triggers.when[3].any[0]",
        "13 triggers.when[3].any[1].interval.days",
        "16 triggers.when[5].all[0]",
        "16 triggers.when[5].all[0].staleness.rows",
        "17 triggers.when[5].all[1].change_point.method",
        "18 triggers.cooldown_days",
    ]
