"""How far a sensor has come, per model."""

import json
from collections.abc import Mapping
from typing import TypeVar

Place = TypeVar("Place", int, str)


def read_cursor(text: str | None, kind: type[Place]) -> dict[str, Place]:
    """Return what stands in a cursor of one kind of values; an unreadable one holds nothing.

    To begin anew is harmless. The drift sensor reads events again: a day at or before the last
    training never fires, and a request that was made is recognised by its run key. The freshness
    sensor says once more what it has said.
    """
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: place for name, place in found.items() if type(place) is kind}


def write_cursor(cursor: Mapping[str, int] | Mapping[str, str]) -> str:
    """Return the cursor as text, the same for the same content."""
    return json.dumps(cursor, sort_keys=True, separators=(",", ":"))
