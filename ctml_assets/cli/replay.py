"""``ctml replay``: replay a model's history through the real pipelines."""

import argparse
import datetime as dt
import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from ctml_assets.core.spec import ModelSpec
    from ctml_assets.replay.summary import Summary

from ctml_assets.errors import DeclarationError


def add_parser(verbs: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "replay",
        help="replay a model's history day by day",
        description="Replays history day by day through the real assets, jobs and sensor. "
        "Interrupted, the same command goes on where it stopped.",
    )
    parser.add_argument("model", help="name of a declared model")
    parser.add_argument("--start", type=dt.date.fromisoformat, help="first day; default: its start")
    parser.add_argument("--end", type=dt.date.fromisoformat, help="last day; default: its end")
    add_common_options(parser)
    parser.set_defaults(run=lambda o: replay_model(o.model, o.start, o.end, o.home, o.json))


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that ``demo`` has too."""
    parser.add_argument(
        "--home", type=Path, help="folder of the Dagster instance and the lake; made if absent"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")


def replay_model(
    model: str,
    start: dt.date | None,
    end: dt.date | None,
    home: Path | None,
    json_file: Path | None,
) -> int:
    """Replay one model, print the report, and write it as JSON if asked."""
    # The sensor logs each look; a replay shows them in its own way, and the ticks keep them.
    logging.getLogger("dagster").setLevel(logging.ERROR)
    console = Console()
    with console.status("loading the definitions"):
        from ctml_assets.cli.progress import ReplayProgress
        from ctml_assets.cli.report import print_report
        from ctml_assets.replay.home import open_home
        from ctml_assets.replay.run import replayed

    with open_home(home) as opened:
        spec, definitions = _declared(model)
        days = _days(spec, start, end)
        with ReplayProgress(console, model, days) as progress:
            summary = replayed(spec, definitions, opened, days, on_day=progress.advance)
        print_report(console, summary, opened.how_to_look)
    if json_file is not None:
        _write_json(json_file, summary)
    return 0


def _declared(model: str) -> tuple["ModelSpec", Any]:
    from ctml_assets.components import load_models
    from ctml_assets.definitions import DEFS_ROOT, defs

    models = load_models(DEFS_ROOT)
    for spec in models.specs:
        if spec.name == model:
            return spec, defs
    for declaration in models.broken:
        if declaration.folder == model:
            raise DeclarationError(f"{model}: its declaration is broken:\n{declaration.problem}")
    names = ", ".join(spec.name for spec in models.specs)
    raise DeclarationError(
        f"model must be one of {names}, got {model!r}; declare it in {DEFS_ROOT / model}/defs.yaml"
    )


def _days(spec: "ModelSpec", start: dt.date | None, end: dt.date | None) -> Sequence[dt.date]:
    first = start or spec.start_date
    # The newest day whose labels are in; a replay looks at history only.
    newest = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1 + spec.label_delay_days)
    last = end or spec.end_date or newest
    limit = min(spec.end_date or newest, newest)
    if not spec.start_date <= first <= last <= limit:
        raise DeclarationError(
            f"{spec.name}: start and end must lie within {spec.start_date} to {limit}, start "
            f"first, got {first} to {last}; change --start and --end"
        )
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def _write_json(file: Path, summary: "Summary") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    temporary.write_text(json.dumps(summary.as_json(), indent=2, allow_nan=False) + "\n")
    temporary.replace(file)
