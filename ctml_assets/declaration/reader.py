"""A ``defs.yaml`` file, read into a specification."""

from pathlib import Path
from typing import Any, Final

from ctml_assets.core.records.values import without_credentials
from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration.document import Document, UnreadableError, read_document
from ctml_assets.declaration.judge import judge
from ctml_assets.declaration.mistakes import DeclarationMistakes, Finding, Mistake, dotted
from ctml_assets.declaration.wording import shown_value, unknown_name

COMPONENT_TYPE: Final = "ctml_assets.components.ContinuousTrainingModel"
_TOP_LEVEL: Final = ("type", "attributes")


def read_declaration(path: Path) -> ModelSpec:
    """Read one monitored model's declaration.

    Nothing but the file is read: no data, and a callable source is not imported.

    Parameters
    ----------
    path
        A ``defs.yaml``.

    Returns
    -------
    ModelSpec
        With the sources' local paths made absolute; a relative one starts at the file's folder.

    Raises
    ------
    DeclarationMistakes
        With every mistake that the file has, each with its line, field, accepted set and remedy.
    """
    try:
        document = read_document(path.read_text(encoding="utf-8-sig"))
    except UnreadableError as error:
        raise DeclarationMistakes([_mistake(path, error.line, error.finding)]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        finding = Finding((), "must be text in UTF-8, got other bytes", "save it as UTF-8")
        raise DeclarationMistakes([_mistake(path, line, finding)]) from error
    except OSError as error:
        problem = f"must be a readable file, got {error.strerror or error}"
        finding = Finding((), problem, "check the path and its permissions")
        raise DeclarationMistakes([_mistake(path, 1, finding)]) from error
    spec, findings = _judge_document(document.data)
    mistakes = {_mistake(path, document.line(it.path), it) for it in findings}
    mistakes |= {_mistake(path, line, it) for line, it in document.repeated}
    if spec is None or mistakes:
        raise DeclarationMistakes(mistakes)
    return _with_absolute_path(spec, path.resolve().parent)


def line_of(path: Path, field: tuple[str | int, ...]) -> int:
    """Tell on which line of a declaration a field stands; 1 if the file cannot be read."""
    try:
        document: Document = read_document(path.read_text(encoding="utf-8-sig"))
    except (UnreadableError, UnicodeDecodeError, OSError):
        return 1
    return document.line(field)


def name_of(path: Path) -> str | None:
    """Tell the name that stands in a declaration, sound or not; None if it cannot be read."""
    try:
        data = read_document(path.read_text(encoding="utf-8-sig")).data
    except (UnreadableError, UnicodeDecodeError, OSError):
        return None
    attributes = data.get("attributes") if isinstance(data, dict) else None
    name = attributes.get("name") if isinstance(attributes, dict) else None
    return name if isinstance(name, str) else None


def _judge_document(data: object) -> tuple[ModelSpec | None, list[Finding]]:
    if not isinstance(data, dict):
        got = "an empty file" if data is None else f"{shown_value(data)}"
        problem = f"must be a mapping with type and attributes, got {got}"
        return None, [Finding((), problem, f"begin with type: {COMPONENT_TYPE}")]
    findings = _judge_type(data)
    at = "attributes"
    for key in data:
        if key not in _TOP_LEVEL:
            finding, meant = unknown_name((key,), list(_TOP_LEVEL), data)
            findings.append(finding)
            at = key if meant == "attributes" else at
    attributes = data.get(at)
    if not isinstance(attributes, dict):
        problem = f"must be a mapping of the model's fields, got {shown_value(attributes)}"
        remedy = "give at least name, source, target, event_time and start_date"
        return None, [*findings, Finding((at,), problem, remedy)]
    spec, in_fields = judge(attributes)
    return spec, [*findings, *(_below(at, finding) for finding in in_fields)]


def _below(name: str, finding: Finding) -> Finding:
    return Finding((name, *finding.path), finding.problem, finding.remedy)


def _judge_type(data: dict[str, Any]) -> list[Finding]:
    name = data.get("type")
    if name == COMPONENT_TYPE:
        return []
    problem = f"must be {COMPONENT_TYPE}, got {shown_value(name)}"
    return [Finding(("type",), problem, f"write type: {COMPONENT_TYPE}")]


def _mistake(file: Path, line: int, finding: Finding) -> Mistake:
    problem, remedy = map(without_credentials, (finding.problem, finding.remedy))
    return Mistake(file, line, dotted(finding.path), problem, remedy)


def _with_absolute_path(spec: ModelSpec, folder: Path) -> ModelSpec:
    sources = {"source": spec.source, "inference_source": spec.inference_source}
    absolute = {
        name: source.model_copy(update={"path": str((folder / source.path).resolve())})
        for name, source in sources.items()
        if source is not None and source.path is not None and not source.path.startswith("s3://")
    }
    return spec.model_copy(update=absolute)
