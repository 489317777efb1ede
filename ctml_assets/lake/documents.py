"""Small facts in the lake: JSON objects that people and programs can read."""

import datetime as dt
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from pandas.api.typing import NaTType

from ctml_assets.errors import DataError, LakeError
from ctml_assets.lake.protocol import Lake

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def write_document(lake: Lake, key: str, document: Mapping[str, Any]) -> None:
    """Store a document.

    Parameters
    ----------
    lake : Lake
        Where.
    key : str
        Under which key (see ``lake.keys``).
    document : mapping
        Text, booleans, None, finite numbers, dates and times (stored as ISO text), and lists,
        tuples and mappings of them; names are strings.

    Raises
    ------
    DataError
        If a value is anything else, NaN above all; the message says where it stands.
    LakeError
        If it cannot be written.
    """
    lake.write(key, encode_document(document, key))


def read_document(lake: Lake, key: str) -> dict[str, Any]:
    """Return the document stored under the key.

    Raises
    ------
    KeyMissingError
        If there is none.
    LakeError
        If it is not a JSON object.
    """
    return decode_document(lake.read(key), key)


def document_of(result: "DataclassInstance") -> dict[str, Any]:
    """Return a frozen result as a document, results inside it too.

    Examples
    --------
    >>> from ctml_assets.core.drift import LeftOut
    >>> document_of(LeftOut("origin=JFK", "12 labelled rows, fewer than 50"))
    {'name': 'origin=JFK', 'reason': '12 labelled rows, fewer than 50'}
    """
    return asdict(result)


def require_fields(result: type["DataclassInstance"], document: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` unless a document has exactly the fields of a result."""
    wrong = {field.name for field in fields(result)} ^ set(document)
    if wrong:
        raise ValueError(f"{', '.join(sorted(wrong))} missing or unknown")


def encode_document(document: Mapping[str, Any], where: str) -> bytes:
    r"""Return the document as JSON with sorted names: equal documents are equal bytes.

    Examples
    --------
    >>> encode_document({"rows": 3, "day": dt.date(2024, 1, 31)}, "here")
    b'{\n  "day": "2024-01-31",\n  "rows": 3\n}\n'
    >>> encode_document({"scores": [0.5, float("nan")]}, "here")
    Traceback (most recent call last):
        ...
    ctml_assets.errors.DataError: here: scores[1] must be finite, got nan; store None and a reason
    """
    plain = _plain(document, where, "")
    text = json.dumps(plain, sort_keys=True, indent=2, allow_nan=False)
    return (text + "\n").encode()


def decode_document(data: bytes, where: str) -> dict[str, Any]:
    """Return what `encode_document` made of a document (dates stay ISO text, tuples lists)."""
    try:
        document = json.loads(data.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise LakeError(
            f"{where}: document must be JSON, got {str(error)[:200]}; write it again"
        ) from error
    if not isinstance(document, dict):
        raise LakeError(
            f"{where}: document must be a JSON object, got {type(document).__name__}; write it "
            "again"
        )
    return document


def _plain(value: object, where: str, path: str) -> object:
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise DataError(f"{where}: names in {path or 'it'} must be text, got {name!r}")
        return {
            str(name): _plain(item, where, f"{path}.{name}" if path else name)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, where, f"{path}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64 | np.timedelta64):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        raise DataError(f"{where}: {path} must be finite, got {value}; store None and a reason")
    if isinstance(value, dt.date | dt.time) and not isinstance(value, NaTType):
        return value.isoformat()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise DataError(
        f"{where}: {path} must be text, a number, a date, None, a list or a mapping, got "
        f"{type(value).__name__}; convert it"
    )


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name}, which is no JSON number")
