"""Every mistake at once: judge, mend what is wrong, judge again until nothing new comes."""

import copy
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ctml_assets.core.spec import ConditionSpec, ModelSpec
from ctml_assets.core.spec.base import DISAGREEMENT
from ctml_assets.declaration.estimator_standins import DIMENSION, ESTIMATOR
from ctml_assets.declaration.meaning import check_meaning
from ctml_assets.declaration.mistakes import FieldPath, Finding
from ctml_assets.declaration.schema import resolve
from ctml_assets.declaration.standins import CONDITION, at, mend, pattern_of
from ctml_assets.declaration.wording import finding_of, unknown_field

# by part: names of which it needs one
_KINDS: Final[Mapping[tuple[str, ...], frozenset[str]]] = {
    CONDITION: frozenset(ConditionSpec.model_fields),
    ESTIMATOR: frozenset({"preset", "class"}),
    DIMENSION: frozenset({"low", "high", "choices"}),
}


def judge(attributes: dict[str, Any]) -> tuple[ModelSpec | None, list[Finding]]:
    """Check the attributes against the specification, then their meaning.

    Parameters
    ----------
    attributes
        What stands under ``attributes`` in the declaration. Not changed.

    Returns
    -------
    spec : ModelSpec or None
        The specification; None if there are findings.
    findings : list of Finding
        Paths begin below ``attributes``.
    """
    judging = _Judge(attributes)
    spec = judging.run()
    return (None if judging.findings else spec), judging.findings


class _Judge:
    def __init__(self, attributes: dict[str, Any]) -> None:
        self._attributes = attributes
        self._data: dict[str, Any] = copy.deepcopy(attributes)
        self._blamed: set[FieldPath] = set()
        self._written: dict[FieldPath, str] = {}
        self.findings: list[Finding] = []

    def run(self) -> ModelSpec | None:
        while True:
            before = copy.deepcopy(self._data)
            try:
                spec = ModelSpec.model_validate(self._data, by_alias=True, by_name=False)
            except ValidationError as errors:
                details = errors.errors(include_url=False)
            else:
                self.findings += map(self._as_written, check_meaning(spec))
                return spec
            unknown = [error["loc"] for error in details if error["type"] == "extra_forbidden"]
            for path in unknown:
                self._unknown(path)
            for path in unknown:
                self._mend_if_bare(path[:-1])
            for error in details:
                if error["type"] != "extra_forbidden" and not _is_echo(error):
                    self._wrong(error)
            if self._data == before:
                return None

    def _unknown(self, path: FieldPath) -> None:
        parent = at(self._data, path[:-1])
        value = parent.pop(path[-1])
        finding, meant = unknown_field(path, parent)
        self.findings.append(self._as_written(finding))
        if meant is not None:
            parent[meant] = value
            self._written[(*path[:-1], meant)] = str(path[-1])

    def _mend_if_bare(self, path: FieldPath) -> None:
        """Mend a part whose one kind was an unknown name: that it has none is no other mistake."""
        kinds = _KINDS.get(pattern_of(path))
        if kinds is not None and not kinds & at(self._data, path).keys():
            mend(self._data, path)

    def _wrong(self, error: ErrorDetails) -> None:
        path, _, _ = resolve(error["loc"])
        if error["type"] == DISAGREEMENT:
            path = (*path, *error["ctx"]["at"])
        if error["type"] == "missing" and path in self._written:
            return
        if path not in self._blamed:
            self._blamed.add(path)
            self.findings.append(self._as_written(finding_of(error, path)))
        mend(self._data, path)

    def _as_written(self, finding: Finding) -> Finding:
        """Give the path as the author wrote it: names as they were, `source` for `source.path`."""
        path: FieldPath = ()
        written: Any = self._attributes
        for position, part in enumerate(finding.path):
            if isinstance(written, str):
                break
            name = self._written.get(finding.path[: position + 1], part)
            path = (*path, name)
            written = _item(written, name)
        return Finding(path, finding.problem, finding.remedy)


def _is_echo(error: ErrorDetails) -> bool:
    """Tell whether a list is called too short only because its items have mistakes."""
    if error["type"] != "too_short" or not isinstance(error["input"], list):
        return False
    return bool(len(error["input"]) >= error["ctx"]["min_length"])


def _item(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (LookupError, TypeError):
        return None
