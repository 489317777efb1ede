"""``ctml predict``: predictions of a file."""

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ctml_assets.cli.declared import declared_model
from ctml_assets.cli.place import add_place_options, place_of
from ctml_assets.cli.plain import cell
from ctml_assets.errors import DataError, RegistryError

if TYPE_CHECKING:
    from ctml_assets.core.scoring.counts import PredictionCounts
    from ctml_assets.core.spec import ModelSpec
    from ctml_assets.lake import Registry


def add_parser(verbs: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "predict",
        help="predict the records of a file",
        description="Reads a file batch by batch, checks each record against the declaration, and "
        "writes the champion's predictions. Nothing goes to the lake.",
    )
    parser.add_argument("model", help="name of a declared model")
    parser.add_argument("--input", type=Path, required=True, metavar="FILE", help="parquet or CSV")
    parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="parquet or CSV")
    parser.add_argument("--version", help="id of a version; default: the champion's")
    add_place_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ctml_assets.components.common import complete_spec
    from ctml_assets.components.predicting_file import bad_rows_beside, predict_file

    place = place_of(options)
    spec = complete_spec(place.lake.open(), declared_model(options.model))
    registry = place.lake.registry(spec.name)
    source, target = options.input.expanduser(), options.output.expanduser()
    bad_rows = bad_rows_beside(target)
    _refuse_to_overwrite(source, target, bad_rows)
    version = options.version or _champion(registry)
    counts = predict_file(
        registry, spec, source, target, version=version, predicted_at=dt.datetime.now(dt.UTC)
    )
    line = f"{spec.name}: {version} predicted {counts.predicted} of {counts.rows} rows: {target}"
    Console().print(cell(line), soft_wrap=True)
    if counts.bad:
        _tell_bad_rows(counts, spec, bad_rows)
    return 0


def _champion(registry: "Registry") -> str:
    champion = registry.champion()
    if champion is None:
        raise RegistryError(
            f"{registry.model}: there must be a champion to predict, got none; promote a version, "
            "or pass --version"
        )
    return champion.version


def _refuse_to_overwrite(source: Path, target: Path, bad_rows: Path) -> None:
    if source.resolve() in (target.resolve(), bad_rows.resolve()):
        raise DataError(
            f"--output must be a file that leaves --input ({source}) as it is, got {target}; "
            "choose another name"
        )


def _tell_bad_rows(counts: "PredictionCounts", spec: "ModelSpec", bad_rows: Path) -> None:
    """Tell of the rows that were left out; more than the declaration allows are an error."""
    from ctml_assets.core.records import too_many_bad_rows

    reasons = "; ".join(counts.reasons)
    told = f"bad rows left out: {counts.bad} ({reasons}); they stand in {bad_rows}"
    if too_many_bad_rows(spec, counts.bad - counts.duplicates, counts.rows):
        raise DataError(
            f"{spec.name}: bad rows must be at most {spec.max_bad_rows}, got {counts.bad} of "
            f"{counts.rows} ({reasons}); look at {bad_rows}: the others are predicted"
        )
    Console().print(cell(told, "yellow"), soft_wrap=True)
