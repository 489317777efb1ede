"""``ctml registry list``: a model's versions, or all models."""

import argparse
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ctml_assets.cli.json_file import add_json_option, write_json
from ctml_assets.cli.place import add_place_options, place_of
from ctml_assets.cli.plain import cell, score
from ctml_assets.cli.registry.tables import size, status, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctml_assets.cli.registry.overview import ModelRow, VersionRow


def add_parser(verbs: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb."""
    parser = verbs.add_parser("list", help="a model's versions, or all models")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("model", nargs="?", help="name of a model")
    which.add_argument("--all", action="store_true", help="all models of the lake, one a row")
    add_place_options(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ctml_assets.cli.registry.overview import (
        model_row,
        registered_models,
        require_registered,
        version_rows,
    )

    lake = place_of(options).lake.open()
    if options.all:
        models = [model_row(lake, name) for name in registered_models(lake)]
        shown: Table | Text = models_table(models)
        if not models:
            shown = cell("No model has a registry in this lake yet")
        document: dict[str, Any] = {"models": [vars(row) for row in models]}
    else:
        rows = version_rows(require_registered(lake, options.model))
        shown = versions_table(options.model, rows)
        document = {"model": options.model, "versions": [vars(row) for row in rows]}
    Console().print(shown)
    if options.json is not None:
        write_json(options.json, document)
    return 0


def models_table(rows: "Sequence[ModelRow]") -> Table:
    """Return one row a model."""
    shown = table("Models", "model", "versions:", "champion", "score:", "state")
    for row in rows:
        state = cell(row.problem, "red") if row.problem else cell(row.rollout)
        shown.add_row(
            cell(row.model),
            cell(row.versions),
            cell(row.champion),
            score(row.reference_score),
            state,
        )
    return shown


def versions_table(model: str, rows: "Sequence[VersionRow]") -> Table:
    """Return one row a version."""
    shown = table(
        f"Versions of {model}", "version", "status", "score:", "rows:", "size:", "estimator"
    )
    for row in rows:
        shown.add_row(
            cell(row.version),
            status(row.status),
            score(row.score),
            cell(row.train_rows),
            size(row.size_bytes),
            cell(row.estimator if row.estimator is not None else row.reason),
        )
    return shown
