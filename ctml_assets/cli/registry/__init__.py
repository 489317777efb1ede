"""``ctml registry``: what a model's registry holds, and the way back; one file a verb."""

import argparse
from typing import Any

from ctml_assets.cli.registry import checking, listing, rollback, showing


def add_parser(verbs: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb and those below it."""
    parser = verbs.add_parser(
        "registry",
        help="list, show and check versions and champions; roll back",
        description="Versions, champions, and what became of every candidate.",
    )
    below = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for verb in (listing, showing, rollback, checking):
        verb.add_parser(below)
