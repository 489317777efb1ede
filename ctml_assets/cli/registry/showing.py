"""``ctml registry show``: a model's history, or all that is known about one version."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ctml_assets.cli.json_file import add_json_option, write_json
from ctml_assets.cli.place import add_place_options, place_of
from ctml_assets.cli.plain import cell, score
from ctml_assets.cli.registry.tables import print_entry, size, status, table

if TYPE_CHECKING:
    from ctml_assets.core.rollout import RolloutEvent
    from ctml_assets.lake import PromotionRecord, Registry, Version


def add_parser(verbs: "argparse._SubParsersAction[Any]") -> None:
    """Add the verb."""
    parser = verbs.add_parser("show", help="a model's history, or one version")
    parser.add_argument("model", help="name of a model")
    parser.add_argument("version", nargs="?", help="id of a version; default: the history")
    add_place_options(parser)
    add_json_option(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from ctml_assets.cli.registry.overview import require_registered

    registry = require_registered(place_of(options).lake.open(), options.model)
    console = Console()
    if options.version is None:
        document = show_history(console, registry)
    else:
        document = show_version(console, registry, options.version)
    if options.json is not None:
        write_json(options.json, document)
    return 0


def show_history(console: Console, registry: "Registry") -> dict[str, Any]:
    """Print who was champion when and why, and what became of challengers; return it as JSON."""
    history, events = registry.history(), registry.rollout_events()
    if history:
        _print_promotions(console, f"Champions of {registry.model}", history)
    else:
        console.print(cell(f"{registry.model} has no champion yet"))
    if events:
        _print_events(console, registry.model, events)
    return {
        "model": registry.model,
        "champion": history[-1].version if history else None,
        "promotions": [promotion_document(record) for record in history],
        "rollout_events": [_event_document(event) for event in events],
    }


def show_version(console: Console, registry: "Registry", version: str) -> dict[str, Any]:
    """Print a version's manifest, its evaluations and its promotions; return them as JSON."""
    from ctml_assets.cli.registry.overview import fates_of
    from ctml_assets.lake import document_of, encode_document
    from ctml_assets.lake.documents import decode_document

    manifest, evaluations = registry.version(version), registry.evaluations(version)
    history, events = registry.history(), registry.rollout_events()
    fate = fates_of(history, events).get(version)
    console.print(_manifest(manifest, fate))
    if evaluations:
        _print_verdicts(console, evaluations)
        console.print(_slices(evaluations[-1]))
    else:
        console.print(cell("It was never evaluated"))
    own = [record for record in history if record.version == version]
    if own:
        _print_promotions(console, "Its promotions", own)
    where = f"{registry.model} {version}"
    return {
        "manifest": decode_document(encode_document(document_of(manifest), where), where),
        "status": fate,
        "evaluations": [dict(evaluation) for evaluation in evaluations],
        "promotions": [promotion_document(record) for record in own],
    }


def promotion_document(record: "PromotionRecord") -> dict[str, Any]:
    """Return a promotion as JSON values, without the slices of its reference."""
    return {
        "number": record.number,
        "kind": record.kind,
        "version": record.version,
        "previous": record.previous,
        "as_of": record.as_of.isoformat(),
        "serves_from": record.serves_from.isoformat(),
        "reference_score": record.reference_score,
        "reason": record.reason,
        "by": record.by,
        "run_id": record.run_id,
        "promoted_at": record.promoted_at,
    }


def _event_document(event: "RolloutEvent") -> dict[str, Any]:
    rollout = None if event.rollout is None else event.rollout.model_dump(mode="json")
    return {**vars(event), "day": event.day.isoformat(), "rollout": rollout}


def _print_promotions(console: Console, title: str, records: "Sequence[PromotionRecord]") -> None:
    console.print(cell(title, "italic"))
    for record in records:
        head = Text.assemble(
            (f"{record.number:>3} ", "bold"),
            cell(record.version),
            f"  from {record.serves_from}  {record.reference_score:.4f}  ",
            cell(f"{record.kind} by {record.by}", "" if record.kind == "promotion" else "yellow"),
        )
        print_entry(console, head, record.reason)


def _print_events(console: Console, model: str, events: "Sequence[RolloutEvent]") -> None:
    console.print(cell(f"Rollouts of {model}", "italic"))
    for event in events:
        head = Text.assemble(
            (f"{event.number:>3} ", "bold"),
            cell(event.version),
            f"  from {event.day}  ",
            cell(f"{_what(event)} by {event.by}"),
        )
        print_entry(console, head, event.reason)


def _what(event: "RolloutEvent") -> str:
    if event.outcome is not None:
        return event.outcome.value
    if event.rollout is not None:
        return f"{event.kind.value} ({event.rollout.mode})"
    return f"cohort {event.stage + 1}" if event.kind.value == "stage" else event.kind.value


def _manifest(manifest: "Version", fate: str | None) -> Table:
    shown = table(f"{manifest.model} {manifest.version}", "fact", "value")
    packages = ", ".join(f"{name} {number}" for name, number in manifest.packages.items())
    parameters = ", ".join(f"{name}={value}" for name, value in manifest.parameters.items())
    facts = {
        "as of": manifest.as_of,
        "task": manifest.task,
        "learned from": f"{manifest.train_start} to {manifest.train_end}, "
        f"{manifest.train_rows} rows",
        "tested on": f"{manifest.test_start} to {manifest.test_end}",
        "estimator": manifest.estimator,
        "parameters": parameters or None,
        "features": ", ".join(f"{name} ({manifest.dtypes[name]})" for name in manifest.features),
        "study": f"{manifest.study}, seed {manifest.seed}",
        "code": manifest.code_version,
        "packages": packages,
        "sha256": manifest.sha256,
        "run": manifest.run_id,
    }
    shown.add_row(cell("status"), status(fate or "neither champion nor challenger"))
    for name, value in facts.items():
        shown.add_row(cell(name), cell(value))
    shown.add_row(cell("size"), size(manifest.size))
    return shown


def _print_verdicts(console: Console, evaluations: Sequence[Mapping[str, Any]]) -> None:
    for number, evaluation in enumerate(evaluations, 1):
        beside = evaluation["champion"] or "no champion"
        shown = table(f"Evaluation {number}, beside {beside}", "gate", "verdict", "why")
        for finding in evaluation["decision"]["findings"]:
            style = "green" if finding["verdict"] == "pass" else "red"
            shown.add_row(
                cell(finding["gate"]), cell(finding["verdict"], style), cell(finding["reason"])
            )
        console.print(shown)


def _slices(evaluation: Mapping[str, Any]) -> Table:
    beside = evaluation["evidence"]["champion"] or ()
    champion = {part["name"]: part["score"] for part in beside}
    shown = table("Slices on the same test rows", "slice", "rows:", "candidate:", "champion:")
    for part in evaluation["evidence"]["candidate"]:
        shown.add_row(
            cell(part["name"]),
            cell(part["support"]),
            score(part["score"]),
            score(champion.get(part["name"])),
        )
    return shown
