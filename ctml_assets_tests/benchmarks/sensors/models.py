"""Code locations of many models, each in a fresh process."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from ctml_assets_tests import streams

_TYPE = "ctml_assets.components.ContinuousTrainingModel"


def by_models(counts: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield what a location of so many models takes; seconds are CPU seconds."""
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            declare(Path(folder), count)
            done = subprocess.run(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-m", f"{__package__}.location", folder],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
        yield json.loads(done.stdout.splitlines()[-1])


def declare(folder: Path, count: int) -> None:
    """Write so many declarations with the default triggers."""
    (folder / "stream.parquet").touch()
    for number in range(count):
        name = f"model_{number:04d}"
        attributes = streams.declared(name=name, source="../../stream.parquet")
        del attributes["triggers"]
        place = folder / "defs" / name
        place.mkdir(parents=True)
        text = yaml.safe_dump({"type": _TYPE, "attributes": attributes}, sort_keys=False)
        (place / "defs.yaml").write_text(text)
