"""Names across declarations: no two models share one."""

from collections.abc import Iterable
from pathlib import Path

from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration.mistakes import Mistake
from ctml_assets.declaration.reader import line_of


def check_names(specs_with_files: Iterable[tuple[ModelSpec, Path]]) -> list[Mistake]:
    """Find models that share a name; they would share their assets and their place in the lake.

    Parameters
    ----------
    specs_with_files
        Every specification with the file that it was read from.

    Returns
    -------
    list of Mistake
        One for each file but the first (by path) of a name, sorted; empty if all names differ.
    """
    first: dict[str, Path] = {}
    mistakes = []
    for spec, file in sorted(specs_with_files, key=lambda pair: pair[1]):
        if spec.name not in first:
            first[spec.name] = file
            continue
        mistakes.append(
            Mistake(
                file,
                line_of(file, ("attributes", "name")),
                "attributes.name",
                f"must differ from model to model, got {spec.name!r}, which {first[spec.name]} "
                "has already",
                "rename one of the two",
            )
        )
    return mistakes
