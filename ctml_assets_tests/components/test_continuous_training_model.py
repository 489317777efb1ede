import dagster as dg
import pytest
import yaml
from dagster.components.core.component_tree import ComponentTreeException
from dagster.components.testing import create_defs_folder_sandbox

from ctml_assets.components import ContinuousTrainingModel, model_definitions
from ctml_assets.errors import DeclarationError
from ctml_assets.resources import lake_resources
from ctml_assets.resources.naming import monitoring_keys, training_keys
from ctml_assets_tests import streams

TYPE = "ctml_assets.components.ContinuousTrainingModel"


@pytest.fixture
def sandbox():
    with create_defs_folder_sandbox() as made:
        yield made


def declare(sandbox, attributes, folder="stream"):
    path = sandbox.defs_folder_path / folder
    path.mkdir()
    (path / "defs.yaml").write_text(yaml.safe_dump({"type": TYPE, "attributes": attributes}))
    return path


def keys_of(definitions):
    whole = dg.Definitions.merge(definitions, dg.Definitions(resources=lake_resources()))
    return set(whole.resolve_asset_graph().get_all_asset_keys())


def test_dagsters_own_folder_loading_gives_the_same_assets(sandbox):
    path = declare(sandbox, streams.declared())
    with sandbox.load_component_and_build_defs(path) as (component, definitions):
        assert isinstance(component, ContinuousTrainingModel)
        keys = keys_of(definitions)
    assert keys == {*monitoring_keys(streams.spec()), *training_keys("stream")}


def test_a_relative_source_starts_at_the_declarations_folder(sandbox):
    path = declare(sandbox, streams.declared(source="../data/{partition}.parquet"))
    with sandbox.load_component_and_build_defs(path) as (component, _):
        wanted = sandbox.defs_folder_path / "data" / "{partition}.parquet"
        assert component.spec.source.path == str(wanted.resolve())


def test_a_whole_folder_of_declarations_loads(sandbox):
    declare(sandbox, streams.declared())
    declare(sandbox, streams.declared(name="other", start_date="2024-03-01"), "other")
    with sandbox.build_all_defs() as definitions:
        keys = keys_of(definitions)
    assert keys == {
        *monitoring_keys(streams.spec()),
        *monitoring_keys(streams.spec(name="other")),
        *training_keys("stream"),
        *training_keys("other"),
    }


def test_every_mistake_is_told_with_its_line(sandbox):
    wrong = streams.declared(label_delay_days=-1, tresholds=3)
    path = declare(sandbox, wrong)
    with (
        sandbox.build_component_tree() as tree,
        pytest.raises(ComponentTreeException) as caught,
    ):
        tree.load_component(path)
    causes, error = [], caught.value
    while error is not None:
        causes.append(error)
        error = error.__cause__
    told = next(str(it) for it in causes if isinstance(it, DeclarationError))
    lines = (path / "defs.yaml").read_text().splitlines()
    for field in ("label_delay_days", "tresholds"):
        number = next(i for i, line in enumerate(lines, 1) if line.strip().startswith(field))
        assert f"{path}/defs.yaml:{number}: attributes.{field}" in told


def test_the_definitions_can_be_had_without_yaml():
    definitions = model_definitions(streams.spec())
    assert isinstance(definitions, dg.Definitions)
    keys = [key for asset in definitions.assets or [] for key in asset.keys]
    assert keys == [*monitoring_keys(streams.spec()), *training_keys("stream")]
