import json
import zipfile

import pytest

from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts import dump_model, load_model
from ctml_assets.lake.artifacts.schema import check_schema
from ctml_assets_tests.lake.artifacts.test_skops_format import rewritten
from ctml_assets_tests.lake.models import fitted_preset


def schema_of(name):
    import io

    with zipfile.ZipFile(io.BytesIO(dump_model(fitted_preset(name, "regression")))) as archive:
        return json.loads(archive.read("schema.json"))


def nodes(schema, name):
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("__class__") == name:
                yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def booster(schema):
    (node,) = nodes(schema, "Booster")
    return node


def tree(schema):
    return next(nodes(schema, "Tree"))


def json_node(value):
    return {
        "__class__": "str",
        "__module__": "builtins",
        "__loader__": "JsonNode",
        "content": json.dumps(value),
        "is_json": True,
    }


@pytest.mark.parametrize("name", ["lightgbm", "random_forest", "hist_gradient_boosting"])
def test_what_we_write_passes(name):
    check_schema(schema_of(name))


def set_handle(node, value):
    node["content"]["content"]["_handle"] = value


BOOSTERS = {
    "another text": lambda node: set_handle(node, json_node("tree\nversion=v4\n\n")),
    "no text": lambda node: set_handle(node, json_node(7)),
    "a text from elsewhere": lambda node: set_handle(
        node, {"__class__": "str", "__module__": "builtins", "__loader__": "CachedNode"}
    ),
    "two texts": lambda node: node["content"]["content"].update(handle=json_node("tree")),
    "none": lambda node: node["content"]["content"].pop("_handle"),
    "no state": lambda node: node.pop("content"),
    "a state from elsewhere": lambda node: node["content"].update(__loader__="CachedNode"),
    "made by its constructor": lambda node: node.update(__loader__="ConstructorFromReduceNode"),
    "no loader": lambda node: node.pop("__loader__"),
}


@pytest.mark.parametrize("name", BOOSTERS)
def test_a_booster_that_is_not_as_we_write_it_is_never_built(name):
    def change(schema):
        BOOSTERS[name](booster(schema))
        return schema

    with pytest.raises(RegistryError, match="artifact: "):
        check_schema(change(schema_of("lightgbm")))
    data = rewritten(dump_model(fitted_preset("lightgbm", "regression")), change)
    with pytest.raises(RegistryError, match="artifact: "):
        load_model(data)


def set_outputs(node, value):
    node["__reduce__"]["args"]["content"][2] = value


TREES = {
    "room for ever so many outputs": lambda node: set_outputs(node, json_node(10**12)),
    "no output": lambda node: set_outputs(node, json_node(0)),
    "outputs from elsewhere": lambda node: set_outputs(
        node, {"__class__": "int", "__module__": "builtins", "__loader__": "CachedNode"}
    ),
    "no arguments": lambda node: node.pop("__reduce__"),
    "made by its constructor": lambda node: node.update(__loader__="ConstructorFromReduceNode"),
}


@pytest.mark.parametrize("name", TREES)
def test_a_tree_that_is_not_as_we_write_it_is_never_built(name):
    schema = schema_of("random_forest")
    TREES[name](tree(schema))
    with pytest.raises(RegistryError, match="artifact: "):
        check_schema(schema)


@pytest.mark.parametrize("schema", [None, 3, [], {}, {"a": [1, {"b": None}]}])
def test_what_holds_neither_passes(schema):
    check_schema(schema)
