"""``ctml reject``: end by hand what a candidate waits for or runs in."""

import argparse
import datetime as dt
from typing import Any

from rich.console import Console

from ctml_assets.cli.declared import declared_model
from ctml_assets.cli.place import add_place_options, place_of
from ctml_assets.cli.plain import cell
from ctml_assets.cli.user import user_name


def add_parser(verbs: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "reject",
        help="reject a candidate by hand",
        description="A candidate that waits for approval, or runs beside the champion, is "
        "rejected. Who did it and why stands in the registry.",
    )
    parser.add_argument("model", help="name of a declared model")
    parser.add_argument("version", help="id of the version that waits or runs")
    parser.add_argument("--reason", required=True, help="why; it stands in the registry")
    add_place_options(parser)
    told = "; ctml registry show tells whether it was done already"
    parser.set_defaults(run=_run, after_interruption=told)


def _run(options: argparse.Namespace) -> int:
    from ctml_assets.components.promoting import rejected

    place, console = place_of(options), Console()
    spec = declared_model(options.model)
    registry = place.lake.registry(spec.name)
    event = rejected(
        registry,
        spec,
        registry.version(options.version).version,
        reason=options.reason,
        by=user_name(),
        run_id="",
        now=dt.datetime.now(dt.UTC),
    )
    line = f"{spec.name}: {event.version} is rejected from {event.day} on (event {event.number})"
    console.print(cell(line, "green"), soft_wrap=True)
    return 0
