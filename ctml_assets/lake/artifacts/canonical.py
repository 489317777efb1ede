"""The same fitted model gives the same bytes, in any process."""

import io
import json
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
from numpy.lib.format import MAGIC_PREFIX

SCHEMA = "schema.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_LEVEL = 6


def canonical(data: bytes) -> bytes:
    """Return a skops archive rewritten so that its bytes depend on the model's values alone.

    skops names members after memory addresses, keeps them as ``__id__`` to restore which parts
    are one object, stamps the time of day, and stores sets in hash order. Here members are
    numbered by first appearance (equal ones once), identities dropped (a loaded model may hold
    two equal parts where one was shared: it predicts the same), times fixed and sets sorted. The
    gaps between the fields of an array's records, which hold whatever was in memory, become zero.

    Parameters
    ----------
    data : bytes
        What ``skops.io.dumps`` returned.

    Returns
    -------
    bytes
        A deflated archive that ``skops.io.loads`` reads.
    """
    with ZipFile(io.BytesIO(data)) as source:
        schema = json.loads(source.read(SCHEMA))
        contents = {name: _without_gaps(source.read(name)) for name in source.namelist()}
    names: dict[bytes, str] = {}
    _rewrite(schema, contents, names)
    sink = io.BytesIO()
    with ZipFile(sink, "w") as target:
        for content, name in names.items():
            _add(target, name, content)
        _add(target, SCHEMA, json.dumps(schema, separators=(",", ":")).encode())
    return sink.getvalue()


def _without_gaps(content: bytes) -> bytes:
    if not content.startswith(MAGIC_PREFIX):
        return content
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    settled = np.zeros(array.shape, dtype=array.dtype)
    for name in array.dtype.names:
        settled[name] = array[name]
    sink = io.BytesIO()
    np.save(sink, settled, allow_pickle=False)
    return sink.getvalue()


def _rewrite(node: Any, contents: dict[str, bytes], names: dict[bytes, str]) -> None:
    if isinstance(node, dict):
        if "__loader__" in node:
            node.pop("__id__", None)
            if node["__loader__"] == "PartialNode":
                _settle_namespace(node["content"])
            if node["__loader__"] == "SetNode":
                _sort(node, contents)
            if isinstance(node.get("file"), str):
                content = contents[node["file"]]
                suffix = node["file"].rpartition(".")[2]
                node["file"] = names.setdefault(content, f"{len(names) + 1:06d}.{suffix}")
        children: Any = node.values()
    else:
        children = node if isinstance(node, list) else ()
    for child in children:
        _rewrite(child, contents, names)


def _settle_namespace(content: dict[str, Any]) -> None:
    # A partial's namespace turns from None into {} as soon as anybody looks at its __dict__.
    if content["namespace"]["content"] == {}:
        content["namespace"] = {
            "__class__": "str",
            "__module__": "builtins",
            "__loader__": "JsonNode",
            "content": "null",
            "is_json": True,
        }


def _sort(node: dict[str, Any], contents: dict[str, bytes]) -> None:
    def order(item: Any) -> str:
        plain = json.loads(json.dumps(item))
        _rewrite(plain, contents, {})
        return json.dumps(plain)

    node["content"].sort(key=order)


def _add(target: ZipFile, name: str, content: bytes) -> None:
    member = ZipInfo(name, _EPOCH)
    # The defaults differ between operating systems.
    member.create_system = 3
    member.external_attr = 0o600 << 16
    target.writestr(member, content, compress_type=ZIP_DEFLATED, compresslevel=_LEVEL)
