"""How far the drift sensor has read: the storage id of the last event, per model."""

import json

Cursor = dict[str, int]


def read_cursor(text: str | None) -> Cursor:
    """Return the cursor; an empty or unreadable one means that nothing was read yet.

    Reading events again is harmless: a day at or before the last training never fires, and a
    request that was made is recognised by its run key.
    """
    try:
        found = json.loads(text or "{}")
    except json.JSONDecodeError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: last for name, last in found.items() if isinstance(last, int)}


def write_cursor(cursor: Cursor) -> str:
    """Return the cursor as text, the same for the same content."""
    return json.dumps(cursor, sort_keys=True, separators=(",", ":"))
