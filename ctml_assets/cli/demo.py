"""``ctml demo``: a year of real flights, monitored and retrained."""

import argparse
from typing import Any

from rich.console import Console

from ctml_assets.cli.replay import add_common_options, replay_model

MODEL = "flight_delays"
_INTRODUCTION = (
    "A model predicts which flights from New York will arrive more than 15 minutes late. Each day "
    "of 2013 it is monitored on the last week's flights. It is retrained only when its drift score "
    "falls 5 % below its reference, and not by chance; when a cheap fresh model, the probe, beats "
    "it on the same flights; or after 120 days. A candidate replaces it only if it is better on "
    "the same flights. This replays the year through the real pipelines; it takes a few minutes.\n"
)


def add_parser(verbs: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "demo", help="replay a year of real flights", description=_INTRODUCTION
    )
    add_common_options(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    Console().print(_INTRODUCTION, highlight=False)
    return replay_model(MODEL, None, None, options.home, options.json)
