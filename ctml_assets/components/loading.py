"""All declarations of a folder: the sound ones, and the broken ones, which stop nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration import Mistake, check_names, read_declaration
from ctml_assets.declaration.reader import line_of, name_of
from ctml_assets.errors import DeclarationError

DEFS_ROOT = Path(__file__).parents[1] / "defs"
_FILE = "defs.yaml"


@dataclass(frozen=True)
class BrokenDeclaration:
    """A declaration that cannot be used.

    Attributes
    ----------
    folder
        The folder it lies in, relative to the root.
    problem
        Every mistake in it, one per line.
    name
        The model's name that stands in it; None if that cannot be read.
    """

    folder: str
    problem: str
    name: str | None = None


@dataclass(frozen=True)
class LoadedModels:
    """What a folder of declarations holds, sorted by path."""

    specs: tuple[ModelSpec, ...]
    broken: tuple[BrokenDeclaration, ...]


def load_models(root: Path) -> LoadedModels:
    """Read every ``defs.yaml`` below a folder.

    Two declarations of one name are both broken: nobody can say which is meant. So is any other
    YAML file, for its author thinks that it is read; hidden files are passed over.
    """
    found: dict[Path, ModelSpec] = {}
    broken = {path: _stray(path) for path in _strays(root)}
    # A folder that is a link is found by the first pattern alone.
    for path in sorted({*root.glob(f"*/{_FILE}"), *root.rglob(_FILE)}):
        try:
            found[path] = read_declaration(path)
        except DeclarationError as error:
            broken[path] = str(error)
    for mistake in _shared_names(found):
        path = Path(mistake.file)
        broken[path] = str(mistake)
        del found[path]
    return LoadedModels(
        specs=tuple(found.values()),
        broken=tuple(_broken(root, path, broken[path]) for path in sorted(broken)),
    )


def _strays(root: Path) -> list[Path]:
    return [
        path
        for path in {*root.glob("*/*.y*ml"), *root.rglob("*.y*ml")}
        if path.suffix in (".yml", ".yaml")
        and path.name != _FILE
        and not path.name.startswith(".")
        and path.is_file()
    ]


def _stray(path: Path) -> str:
    problem = f"must be named {_FILE} to be read, got {path.name!r}"
    return str(Mistake(path, 1, "", problem, f"rename it to {_FILE} in a folder of its own"))


def _broken(root: Path, path: Path, problem: str) -> BrokenDeclaration:
    folder = path.parent.relative_to(root).as_posix()
    return BrokenDeclaration(root.name if folder == "." else folder, problem, name_of(path))


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
