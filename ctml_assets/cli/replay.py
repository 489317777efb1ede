"""``ctml replay``: replay a model's history through the real pipelines."""

import argparse
import datetime as dt
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ctml_assets.cli.declared import declared_model
from ctml_assets.cli.json_file import add_json_option, write_json
from ctml_assets.errors import DataError, DeclarationError

if TYPE_CHECKING:
    from ctml_assets.core.spec import ModelSpec


def add_parser(verbs: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "replay",
        help="replay a model's history day by day",
        description="Replays history day by day through the real assets, jobs and sensor. "
        "Interrupted, the same command goes on where it stopped.",
    )
    parser.add_argument("model", help="name of a declared model")
    parser.add_argument("--start", type=day, help="first day; default: its start")
    parser.add_argument("--end", type=day, help="last day; default: its end")
    add_common_options(parser)
    parser.set_defaults(run=lambda o: replay_model(o.model, o.start, o.end, o.home, o.json))


def day(text: str) -> dt.date:
    """Read a day of the command line.

    Raises
    ------
    argparse.ArgumentTypeError
        If the text is no ISO date of the calendar.
    """
    try:
        value = dt.date.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.isoformat() != text:
        raise argparse.ArgumentTypeError(
            f"must be a day of the calendar, got {text!r}; use for example 2013-01-31"
        )
    return value


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that ``demo`` has too."""
    parser.add_argument(
        "--home", type=Path, help="folder of the Dagster instance and the lake; made if absent"
    )
    add_json_option(parser)
    parser.set_defaults(after_interruption="; the same command goes on from here")


def replay_model(
    model: str,
    start: dt.date | None,
    end: dt.date | None,
    home: Path | None,
    json_file: Path | None,
) -> int:
    """Replay one model, print the report, and write it as JSON if asked.

    Raises
    ------
    DataError
        If no day has labels yet; at the end, if the monitor failed on every day.
    DeclarationError
        If there is no such model, Dagster refuses it, or a day that was asked for is none of its
        days.
    """
    # The sensor logs each look; a replay shows them in its own way, and the ticks keep them.
    logging.getLogger("dagster").setLevel(logging.ERROR)
    console = Console()
    with console.status("loading the definitions"):
        from ctml_assets.cli.progress import ReplayProgress
        from ctml_assets.cli.report import print_report
        from ctml_assets.components import LoadedModels, compose
        from ctml_assets.replay.home import open_home
        from ctml_assets.replay.run import replayed

        spec = declared_model(model)
        days = _days(spec, start, end)
    with open_home(home) as opened:
        definitions = compose(LoadedModels((spec,), ()))
        if not definitions.jobs:
            raise DeclarationError(
                f"{model}: must be a model that Dagster can load, got the error above; change its "
                "declaration"
            )
        with ReplayProgress(console, model, days) as progress:
            summary = replayed(spec, definitions, opened, days, on_day=progress.advance)
        print_report(console, summary, opened.how_to_look)
    if json_file is not None:
        write_json(json_file, summary.as_json())
    if summary.failed_days == summary.days:
        first = summary.decisions[0]
        raise DataError(
            f"{model}: the monitor failed on every day; {first.day}: {first.reason}; mend the "
            "cause and repeat the command"
        )
    return 0


def _days(spec: "ModelSpec", start: dt.date | None, end: dt.date | None) -> Sequence[dt.date]:
    # The newest day whose labels are in; a replay looks at history only.
    delay = dt.timedelta(days=1 + spec.label_delay_days)
    newest = dt.datetime.now(dt.UTC).date() - delay
    limit = min(spec.end_date or newest, newest)
    if limit < spec.start_date:
        raise DataError(
            f"{spec.name}: no day has labels yet; the first will be {spec.start_date}, replay it "
            f"on {spec.start_date + delay} or later"
        )
    for option, value in (("--start", start), ("--end", end)):
        if value is not None and not spec.start_date <= value <= limit:
            raise DeclarationError(
                f"{spec.name}: {option} must be a day from {spec.start_date} to {limit}, got "
                f"{value}; change it, or leave it out"
            )
    first, last = start or spec.start_date, end or limit
    if last < first:
        raise DeclarationError(
            f"{spec.name}: --end must be on or after --start ({first}), got {last}; swap the two"
        )
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
