"""What must be known of an archive before anything in it is built."""

import json
from collections.abc import Iterator
from typing import Any

from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts.booster_text import check_booster_text

_BOOSTER, _TREE = ("lightgbm.basic", "Booster"), ("sklearn.tree._tree", "Tree")


def check_schema(schema: Any) -> None:
    """Refuse an archive whose LightGBM models or decision trees would harm while they are built.

    LightGBM reads a model's text, and scikit-learn makes room for a tree, before anybody can look
    at the result.

    Parameters
    ----------
    schema
        The ``schema.json`` of a skops archive, parsed.

    Raises
    ------
    RegistryError
        If a text does not hold together, a tree has several outputs, or either is to be built in
        another way than skops writes.
    """
    for node in _nodes(schema):
        kind = (node.get("__module__"), node.get("__class__"))
        # the type itself, as an argument: nothing is built
        if kind not in (_BOOSTER, _TREE) or node.get("__loader__") == "TypeNode":
            continue
        try:
            if kind == _BOOSTER:
                check_booster_text(_text(node))
            else:
                _check_outputs(node)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise _wrong(
                kind[1], "as skops writes it", f"{type(error).__name__}: {error}"
            ) from error


def _text(node: dict[str, Any]) -> str:
    _require_loader(node, "ObjectNode")
    content = node["content"]
    _require_loader(content, "DictNode")
    state = content["content"]
    if "handle" in state:
        raise _wrong("Booster", "with one model", "two")
    text = _value(state["_handle"])
    if not isinstance(text, str):
        raise _wrong("Booster", "with a text", type(text).__name__)
    return text


def _check_outputs(node: dict[str, Any]) -> None:
    _require_loader(node, "TreeNode")
    outputs = _value(node["__reduce__"]["args"]["content"][2])
    if outputs != 1:
        raise _wrong("Tree", "of one output", repr(outputs))


def _value(node: dict[str, Any]) -> object:
    _require_loader(node, "JsonNode")
    value: object = json.loads(node["content"])
    return value


def _require_loader(node: dict[str, Any], loader: str) -> None:
    if node["__loader__"] != loader:
        raise _wrong("part", f"a {loader}", repr(node["__loader__"]))


def _nodes(schema: Any) -> Iterator[dict[str, Any]]:
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _wrong(name: str, accepted: str, came: str) -> RegistryError:
    return RegistryError(
        f"artifact: {name} must be {accepted}, got {came[:200]}; train and register the model again"
    )
