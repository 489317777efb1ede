"""All declarations of a folder: the sound ones, and the broken ones, which stop nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration import Mistake, check_names, read_declaration
from ctml_assets.declaration.reader import line_of
from ctml_assets.errors import DeclarationError


@dataclass(frozen=True)
class BrokenDeclaration:
    """A declaration that cannot be used.

    Attributes
    ----------
    folder
        Name of the folder it lies in.
    problem
        Every mistake in it, one per line.
    """

    folder: str
    problem: str


@dataclass(frozen=True)
class LoadedModels:
    """What a folder of declarations holds, by name of the sub-folder."""

    specs: tuple[ModelSpec, ...]
    broken: tuple[BrokenDeclaration, ...]


def load_models(root: Path) -> LoadedModels:
    """Read ``<root>/<model>/defs.yaml`` for every model.

    Two declarations of one name are both broken: nobody can say which is meant.
    """
    found: dict[Path, ModelSpec] = {}
    broken: dict[str, str] = {}
    for path in sorted(root.glob("*/defs.yaml")):
        try:
            found[path] = read_declaration(path)
        except DeclarationError as error:
            broken[path.parent.name] = str(error)
    for mistake in _shared_names(found):
        path = Path(mistake.file)
        broken[path.parent.name] = str(mistake)
        del found[path]
    return LoadedModels(
        specs=tuple(found.values()),
        broken=tuple(BrokenDeclaration(name, broken[name]) for name in sorted(broken)),
    )


def _shared_names(found: Mapping[Path, ModelSpec]) -> list[Mistake]:
    mistakes = check_names([(spec, path) for path, spec in found.items()])
    # The first of a name is not blamed there; here it is as doubtful as the others.
    firsts: dict[str, Mistake] = {}
    for mistake in mistakes:
        name = found[Path(mistake.file)].name
        first = next(path for path, spec in sorted(found.items()) if spec.name == name)
        firsts.setdefault(
            name,
            replace(
                mistake,
                file=first,
                line=line_of(first, ("attributes", "name")),
                problem=f"must differ from model to model, got {name!r}, which {mistake.file} "
                "has too",
            ),
        )
    return [*mistakes, *firsts.values()]
