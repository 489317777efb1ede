"""Where a command works: the lake, and the Dagster instance that shows what happened in it."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ctml_assets.errors import CtmlError

if TYPE_CHECKING:
    import dagster as dg

    from ctml_assets.resources import LakeResource


@dataclass(frozen=True)
class Place:
    """A lake and its instance.

    Attributes
    ----------
    lake
        Data, documents, registry.
    instance_folder
        Holds the ``dagster.yaml`` of the instance; None if no instance is known.
    """

    lake: "LakeResource"
    instance_folder: Path | None

    def instance(self) -> "dg.DagsterInstance | None":
        """Open the instance; the caller closes it."""
        import dagster as dg

        if self.instance_folder is None:
            return None
        return dg.DagsterInstance.from_config(str(self.instance_folder))


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--home`` and ``--lake``."""
    parser.add_argument(
        "--home",
        type=Path,
        help="folder of the Dagster instance, the lake beside it; default: as dagster dev finds it",
    )
    parser.add_argument("--lake", metavar="ROOT", help="folder or s3:// URL of another lake")


def place_of(options: argparse.Namespace) -> Place:
    """Return the place that ``--home`` and ``--lake`` mean.

    Without them it is that of ``dagster dev`` in this folder: the instance of ``$DAGSTER_HOME``,
    else of the ``dagster.yaml`` here, and the lake of ``$CTML_LAKE``, else beside the instance.
    With ``--lake`` alone, the ``dagster.yaml`` here is left alone: the two may be strangers.

    Raises
    ------
    CtmlError
        If there is no such folder.
    """
    from ctml_assets.resources import LakeResource, default_lake_root
    from ctml_assets.resources.lake import is_url

    home = None if options.home is None else options.home.expanduser().absolute()
    if home is not None and not home.is_dir():
        raise CtmlError(f"--home must be a folder that is there, got {home}; check the path")
    declared = os.environ.get("DAGSTER_HOME")
    root = options.lake or (default_lake_root() if home is None else str(home / "lake"))
    if not is_url(root):
        folder = Path(root).expanduser().absolute()
        if not folder.is_dir():
            raise CtmlError(
                f"lake: root must be a folder that is there, got {folder}; change to the folder of "
                "dagster.yaml, or pass --home or --lake"
            )
        root = str(folder)
    here = None if options.lake else Path.cwd()
    instance = home or (Path(declared) if declared else here)
    is_one = instance is not None and (instance / "dagster.yaml").is_file()
    return Place(LakeResource(root=root), instance if is_one else None)
