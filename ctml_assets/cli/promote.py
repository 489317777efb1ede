"""``ctml promote``: approve a candidate by hand."""

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
        "promote",
        help="approve a candidate by hand",
        description="A candidate that passed every gate is promoted, or begins its rollout as "
        "declared. Who did it and why stands in the history.",
    )
    parser.add_argument("model", help="name of a declared model")
    parser.add_argument("version", help="id of an evaluated version")
    parser.add_argument("--reason", required=True, help="why; it stands in the history")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--force",
        action="store_true",
        help="at once, although it failed a gate or was compared with another champion; marked so",
    )
    how.add_argument(
        "--now", action="store_true", help="at once, without the rollout that is declared"
    )
    add_place_options(parser)
    told = "; ctml registry show tells whether it was done already"
    parser.set_defaults(run=_run, after_interruption=told)


def _run(options: argparse.Namespace) -> int:
    from ctml_assets.components.common import complete_spec
    from ctml_assets.components.promoting import approve
    from ctml_assets.lake import PromotionRecord

    place, console = place_of(options), Console()
    spec = complete_spec(place.lake.open(), declared_model(options.model))
    registry = place.lake.registry(spec.name)
    version = registry.version(options.version).version
    before = registry.champion()
    done = approve(
        registry,
        spec,
        version,
        reason=options.reason,
        by=user_name(),
        run_id="",
        now=dt.datetime.now(dt.UTC),
        force=options.force,
        at_once=options.now,
    )
    if not isinstance(done, PromotionRecord):
        mode = "" if done.rollout is None else f" ({done.rollout.mode})"
        line = f"{spec.name}: {version} runs beside the champion from {done.day} on{mode}"
        console.print(cell(line, "green"), soft_wrap=True)
        return 0
    if done == before:
        line = f"{spec.name}: {version} is champion already (number {done.number})"
        console.print(cell(line), soft_wrap=True)
        return 0
    line = f"{spec.name}: {version} is champion and serves from {done.serves_from} on"
    console.print(cell(f"{line} (number {done.number}, {done.kind})", "green"), soft_wrap=True)
    announce(done, place, console)
    return 0
