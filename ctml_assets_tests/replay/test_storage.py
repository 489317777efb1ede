import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef

from ctml_assets.replay.storage import ReplaySqliteStorage, for_replay


@dg.asset
def numbers():
    return dg.MaterializeResult(metadata={"value": 3})


@pytest.fixture
def home(tmp_path):
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return tmp_path


def reference(home):
    return for_replay(InstanceRef.from_dir(str(home)))


def test_what_it_writes_dagsters_own_storage_reads_and_the_other_way_round(home):
    written = []
    for make in (
        lambda: dg.DagsterInstance.from_ref(reference(home)),
        lambda: dg.DagsterInstance.from_config(str(home)),
    ):
        with make() as instance:
            for _ in range(3):
                result = dg.materialize([numbers], instance=instance)
                written.append((result.run_id, len(instance.all_logs(result.run_id))))
    for ref in (InstanceRef.from_dir(str(home)), reference(home)):
        with dg.DagsterInstance.from_ref(ref) as instance:
            assert instance.get_runs_count() == 6
            for run_id, events in written:
                assert len(instance.all_logs(run_id)) == events > 5
            found = instance.fetch_materializations(numbers.key, limit=10).records
            assert [it.run_id for it in found] == [run_id for run_id, _ in reversed(written)]


def test_two_processes_may_look_at_one_home_at_once(home):
    with (
        dg.DagsterInstance.from_ref(reference(home)) as writer,
        dg.DagsterInstance.from_config(str(home)) as viewer,
    ):
        result = dg.materialize([numbers], instance=writer)
        assert viewer.get_run_by_id(result.run_id).is_success
        assert viewer.get_latest_materialization_event(numbers.key).run_id == result.run_id


def test_only_sqlite_is_replaced(home):
    assert reference(home).storage_data.class_name == ReplaySqliteStorage.__name__
    (home / "dagster.yaml").write_text(
        "storage: {postgres: {postgres_url: postgresql+psycopg2://a@localhost/b}}\n"
    )
    other = InstanceRef.from_dir(str(home))
    assert for_replay(other) == other
