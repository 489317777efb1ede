"""``ctml registry rollback``: an earlier champion serves again."""

import argparse
import datetime as dt
from typing import Any

from rich.console import Console

from ctml_assets.cli.announcing import announce
from ctml_assets.cli.declared import declared_model
from ctml_assets.cli.place import add_place_options, place_of
from ctml_assets.cli.plain import cell
from ctml_assets.cli.user import user_name


def add_parser(verbs: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "rollback",
        help="let an earlier champion serve again",
        description="Adds one record to the history, which stays as it is. A candidate that waits "
        "or runs beside the champion gives way.",
    )
    parser.add_argument("model", help="name of a declared model")
    parser.add_argument(
        "--to",
        metavar="VERSION",
        help="an earlier champion; default: the latest one that was not rolled back itself and "
        "can be loaded",
    )
    parser.add_argument("--reason", required=True, help="why; it stands in the history")
    add_place_options(parser)
    told = "; ctml registry show tells whether it was done already"
    parser.set_defaults(run=_run, after_interruption=told)


def _run(options: argparse.Namespace) -> int:
    from ctml_assets.components.promoting import rolled_back

    place, console = place_of(options), Console()
    spec = declared_model(options.model)
    record = rolled_back(
        place.lake.registry(spec.name),
        spec,
        to=options.to,
        reason=options.reason,
        by=user_name(),
        run_id="",
        now=dt.datetime.now(dt.UTC),
    )
    line = (
        f"{spec.name}: rolled back from {record.previous} to {record.version}, which serves from "
        f"{record.serves_from} on (number {record.number})"
    )
    console.print(cell(line, "green"), soft_wrap=True)
    announce(record, place, console)
    return 0
