"""Fault 29: strings from data and declarations are shown as text, and no secret reaches a disk."""

import re
import sqlite3

import dagster as dg
import pytest

from ctml_assets.core.spec import ModelSpec
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day, declared, failure_text, new_world

BEACON = "https://evil.example/x.png"
HOSTILE = (
    f"<img src={BEACON}>",
    f"![a]({BEACON})",
    f"[a](javascript:alert(1))<script>fetch('{BEACON}')</script>",
    "=cmd|' /C calc'!A0",
    "../../../etc/passwd",
    "a\x00b\u202ec",
)
# A number, so that a driver can be given it as a setting and still connect.
SECRET = "8675309.0625"  # noqa: S105 - it guards nothing
PLAIN_KINDS = (
    dg.TextMetadataValue,
    dg.TableMetadataValue,
    dg.IntMetadataValue,
    dg.FloatMetadataValue,
    dg.JsonMetadataValue,
)
PICTURE = re.compile(r"!\[[^\[\]<>`\\\n]*\]\(data:image/svg\+xml;base64,[\w+/=]+\)")


@pytest.fixture
def hostile(tmp_path, instance):
    source = tmp_path / "stream.parquet"
    world = new_world(tmp_path, instance, declared(source), days=12)

    def change(frame):
        position = frame.index % len(HOSTILE)
        frame["segment"] = [HOSTILE[i] for i in position]
        return frame

    world.rewrite(change)
    return world


def is_plain(value):
    """Tell whether a value is shown as it is, or is one picture without any text beside it."""
    if isinstance(value, dg.MarkdownMetadataValue):
        return PICTURE.fullmatch(value.md_str or "") is not None
    return isinstance(value, PLAIN_KINDS)


def metadata_of(instance):
    """Yield every metadata value of every materialization and check."""
    for key in instance.all_asset_keys():
        for record in instance.fetch_materializations(key, limit=100).records:
            yield from record.asset_materialization.metadata.values()


def test_hostile_categories_are_shown_as_text_or_table_only(hostile):
    hostile.ingest(*range(9))
    hostile.monitor(9)
    hostile.train(9)
    result = hostile.monitor(10)
    shown = list(metadata_of(hostile.instance))
    assert any("evil.example" in str(value) for value in shown)
    for value in shown:
        assert is_plain(value), type(value)
    for check in result.get_asset_check_evaluations():
        for value in check.metadata.values():
            assert isinstance(value, PLAIN_KINDS), type(value)


def test_hostile_categories_leave_no_trace_outside_their_tables(hostile, tmp_path):
    hostile.ingest(*range(9))
    hostile.monitor(9)
    hostile.train(9)
    for path in (tmp_path / "lake").rglob("*"):
        assert "evil" not in str(path)
        assert "passwd" not in str(path)
    outside = {path.name for path in tmp_path.iterdir()}
    assert outside == {"stream.parquet", "lake", "studies"}


def test_hostile_categories_in_quarantine_stay_data(tmp_path, instance):
    source = tmp_path / "stream.parquet"
    features = [*streams.FEATURES[:-1]]
    features.append({"name": "segment", "kind": "categorical", "values": ["a", "b", "c"]})
    spec = declared(source, features=features, max_bad_rows="100%")
    world = new_world(tmp_path, instance, spec, days=1)

    def change(frame):
        frame.loc[: len(HOSTILE) - 1, "segment"] = list(HOSTILE)
        return frame

    world.rewrite(change)
    result = world.monitor(0)
    assert world.metadata("records")["quarantined_rows"] == len(HOSTILE)
    (check,) = [it for it in result.get_asset_check_evaluations() if it.check_name == "schema"]
    assert isinstance(check.metadata["reasons"], dg.TableMetadataValue)
    assert "evil.example" not in (check.description or "")


def test_a_hostile_name_is_refused_before_it_becomes_a_path():
    for name in ("../up", "a/b", "a b", "", "A", "x" * 64, "a\n"):
        with pytest.raises(ValueError, match="name"):
            streams.spec(name=name)


def everything_in(home):
    """Return the content of every file below a home, databases read row by row."""
    found = []
    for path in home.rglob("*"):
        if not path.is_file():
            continue
        found.append(path.read_bytes())
        if path.suffix == ".db":
            with sqlite3.connect(path) as database:
                found.append("\n".join(database.iterdump()).encode())
    return b"\n".join(found)


@pytest.mark.parametrize("way", ["reachable", "no such host"])
def test_the_password_of_a_database_is_nowhere_in_the_home(tmp_path, monkeypatch, way):
    monkeypatch.setenv("STREAM_PASSWORD", SECRET)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    if way == "reachable":
        database = tmp_path / "stream.db"
        with sqlite3.connect(database) as opened:
            streams.raw_days(2).to_sql("records", opened, index=False)
        url = f"sqlite:///{database}?timeout={{{{ env.STREAM_PASSWORD }}}}"
    else:
        url = "postgresql+psycopg2://reader:{{ env.STREAM_PASSWORD }}@localhost:1/warehouse"
    query = "SELECT * FROM records WHERE ts >= :start AND ts < :end"
    spec = ModelSpec(**streams.declared(source={"sql": {"url": url, "query": query}}))
    with dg.DagsterInstance.from_config(str(home)) as instance:
        (tmp_path / "stream.parquet").touch()
        world = new_world(tmp_path, instance, spec)
        result = world.definitions.resolve_job_def("monitor").execute_in_process(
            instance=instance, partition_key=day(0).isoformat(), raise_on_error=False
        )
        assert result.success is (way == "reachable")
        assert SECRET not in failure_text(result)
    written = everything_in(home)
    assert b"stream/records" in written or b'"stream", "records"' in written
    assert SECRET.encode() not in written
    assert SECRET.encode() not in everything_in(tmp_path / "lake")
