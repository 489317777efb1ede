from pathlib import Path

import pytest

from ctml_assets.declaration import read_declaration
from ctml_assets_tests.declaration.files import extended, mistakes_of, told, write

FEATURES = """\
features:
  - {name: origin, kind: categorical, values: [EWR, JFK], nullable: false}
  - {name: carrier, kind: categorical, values: [UA, "T4, x"]}
  - {name: distance, kind: numeric}
"""
SLICES = """\
monitoring:
  slices:
    - overall: true
    - column: origin
    - {column: distance, bins: [0, 500, 5000], name: far}
    - {column: event_hour, values: ["6", "7"]}
    - columns: [origin, carrier]
    - {column: carrier, name: line}
    - {where: distance > 500, name: long_haul}
"""


def _slice(name: str) -> str:
    return f"triggers:\n  when:\n    - performance:\n        slice: {name}\n"


@pytest.mark.parametrize(
    "name",
    [
        "overall",
        "origin=JFK",
        "far=[0, 500)",
        "far=[500, 5000]",
        "far=<missing>",
        "event_hour=7",
        "origin=JFK, carrier='T4, x'",
        "origin=JFK, carrier=<missing>",
        "line=UA",
        "line=<missing>",
        "long_haul",
    ],
)
def test_a_slice_that_a_line_can_make_is_accepted(tmp_path: Path, name: str) -> None:
    spec = read_declaration(write(tmp_path, extended(FEATURES + SLICES + _slice(f'"{name}"'))))
    assert spec.triggers.when[0].performance is not None
    assert spec.triggers.when[0].performance.slice == name


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("origin=LGA", "name one as slice_scores shows it"),
        ("origin=<missing>", "rename it to far=<missing>"),
        ("origin", "name one as slice_scores shows it"),
        ("distance=7", "name one as slice_scores shows it"),
        ("far=[0, 499)", "rename it to far=[0, 500)"),
        ("event_hour=8", "rename it to event_hour=7"),
        ("carrier=UA", "name one as slice_scores shows it"),
        ("origin=JFK, carrier=AA", "name one as slice_scores shows it"),
        ("carrier=UA, origin=JFK", "name one as slice_scores shows it"),
        ("longhaul", "rename it to long_haul"),
    ],
)
def test_a_slice_that_no_line_makes_is_told(tmp_path: Path, name: str, remedy: str) -> None:
    assert told(tmp_path, extended(FEATURES + SLICES + _slice(f'"{name}"'))) == [
        f"24 triggers.when[0].performance.slice: must be a slice that monitoring.slices can make, "
        f"got {name!r}; {remedy}"
    ]


def test_a_slice_of_values_that_are_not_declared_may_come(tmp_path: Path) -> None:
    more = "monitoring: {slices: [{column: origin}]}\n" + _slice("origin=LGA")
    assert read_declaration(write(tmp_path, extended(more))).monitoring.slices is not None


def test_slices_that_are_inferred_may_have_any_name(tmp_path: Path) -> None:
    read_declaration(write(tmp_path, extended(_slice("origin=JFK"))))


def test_a_slice_of_a_line_with_a_mistake_is_not_told_as_well(tmp_path: Path) -> None:
    more = "monitoring: {slices: [{column: 7}]}\n" + _slice("origin=JFK")
    (message,) = told(tmp_path, extended(more))
    assert message.startswith("8 monitoring.slices[0].column: ")


def _columns(*names: str) -> str:
    return (
        f"triggers:\n  when:\n    - any:\n      - data_change: {{features: [{', '.join(names)}]}}"
    )


def test_data_change_may_look_at_features_time_features_and_the_prediction(tmp_path: Path) -> None:
    names = ["origin", "event_hour", "prediction", "distance"]
    spec = read_declaration(write(tmp_path, extended(FEATURES + _columns(*names))))
    (settings,) = spec.triggers.declared("data_change")
    assert settings.features == tuple(names)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "orgin",
            "must name one of origin, carrier, distance, event_hour, event_day_of_week, "
            "prediction, got 'orgin'; rename it to origin",
        ),
        (
            "arr_delay",
            "must name features or time features, got 'arr_delay', which is the target; name "
            "another column",
        ),
        (
            "event_month",
            "must name features or time features, got 'event_month', which is not made here; add "
            "month to time_features",
        ),
    ],
)
def test_data_change_of_another_column_is_told(tmp_path: Path, name: str, problem: str) -> None:
    assert told(tmp_path, extended(FEATURES + _columns("distance", name))) == [
        f"15 triggers.when[0].any[0].data_change.features[1]: {problem}"
    ]


@pytest.mark.parametrize(
    ("task", "name", "is_told"),
    [
        ("classes: [late, lost, on_time]", "prediction[late]", False),
        ("classes: [late, lost, on_time]", "prediction", True),
        ("task: multiclass_classification", "prediction[late]", False),
        ("task: multiclass_classification", "prediction", True),
        ("task: regression", "prediction[late]", True),
    ],
)
def test_several_classes_have_a_prediction_each(
    tmp_path: Path, task: str, name: str, is_told: bool
) -> None:
    file = write(tmp_path, extended(FEATURES + f"{task}\n" + _columns(f"'{name}'")))
    if not is_told:
        read_declaration(file)
        return
    (mistake,) = mistakes_of(file)
    assert mistake.path == "attributes.triggers.when[0].any[0].data_change.features[0]"


def test_data_change_of_open_features_is_told_only_where_it_is_certain(tmp_path: Path) -> None:
    (message,) = told(tmp_path, extended("ignore: [tail]\n" + _columns("what", "tail")))
    assert "features[1]: must name features or time features, got 'tail', which is ignored" in (
        message
    )


def test_a_label_free_trigger_asks_for_days_without_labels(tmp_path: Path) -> None:
    more = "triggers:\n  when:\n    - label_free\n"
    assert told(tmp_path, extended(more)) == [
        "10 triggers.when[0]: must come with a label_delay_days > 0, got 0, so that no day waits "
        "for labels; remove it, or declare label_delay_days"
    ]
    spec = read_declaration(write(tmp_path, extended(more + "label_delay_days: 3")))
    assert len(spec.triggers.declared("label_free")) == 1


def test_a_label_free_trigger_asks_for_probabilities(tmp_path: Path) -> None:
    more = "task: regression\nlabel_delay_days: 3\ntriggers: {when: [{label_free: {}}]}"
    assert told(tmp_path, extended(more)) == [
        "10 triggers.when[0].label_free: must belong to a classification, which has probabilities, "
        "got it in a regression; remove it"
    ]


def test_a_slice_of_the_label_time_is_told(tmp_path: Path) -> None:
    more = "label_time: known_at\nmonitoring: {slices: [{column: known_at}]}"
    (message,) = told(tmp_path, extended(more))
    assert "got 'known_at', which is the label time; name another column" in message
