from pathlib import Path

import pytest

from ctml_assets.declaration import read_declaration
from ctml_assets_tests.declaration.files import extended, told, write

_FEATURES = """\
features:
  - {name: origin, kind: categorical}
  - {name: distance, kind: numeric}
"""


@pytest.mark.parametrize(
    ("positive", "message"),
    [
        (
            "arr_delay >> 15",
            "character 12 must be a column, a number, a quoted text, true or false, got '>'; mend "
            "it near 'arr_delay >> 15'",
        ),
        (
            "dep_delay > 15",
            "must be a predicate over the target arr_delay alone, got one over dep_delay; use for "
            "example arr_delay > 0",
        ),
        (
            "arr_delay > 15 and dep_delay > 0",
            "must be a predicate over the target arr_delay alone, got one over arr_delay, "
            "dep_delay; use for example arr_delay > 0",
        ),
        (
            "1 == 1",
            "must be a predicate over the target arr_delay alone, got one over no column; use for "
            "example arr_delay > 0",
        ),
        (
            "arr_delay > 15 or arr_delay == 'late'",
            'must compare arr_delay with numbers or with texts, got "arr_delay > 15 or arr_delay '
            "== 'late'\"; compare with one kind of value only",
        ),
    ],
)
def test_a_positive_that_makes_no_classes_is_told(
    tmp_path: Path, positive: str, message: str
) -> None:
    assert told(tmp_path, extended(f"positive: {positive}")) == [f"8 positive: {message}"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "column: orgin",
            "column: must name one of origin, distance, event_hour, event_day_of_week, got "
            "'orgin'; rename it to origin",
        ),
        (
            "column: carrier",
            "column: must name one of origin, distance, event_hour, event_day_of_week, got "
            "'carrier'; declare it among features",
        ),
        (
            "column: arr_delay",
            "column: must name features or time features, got 'arr_delay', which is the target; "
            "name another column",
        ),
        (
            "column: event_month",
            "column: must name features or time features, got 'event_month', which is not made "
            "here; add month to time_features",
        ),
        (
            "{column: origin, bins: [1, 2]}",
            "bins: must belong to a numeric feature, got them for 'origin'; declare values instead",
        ),
        (
            "columns: [origin, orgin]",
            "columns[1]: must name one of origin, distance, event_hour, event_day_of_week, got "
            "'orgin'; rename it to origin",
        ),
        (
            "columns: [arr_delay, origin, event_hour]",
            "columns[0]: must name features or time features, got 'arr_delay', which is the "
            "target; name another column",
        ),
        (
            "{where: 'sched_ts is missing', name: x}",
            "where: must name features or time features, got 'sched_ts', which is the event time; "
            "name another column",
        ),
        (
            "{where: 'distance > 5 and f(1)', name: x}",
            "where: character 19 must be a comparison (== != < <= > >=), in, not in or is, got "
            "'('; mend it near 'distance > 5 and f(1)'",
        ),
    ],
)
def test_a_slice_of_a_column_that_records_lack_is_told(
    tmp_path: Path, line: str, message: str
) -> None:
    more = f"{_FEATURES}monitoring:\n  slices:\n    - {line}\n"
    assert told(tmp_path, extended(more)) == [f"13 monitoring.slices[0].{message}"]


def test_every_unknown_column_of_a_predicate_is_told(tmp_path: Path) -> None:
    more = _FEATURES + "monitoring: {slices: [{where: a == b and origin == 'JFK', name: x}]}"
    assert [text.partition("got ")[2][:3] for text in told(tmp_path, extended(more))] == [
        "'a'",
        "'b'",
    ]


def test_every_unknown_column_of_a_crossing_is_told(tmp_path: Path) -> None:
    more = _FEATURES + "monitoring: {slices: [{columns: [a, origin, b]}]}"
    assert [text.partition(":")[0] for text in told(tmp_path, extended(more))] == [
        "11 monitoring.slices[0].columns[0]",
        "11 monitoring.slices[0].columns[2]",
    ]


def test_crossings_of_features_and_time_features_are_accepted(tmp_path: Path) -> None:
    more = _FEATURES + (
        "monitoring: {slices: [{columns: [origin, event_hour, distance], weight_by: support}]}"
    )
    (line,) = read_declaration(write(tmp_path, extended(more))).monitoring.slices or ()
    assert line.columns == ("origin", "event_hour", "distance")
    assert line.weight_by == "support"


def test_slices_of_any_column_are_accepted_while_features_are_open(tmp_path: Path) -> None:
    more = (
        "monitoring: {slices: [{column: carrier}, {columns: [carrier, tail]}, "
        "{where: tail == 'N1', name: n1}]}"
    )
    spec = read_declaration(write(tmp_path, extended(more)))
    assert len(spec.monitoring.slices or ()) == 3


@pytest.mark.parametrize("features", ["", _FEATURES])
def test_slices_of_roles_are_told(tmp_path: Path, features: str) -> None:
    more = (
        f"{features}query_id: search\nsample_weight: guests\nmonitoring:\n  slices:\n"
        "    - column: search\n    - columns: [prediction, guests]\n"
    )
    line = 12 + features.count("\n")
    expected = "must name features or time features, got"
    assert told(tmp_path, extended(more)) == [
        f"{line} monitoring.slices[0].column: {expected} 'search', which is the query id; name "
        "another column",
        f"{line + 1} monitoring.slices[1].columns[0]: {expected} 'prediction', which is the "
        "champion's prediction; name another column",
        f"{line + 1} monitoring.slices[1].columns[1]: {expected} 'guests', which is the sample "
        "weight; name another column",
    ]


def test_a_slice_of_the_label_time_is_told(tmp_path: Path) -> None:
    more = "label_time: arrived\nmonitoring: {slices: [{column: arrived}]}"
    assert told(tmp_path, extended(more)) == [
        "9 monitoring.slices[0].column: must name features or time features, got 'arrived', which "
        "is the label time; name another column"
    ]


def test_slices_of_ignored_columns_are_told_while_features_are_open(tmp_path: Path) -> None:
    more = "ignore: [tail]\nmonitoring: {slices: [{column: tail}]}"
    assert told(tmp_path, extended(more)) == [
        "9 monitoring.slices[0].column: must name features or time features, got 'tail', which is "
        "ignored; name another column"
    ]
