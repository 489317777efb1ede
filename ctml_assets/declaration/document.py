"""A YAML file as plain data that knows on which line each field stands."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from ctml_assets.declaration.mistakes import FieldPath, Finding

_MOST_VALUES = 100_000


class UnreadableError(Exception):
    """The text is no YAML that a declaration may consist of.

    Attributes
    ----------
    line : int
        Where reading stopped, from 1.
    finding : Finding
        What is wrong.
    """

    def __init__(self, line: int, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.line = line
        self.finding = Finding((), problem, remedy)


@dataclass(frozen=True)
class Document:
    """One YAML document.

    Attributes
    ----------
    data : object
        Its content as mappings, lists and scalars; nothing is shared between two places.
    repeated : tuple of (int, Finding)
        Keys that occur twice in a mapping, with the line of the later one.
    """

    data: object
    repeated: tuple[tuple[int, Finding], ...]
    _root: yaml.Node | None

    def line(self, path: FieldPath) -> int:
        """Tell the line (from 1) of a field, or of the nearest enclosing one that is there."""
        node, line = self._root, 1
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            node, mark = found
            line = mark.line + 1
        return line


class _Loader(yaml.SafeLoader):
    """Plain YAML, except that keys stay text and an impossible date stays text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        self.flatten_mapping(node)
        mapping: dict[Hashable, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    problem="a key must be text", problem_mark=key.start_mark
                )
            mapping[key.value] = self.construct_object(value, deep=deep)
        return mapping

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        if isinstance(node, yaml.ScalarNode) and "\0" in node.value:
            raise yaml.constructor.ConstructorError(
                problem="the character NUL stands", problem_mark=node.start_mark
            )
        return super().construct_scalar(node)

    def date_or_text(self, node: yaml.ScalarNode) -> object:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.date_or_text)


def read_document(text: str) -> Document:
    """Parse a YAML text that holds one document.

    Raises
    ------
    UnreadableError
        If it is no YAML, holds several documents, asks for Python objects, refers to itself or is
        unreasonably large.
    """
    try:
        root, repeated, data = _load(text)
        return Document(_unshared(data, [_MOST_VALUES]), repeated, root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(
            1 if mark is None else mark.line + 1,
            f"must be YAML, got a text in which {error.problem or error.context}",
            "mend the line; quote text that holds ': ' or begins with { [ * & ! % @ or `",
        ) from error
    except yaml.reader.ReaderError as error:
        raise UnreadableError(
            text[: error.position].count("\n") + 1,
            f"must be printable text, got the character {error.character!r}",
            "remove the character",
        ) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableError(
            1,
            "must be YAML of plain values, at most a few levels deep, got values that are too "
            "deep, too many or too long",
            "write the declaration without references to itself",
        ) from error


def _load(text: str) -> tuple[yaml.Node | None, tuple[tuple[int, Finding], ...], object]:
    loader = _Loader(text)
    try:
        root = loader.get_node() if loader.check_node() else None
        if root is None:
            return None, (), None
        if loader.check_node():
            raise UnreadableError(
                _line_of_next(loader),
                "must hold one YAML document, got several",
                "remove the line --- and what follows, or move it to a folder of its own",
            )
        # before construction, for a merge key changes the nodes
        repeated = tuple(_repeated(root, (), set()))
        return root, repeated, loader.construct_document(root)
    finally:
        loader.dispose()


def _line_of_next(loader: _Loader) -> int:
    node = loader.get_node()
    return 1 if node is None else node.start_mark.line + 1


def _unshared(value: object, left: list[int]) -> object:
    """Copy, so that what an anchor shares between two places can be mended in one of them."""
    left[0] -= 1
    if left[0] < 0:
        raise ValueError("too many values")
    if isinstance(value, dict):
        return {key: _unshared(item, left) for key, item in value.items()}
    if isinstance(value, list):
        return [_unshared(item, left) for item in value]
    return value


def _repeated(
    node: yaml.Node | None, path: FieldPath, seen: set[int]
) -> Iterator[tuple[int, Finding]]:
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield from _repeated(item, (*path, position), seen)
    elif isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in first:
                problem = f"must be given once, got it on line {first[name]} already"
                yield line, Finding((*path, name), problem, "remove one of the two")
            first.setdefault(name, line)
            yield from _repeated(value, (*path, name), seen)


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Mark] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item, item.start_mark
    if isinstance(node, yaml.MappingNode):
        # the last of two equal keys is the one that counts
        for key, value in reversed(node.value):
            if key.value == part:
                return value, key.start_mark
    return None
