"""``ctml registry check``: what is damaged, missing or left over."""

import argparse
import datetime as dt
from typing import TYPE_CHECKING, Any

from rich.console import Console

from ctml_assets.cli.json_file import add_json_option, write_json
from ctml_assets.cli.place import add_place_options, place_of
from ctml_assets.cli.plain import cell

if TYPE_CHECKING:
    from ctml_assets.lake.registry.report import RegistryReport

DEFAULT_DAYS = 7
_MAX_DAYS = 36500


def add_parser(verbs: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "check",
        help="look for what is damaged, missing or left over",
        description="Reads every artifact, manifest and record. The exit code is 1 if a version or "
        "a history cannot be read.",
    )
    parser.add_argument("model", nargs="?", help="name of a model; default: all of the lake")
    parser.add_argument(
        "--older-than-days",
        type=days,
        default=DEFAULT_DAYS,
        metavar="N",
        help=f"age from which an artifact without a manifest may be removed; default: "
        f"{DEFAULT_DAYS}",
    )
    parser.add_argument("--delete", action="store_true", help="remove those")
    add_place_options(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def days(text: str) -> float:
    """Read a number of days of the command line.

    Raises
    ------
    argparse.ArgumentTypeError
        If it is no number from 0 to 36500.
    """
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= _MAX_DAYS:
        raise argparse.ArgumentTypeError(
            f"must be a number of days from 0 to {_MAX_DAYS}, got {text!r}; use for example 7"
        )
    return value


def _run(options: argparse.Namespace) -> int:
    from ctml_assets.cli.registry.overview import registered_models, require_registered
    from ctml_assets.lake import Registry

    lake, console = place_of(options).lake.open(), Console()
    if options.model is None:
        registries = [Registry(lake, name) for name in registered_models(lake)]
    else:
        registries = [require_registered(lake, options.model)]
    older_than = dt.timedelta(days=options.older_than_days)
    reports = []
    for registry in registries:
        now = dt.datetime.now(dt.UTC)
        reports.append(registry.check(now, older_than, delete=options.delete))
        print_report(console, reports[-1])
    if not registries:
        console.print(cell("This lake has no registry yet"))
    if options.json is not None:
        write_json(options.json, {"reports": [document_of_report(it) for it in reports]})
    return 0 if all(report.sound for report in reports) else 1


def print_report(console: Console, report: "RegistryReport") -> None:
    """Print one model's report: what is sound in one line, everything else by its key."""
    is_sound = report.sound
    line = (
        f"{report.model}: {'sound' if is_sound else 'damaged'}, {report.versions} versions, "
        f"{report.promotions} promotions"
    )
    console.print(cell(line, "green" if is_sound else "bold red"), soft_wrap=True)
    for finding in report.findings:
        style = "red" if finding.harmful else "yellow"
        console.print(cell(f"  {finding.problem}: {finding.text}", style), soft_wrap=True)
    for key in report.restored:
        console.print(cell(f"  restored: {key}", "green"), soft_wrap=True)
    for key in report.removed:
        console.print(cell(f"  removed: {key}"), soft_wrap=True)


def document_of_report(report: "RegistryReport") -> dict[str, Any]:
    """Return a report as JSON values."""
    return {
        "model": report.model,
        "sound": report.sound,
        "versions": report.versions,
        "promotions": report.promotions,
        "findings": [
            {"key": it.key, "problem": it.problem.value, "text": it.text} for it in report.findings
        ],
        "removed": list(report.removed),
        "restored": list(report.restored),
    }
