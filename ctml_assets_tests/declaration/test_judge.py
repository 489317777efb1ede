from pathlib import Path

import pytest

from ctml_assets_tests.declaration.files import extended, told

ONE_MISTAKE = {
    "an unknown field near a known one": (
        "monitoring: {windw_days: 3}",
        "8 monitoring.windw_days: must be one of cron, window_days, metric, min_support, "
        "min_label_coverage, max_missing_increase, slices, slice_discovery, got 'windw_days'; "
        "rename it to window_days",
    ),
    "an unknown field like no other": (
        "triggers: {zzz: 3}",
        "8 triggers.zzz: must be one of when, cooldown_days, max_per_30_days, paused, got 'zzz'; "
        "remove it",
    ),
    "an unknown field near one that is given": (
        "triggers: {cooldown_days: 3, cooldown-days: 4}",
        "8 triggers.cooldown-days: must be one of when, cooldown_days, max_per_30_days, paused, "
        "got 'cooldown-days'; remove it, cooldown_days is given already",
    ),
    "a number out of range": (
        "triggers:\n  when:\n    - performance:\n        max_drop: 2",
        "11 triggers.when[0].performance.max_drop: must be > 0 and <= 1, got 2; use for example "
        "0.05",
    ),
    "a count below its minimum": (
        "retraining: {trials: 0}",
        "8 retraining.trials: must be >= 1 and <= 10000, got 0; use for example 20",
    ),
    "not a number": (
        "triggers: {when: [{performance: {max_drop: .nan}}]}",
        "8 triggers.when[0].performance.max_drop: must be a finite number > 0 and <= 1, got nan; "
        "use for example 0.05",
    ),
    "an infinite number": (
        "promotion: {max_slice_regression: .inf}",
        "8 promotion.max_slice_regression: must be a finite number >= 0 and <= 1, got inf; "
        "use for example 0.05",
    ),
    "text where a number belongs": (
        "triggers: {when: [{performance: {max_drop: 5%}}]}",
        "8 triggers.when[0].performance.max_drop: must be a number > 0 and <= 1, got '5%'; use for "
        "example 0.05",
    ),
    "a fraction where a whole number belongs": (
        "retraining: {test_days: 7.5}",
        "8 retraining.test_days: must be a whole number >= 1, got 7.5; use for example 14",
    ),
    "a boolean where a whole number belongs": (
        "label_delay_days: yes",
        "8 label_delay_days: must be a whole number >= 0 and <= 3650, got True; use for example 0",
    ),
    "a number where text belongs": (
        "entity_id: 7",
        "8 entity_id: must be text, got 7; put it in quotes",
    ),
    "an airport that YAML takes for a boolean": (
        "features: [{name: o, kind: categorical, values: [JFK, NO]}]",
        "8 features[0].values[1]: must be text, got False; put it in quotes",
    ),
    "empty text": (
        "entity_id: ''",
        "8 entity_id: must be text of at least one character, got ''; use for example flight_id",
    ),
    "a section without content": (
        "monitoring:",
        "8 monitoring: must be a mapping with some of cron, window_days, metric, min_support, "
        "min_label_coverage, max_missing_increase, slices, slice_discovery, got nothing; "
        "remove it, or give it a value",
    ),
    "a list where a mapping belongs": (
        "triggers: [1]",
        "8 triggers: must be a mapping with some of when, cooldown_days, max_per_30_days, paused, "
        "got [1]; remove it, or give it a value",
    ),
    "text where a list belongs": (
        "ignore: dep_delay",
        "8 ignore: must be a list of texts, got 'dep_delay'; use for example [dep_delay]",
    ),
    "a name where a feature belongs": (
        "features:\n  - distance",
        "9 features[0]: must be a mapping with some of name, kind, min, max, values, nullable, got "
        "'distance'; use for example {name: distance, kind: numeric}",
    ),
    "an empty list": (
        "monitoring: {slices: []}",
        "8 monitoring.slices: must have at least one item, got none; use for example "
        "[{overall: true}, {column: origin}]",
    ),
    "nothing to learn from": (
        "features: []\ntime_features: []",
        "8 features: must have at least one column, got none, nor any of time_features; "
        "add a feature or a time feature",
    ),
    "too few bins": (
        "monitoring: {slices: [{column: x, bins: [1]}]}",
        "8 monitoring.slices[0].bins: must have at least 2 items, got [1]; use for example "
        "[0, 6, 12, 18, 24]",
    ),
    "a task that does not exist": (
        "task: ranking",
        "8 task: must be one of binary_classification, multiclass_classification, regression, got "
        "'ranking'; use for example regression",
    ),
    "classes that are numbers": (
        "classes: ['1', 2, '3']",
        "8 classes[1]: must be text, got 2; put it in quotes",
    ),
    "one class": (
        "classes: [late]",
        "8 classes: must have at least 2 items, got ['late']; use for example "
        "[on_time, late, cancelled]",
    ),
    "classes that are no list": (
        "classes: late",
        "8 classes: must be a list of texts, got 'late'; use for example "
        "[on_time, late, cancelled]",
    ),
    "a class given twice": (
        "classes:\n  - late\n  - lost\n  - late",
        "11 classes[2]: must differ from class to class, got 'late' again; remove it",
    ),
    "classes of a regression": (
        "task: regression\nclasses: [late, lost]",
        "9 classes: must be left out of a regression, got ['late', 'lost']; remove it, or set "
        "task: multiclass_classification",
    ),
    "a positive of several classes": (
        "task: multiclass_classification\npositive: arr_delay > 15",
        "9 positive: must be left out of a multiclass_classification, since it makes two classes "
        "of all others, got 'arr_delay > 15'; remove it, or set task: binary_classification",
    ),
    "a weight that is the target": (
        "sample_weight: arr_delay",
        "8 sample_weight: must be a column without another role, got 'arr_delay', which is the "
        "target already; name another column, or rename this one in the source",
    ),
    "a weight that is a number": (
        "sample_weight: 2",
        "8 sample_weight: must be text, got 2; put it in quotes",
    ),
    "a feature that is the query id": (
        "query_id: q\nfeatures:\n  - {name: q, kind: categorical}",
        "10 features[0].name: must be a column without another role, got 'q', which is the query "
        "id already; name another column, or rename this one in the source",
    ),
    "a feature with the name of the prediction": (
        "features: [{name: prediction, kind: numeric}]",
        "8 features[0].name: must be a column without another role, got 'prediction', which is "
        "the champion's prediction already; name another column, or rename this one in the source",
    ),
    "a time feature that does not exist": (
        "time_features: [hour, year]",
        "8 time_features[1]: must be one of hour, day_of_week, month, got 'year'; "
        "use for example hour",
    ),
    "an overall that is false": (
        "monitoring: {slices: [{overall: false}]}",
        "8 monitoring.slices[0].overall: must be true, got False; use for example true",
    ),
    "a share of more than all": (
        "max_bad_rows: 500%",
        "8 max_bad_rows: must be a count >= 0, or a share of 0% to 100%, got '500%'; "
        "use for example 5%",
    ),
    "an end before the start": (
        "end_date: 2012-12-31",
        "8 end_date: must be on or after start_date (2013-01-01), got 2012-12-31; swap the two",
    ),
    "a date as a number": (
        "end_date: 20131231",
        "8 end_date: must be a date, got 20131231; use for example 2013-01-31",
    ),
    "a day that no calendar has": (
        "end_date: 2013-02-30",
        "8 end_date: must be a date such as 2013-01-31, got '2013-02-30'; "
        "use for example 2013-12-31",
    ),
    "an end that no partition can have": (
        "end_date: 9999-12-31",
        "8 end_date: must be a date from 1970-01-01 to 2200-12-31, got 9999-12-31; "
        "use for example 2013-01-31",
    ),
    "a column with two roles": (
        "features: [{name: arr_delay, kind: numeric}]",
        "8 features[0].name: must be a column without another role, got 'arr_delay', which is the "
        "target already; name another column, or rename this one in the source",
    ),
    "bounds the wrong way round": (
        "features: [{name: d, kind: numeric, min: 5, max: 2}]",
        "8 features[0].min: must be <= max (2.0), got 5.0; swap min and max",
    ),
    "bounds of a categorical feature": (
        "features: [{name: d, kind: categorical, max: 2}]",
        "8 features[0].max: must be left out of a categorical feature, got 2.0; "
        "declare values instead",
    ),
    "values of a numeric feature": (
        "features: [{name: d, kind: numeric, values: ['1']}]",
        "8 features[0].values: must be left out of a numeric feature, got ['1']; "
        "declare min and max instead",
    ),
    "a slice of two kinds": (
        "monitoring: {slices: [{column: x, overall: true}]}",
        "8 monitoring.slices[0]: must have exactly one of overall, column, columns and where, got "
        "overall and column; keep or add one, for example column: origin",
    ),
    "a crossing that is also a predicate": (
        "monitoring: {slices: [{columns: [x, y], where: x > 1, name: a}]}",
        "8 monitoring.slices[0]: must have exactly one of overall, column, columns and where, got "
        "columns and where; keep or add one, for example column: origin",
    ),
    "a crossing of one column": (
        "monitoring: {slices: [{columns: [x]}]}",
        "8 monitoring.slices[0].columns: must have at least 2 items, got ['x']; use for example "
        "[origin, carrier]",
    ),
    "a crossing of too many columns": (
        "monitoring: {slices: [{columns: [a, b, c, d, e]}]}",
        "8 monitoring.slices[0].columns: must have at most 4 items, got ['a', 'b', 'c', 'd', 'e']; "
        "use for example [origin, carrier]",
    ),
    "a crossing of a column with itself": (
        "monitoring: {slices: [{columns: [x, y, x]}]}",
        "8 monitoring.slices[0].columns[2]: must differ from column to column, got 'x' again; "
        "name another column, or remove it",
    ),
    "a crossing that is no list": (
        "monitoring: {slices: [{columns: x}]}",
        "8 monitoring.slices[0].columns: must be a list of texts, got 'x'; use for example "
        "[origin, carrier]",
    ),
    "a crossing of a number": (
        "monitoring: {slices: [{columns: [x, 7]}]}",
        "8 monitoring.slices[0].columns[1]: must be text, got 7; put it in quotes",
    ),
    "a crossing of a column without a name": (
        "monitoring: {slices: [{columns: [x, '']}]}",
        "8 monitoring.slices[0].columns[1]: must be text of at least one character, got ''; use "
        "for example origin",
    ),
    "bins of a crossing": (
        "monitoring: {slices: [{columns: [x, y], bins: [1, 2]}]}",
        "8 monitoring.slices[0].bins: must be left out of a line without column, got columns; "
        "remove it, or make it a line with column",
    ),
    "values of a crossing": (
        "monitoring: {slices: [{columns: [x, y], values: [a]}]}",
        "8 monitoring.slices[0].values: must be left out of a line without column, got columns; "
        "remove it, or make it a line with column",
    ),
    "an unknown way to share a weight": (
        "monitoring: {slices: [{column: x, weight_by: rows}]}",
        "8 monitoring.slices[0].weight_by: must be one of equal, support, got 'rows'; use for "
        "example support",
    ),
    "bins without a column": (
        "monitoring: {slices: [{overall: true, bins: [1, 2]}]}",
        "8 monitoring.slices[0].bins: must be left out of a line without column, got overall; "
        "remove it, or make it a line with column",
    ),
    "values and bins": (
        "monitoring: {slices: [{column: x, values: [a], bins: [1, 2]}]}",
        "8 monitoring.slices[0].bins: must be left out of a line with values, got both; "
        "remove one of the two",
    ),
    "bins that do not ascend": (
        "monitoring: {slices: [{column: x, bins: [3, 1]}]}",
        "8 monitoring.slices[0].bins: must ascend without repetition, got [3.0, 1.0]; "
        "use for example [1.0, 3.0]",
    ),
    "a predicate without a name": (
        "monitoring: {slices: [{where: x > 1}]}",
        "8 monitoring.slices[0].name: must be given to a line with where, got none; "
        "add for example name: evening_jfk",
    ),
    "two slices of one name": (
        "monitoring: {slices: [{column: x}, {column: x, bins: [1, 2]}]}",
        "8 monitoring.slices[1].name: must differ from line to line, got 'x' again; "
        "add for example name: x_1",
    ),
    "slices that weigh nothing": (
        "monitoring: {slices: [{column: x, weight: 0}]}",
        "8 monitoring.slices: must have at least one line with a weight > 0, got none; "
        "remove weight: 0 from one of them",
    ),
    "a window that leaves nothing to learn from": (
        "retraining: {window_days: 28}",
        "8 retraining.window_days: must be > validation_days + test_days (28), got 28; "
        "use for example 56, or hold fewer days out",
    ),
    "a default that other fields outgrow": (
        "retraining:\n  test_days: 60",
        "8 retraining.min_history_days: must be > validation_days + test_days (74), got 56; "
        "use for example 148, or hold fewer days out",
    ),
    "a repeated key": (
        "triggers:\n  cooldown_days: 1\n  cooldown_days: 2",
        "10 triggers.cooldown_days: must be given once, got it on line 9 already; remove one of "
        "the two",
    ),
}


@pytest.mark.parametrize("situation", ONE_MISTAKE)
def test_one_mistake_is_told_once_with_line_field_range_value_and_remedy(
    tmp_path: Path, situation: str
) -> None:
    more, message = ONE_MISTAKE[situation]
    assert told(tmp_path, extended(more)) == [message]


@pytest.mark.parametrize("field", ["name", "source", "target", "event_time", "start_date"])
def test_each_missing_field_is_told_at_its_parent_and_hides_nothing(
    tmp_path: Path, field: str
) -> None:
    more = "triggers: {paused: 7}\nmonitoring: {slices: [{where: a >, name: x}]}\n"
    mistakes = told(tmp_path, extended(more, without=f"{field}:"))
    assert mistakes[0].startswith(f"2 {field}: must be given")
    assert f"; add for example {field}: " in mistakes[0]
    assert [text.partition(":")[0] for text in mistakes[1:]] == [
        "7 triggers.paused",
        "8 monitoring.slices[0].where",
    ]


def test_a_source_of_two_kinds_and_a_source_of_none(tmp_path: Path) -> None:
    for source, came in (
        ("{path: a.csv, callable: 'a:b'}", "path and callable"),
        ("{}", "none of them"),
    ):
        (message,) = told(tmp_path, extended(f"source: {source}", without="source"))
        assert f"must have exactly one of path, callable and sql, got {came}; keep" in message


def test_what_stands_under_a_mistyped_name_is_judged_too(tmp_path: Path) -> None:
    assert [
        text.partition(":")[0] for text in told(tmp_path, extended("trigers:\n  paused: 9"))
    ] == [
        "8 trigers",
        "9 trigers.paused",
    ]


def test_mistakes_that_only_show_once_others_are_mended_are_told_at_once(tmp_path: Path) -> None:
    more = """\
        end_date: 2010-01-01
        features:
          - {name: distance, kind: numerc, min: 9, max: 1}
          - {name: sched_ts, kind: numeric}
          - {name: origin, kind: categorical, min: 1, max: 2, values: [1]}
        retraining: {window_days: 3, min_history_days: 3, trials: -1}
        monitoring:
          window_days: 0
          slices:
            - {overall: true, weight: -1}
            - {overall: true}
            - {column: nowhere}
    """
    assert [text.partition(": ")[0] for text in told(tmp_path, extended(more))] == [
        "8 end_date",
        "10 features[0].kind",
        "10 features[0].min",
        "11 features[1].name",
        "12 features[2].max",
        "12 features[2].min",
        "12 features[2].values[0]",
        "13 retraining.min_history_days",
        "13 retraining.trials",
        "13 retraining.window_days",
        "15 monitoring.window_days",
        "17 monitoring.slices[0].weight",
        "18 monitoring.slices[1].name",
        "19 monitoring.slices[2].column",
    ]


def test_a_mistake_in_a_shared_part_does_not_hide_one_in_its_copy(tmp_path: Path) -> None:
    more = """\
        features:
          - &a {name: a, kind: numeric, min: x}
          - {<<: *a, name: b}
    """
    assert [text.partition(": ")[0] for text in told(tmp_path, extended(more))] == [
        "9 features[0].min",
        "9 features[1].min",
    ]


@pytest.mark.parametrize("start", ["0001-01-01", "1969-12-31", "2201-01-01"])
def test_a_start_that_no_partition_can_have_is_told_and_hides_nothing(
    tmp_path: Path, start: str
) -> None:
    more = f"start_date: {start}\nend_date: 2000-02-30\nlabel_delay_days: -1\n"
    first, *others = told(tmp_path, extended(more, without="start_date"))
    assert first == (
        f"7 start_date: must be a date from 1970-01-01 to 2200-12-31, got {start}; "
        "use for example 2013-01-31"
    )
    assert [text.partition(":")[0] for text in others] == ["8 end_date", "9 label_delay_days"]


def test_the_first_and_the_last_possible_day_are_accepted(tmp_path: Path) -> None:
    from ctml_assets.declaration import read_declaration
    from ctml_assets_tests.declaration.files import write

    more = "start_date: 1970-01-01\nend_date: 2200-12-31\n"
    spec = read_declaration(write(tmp_path, extended(more, without="start_date")))
    assert str(spec.end_date) == "2200-12-31"
