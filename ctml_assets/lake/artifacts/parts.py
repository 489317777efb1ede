"""Whatever a loaded model holds, however deep."""

from collections.abc import Iterator
from functools import partial
from types import ModuleType

import numpy as np

_ATOMS = (str, bytes, int, float, complex, type(None), np.generic, type, ModuleType)


def parts(model: object) -> Iterator[object]:
    """Yield a model and every object reachable from it, each once; numbers and texts left out."""
    seen: set[int] = set()
    waiting = [model]
    while waiting:
        part = waiting.pop()
        if isinstance(part, _ATOMS) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        if isinstance(part, dict):
            waiting.extend(part.values())
        elif isinstance(part, list | tuple | set):
            waiting.extend(part)
        elif isinstance(part, np.ndarray):
            waiting.extend(part.ravel().tolist() if part.dtype == object else ())
        elif isinstance(part, partial):
            waiting.extend((part.func, part.args, part.keywords))
        else:
            # a method holds the object that it is of
            waiting.extend(
                (getattr(part, "__self__", None), *getattr(part, "__dict__", {}).values())
            )
