"""All declarations of a folder: the sound ones, and the broken ones, which stop nobody else."""

from dataclasses import dataclass
from pathlib import Path

from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration import check_names, read_declaration
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
    for mistake in check_names([(spec, path) for path, spec in found.items()]):
        path = Path(mistake.file)
        broken[path.parent.name] = str(mistake)
        found.pop(path, None)
    return LoadedModels(
        specs=tuple(found.values()),
        broken=tuple(BrokenDeclaration(name, broken[name]) for name in sorted(broken)),
    )
