from pathlib import Path

import pytest

from ctml_assets.declaration import DeclarationMistakes, read_declaration
from ctml_assets.declaration.reader import name_of
from ctml_assets.errors import DeclarationError
from ctml_assets_tests.declaration.files import FIVE_LINES, extended, mistakes_of, write


def test_five_lines_are_a_declaration(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    spec = read_declaration(write(tmp_path / "model", FIVE_LINES))
    assert spec.name == "flight_delays"
    assert spec.source.path == str(tmp_path.resolve() / "flights.parquet")
    assert spec.start_date.isoformat() == "2013-01-01"


@pytest.mark.parametrize(
    "path", ["s3://bucket/a/../{partition}.parquet", "/data/{partition}.csv.gz"]
)
def test_a_full_path_stays_as_it_is(tmp_path: Path, path: str) -> None:
    file = write(tmp_path, extended(f"source: {path}", without="source"))
    assert read_declaration(file).source.path == path


def test_a_relative_path_starts_at_the_declaration_wherever_the_process_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, extended("source: d/{partition}.csv", without="source"))
    monkeypatch.chdir(tmp_path)
    spec = read_declaration(Path("defs.yaml"))
    assert spec.source.path == str(tmp_path.resolve() / "d" / "{partition}.csv")


def test_a_callable_source_is_not_imported(tmp_path: Path) -> None:
    file = write(tmp_path, extended("source: {callable: 'no.such.module:rows'}", without="source"))
    assert read_declaration(file).source.callable == "no.such.module:rows"


def test_a_rich_declaration_is_read_whole(tmp_path: Path) -> None:
    spec = read_declaration(
        write(
            tmp_path,
            extended(
                """\
                positive: arr_delay > 15
                owners: [team:data, ada@example.org]
                max_bad_rows: 20
                features:
                  - {name: origin, kind: categorical, values: [EWR, JFK]}
                  - {name: distance, kind: numeric, min: 0}
                monitoring:
                  metric: neg_log_loss
                  slices:
                    - {overall: true, weight: 2}
                    - {column: event_hour, bins: [0, 12, 24]}
                    - {where: origin == 'JFK' and distance > 500, name: far}
                retraining: {window_days: null, trials: 5}
                """
            ),
        )
    )
    assert [feature.name for feature in spec.features or ()] == ["origin", "distance"]
    lines = spec.monitoring.slices or ()
    assert [(line.group, line.weight) for line in lines] == [
        ("overall", 2.0),
        ("event_hour", 1.0),
        ("far", 1.0),
    ]
    assert spec.retraining.trials == 5


def test_anchors_and_merge_keys_may_be_used(tmp_path: Path) -> None:
    more = """\
        features:
          - &a {name: a, kind: numeric, min: 0}
          - {<<: *a, name: b}
        """
    spec = read_declaration(write(tmp_path, extended(more)))
    assert [(feature.name, feature.min) for feature in spec.features or ()] == [("a", 0), ("b", 0)]


def test_another_component_is_refused_for_nothing_would_run_it(tmp_path: Path) -> None:
    file = write(tmp_path, FIVE_LINES)
    file.write_text(file.read_text().replace("ctml_assets.components.", "my_team.models."))
    (mistake,) = mistakes_of(file)
    assert str(mistake) == (
        f"{file}:1: type: must be ctml_assets.components.ContinuousTrainingModel, got "
        "'my_team.models.ContinuousTrainingModel'; write type: "
        "ctml_assets.components.ContinuousTrainingModel"
    )


@pytest.mark.parametrize("key", ["requirements", "template_vars_module", "post_processing"])
def test_what_dagster_reads_elsewhere_but_nothing_here_honours_is_a_mistake(
    tmp_path: Path, key: str
) -> None:
    file = write(tmp_path, FIVE_LINES)
    file.write_text(file.read_text() + f"{key}: {{env: [TOKEN]}}\n")
    (mistake,) = mistakes_of(file)
    assert (mistake.line, mistake.problem) == (8, f"must be one of type, attributes, got '{key}'")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("attributes: {name: rentals, tresholds: 1}", "rentals"),
        ("attributes: {name: 3}", None),
        ("attributes: [name]", None),
        ("- name", None),
        ("attributes: {name: [never closed", None),
    ],
)
def test_the_name_in_a_broken_declaration_is_told_if_it_can_be_read(
    tmp_path: Path, text: str, name: str | None
) -> None:
    file = tmp_path / "defs.yaml"
    file.write_text(text)
    assert name_of(file) == name
    assert name_of(tmp_path / "absent.yaml") is None


def test_a_message_has_one_line_a_mistake_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = write(
        tmp_path, extended("triggers:\n  cooldown_days: -1\nlabel_delay_days: x", without="target")
    )
    with pytest.raises(DeclarationError) as caught:
        read_declaration(file)
    assert str(caught.value).splitlines() == [
        f"{file}:2: attributes.target: must be given (column of the outcome), got nothing; "
        "add for example target: arr_delay",
        f"{file}:8: attributes.triggers.cooldown_days: must be >= 0, got -1; use for example 7",
        f"{file}:9: attributes.label_delay_days: must be a whole number >= 0 and <= 3650, "
        "got 'x'; use for example 0",
    ]


def test_ten_mistakes_are_ten_mistakes_at_once(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """\
        name: Flight Delays
        source: flights.txt
        event_time: sched_ts
        start_date: 2013-02-30
        color: blue
        monitoring:
          metric: rmse
          windw_days: 5
          slices:
            - {column: sched_ts}
            - {where: distance >, name: far}
        retraining:
          window_days: 20
        """,
    )
    mistakes = mistakes_of(file)
    assert len(mistakes) == 10
    assert [(it.line, it.path.removeprefix("attributes.")) for it in mistakes] == [
        (2, "target"),
        (3, "name"),
        (4, "source"),
        (6, "start_date"),
        (7, "color"),
        (9, "monitoring.metric"),
        (10, "monitoring.windw_days"),
        (12, "monitoring.slices[0].column"),
        (13, "monitoring.slices[1].where"),
        (15, "retraining.window_days"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "path", "problem"),
    [
        ("", 1, "", "must be a mapping with type and attributes, got an empty file"),
        ("# nothing yet\n", 1, "", "got an empty file"),
        ("- a\n", 1, "", "must be a mapping with type and attributes, got ['a']"),
        (
            "type: a.B\nattributes: [a]\n",
            2,
            "attributes",
            "must be a mapping of the model's fields",
        ),
        ("type: a.B\nattributes:\n", 2, "attributes", "got nothing"),
        ("type: a.B\n", 1, "attributes", "got nothing"),
        ("attributes: {}\n", 1, "type", "must be ctml_assets.components.ContinuousTrainingModel"),
        ("\ntype: ctml_assets.Model\n", 2, "type", "got 'ctml_assets.Model'"),
        ("type: a.B\nattributes: {}\nextra: 1\n", 3, "extra", "got 'extra'"),
        ("type: a.B\n\n---\ntype: a.C\n", 4, "", "must hold one YAML document, got several"),
        ("type: a.B\nattributes: [1\n", 3, "", "must be YAML"),
    ],
)
def test_a_file_of_another_shape_is_told_by_line(
    tmp_path: Path, text: str, line: int, path: str, problem: str
) -> None:
    file = tmp_path / "defs.yaml"
    file.write_text(text)
    found = [it for it in mistakes_of(file) if it.path == path]
    assert [it.line for it in found] == [line]
    assert problem in found[0].problem


def test_attributes_under_a_mistyped_name_are_judged_all_the_same(tmp_path: Path) -> None:
    file = write(tmp_path, FIVE_LINES.replace("name:", "nam:"))
    file.write_text(file.read_text().replace("attributes:", "attributs:"))
    found = [(it.path, it.remedy) for it in mistakes_of(file)]
    assert found == [
        ("attributs", "rename it to attributes"),
        ("attributs.nam", "rename it to name"),
    ]


def test_a_missing_file_is_a_mistake_and_no_crash(tmp_path: Path) -> None:
    (mistake,) = mistakes_of(tmp_path / "defs.yaml")
    assert mistake.problem == "must be a readable file, got No such file or directory"


def test_a_file_in_another_encoding_is_told_by_line(tmp_path: Path) -> None:
    file = tmp_path / "defs.yaml"
    file.write_bytes("type: a.B\n# caf\u00e9\n".encode("latin-1"))
    (mistake,) = mistakes_of(file)
    assert (mistake.line, mistake.problem) == (2, "must be text in UTF-8, got other bytes")


def test_no_message_shows_a_password(tmp_path: Path) -> None:
    url = "postgresql://reader:hunter2@db/warehouse"
    for source in (
        url,
        f"{{sql: {{url: ['{url}'], query: x}}}}",
        f"['{url}']",
        f"{{path: a.csv, sql: {{url: '{url}', query: x}}}}",
        f"{{sql: {{url: 'x {url}', query: x}}}}",
        f"{{callable: '{url}'}}",
        f"a.csv\npositive: '{url}'",
        f"a.csv\nmonitoring: {{metric: '{url}'}}",
        "postgresql://reader:hunter2/with@slash@db/warehouse",
    ):
        file = write(tmp_path, extended(f"source: {source}", without="source"))
        with pytest.raises(DeclarationMistakes) as caught:
            read_declaration(file)
        assert "hunter2" not in str(caught.value)
