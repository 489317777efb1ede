"""What is known about one trained version."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctml_assets.core.spec import Task
from ctml_assets.errors import RegistryError
from ctml_assets.lake.documents import require_fields

_DIGITS = 12
_ID = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}", re.ASCII)
_DATES = ("as_of", "train_start", "train_end", "test_start", "test_end")


@dataclass(frozen=True)
class Version:
    """The manifest of a version; it never changes once written.

    Attributes
    ----------
    version : str
        ``<as_of>-<first 12 hexadecimal digits of sha256>``.
    model : str
        Name of the monitored model.
    as_of : date
        The last day whose records the version may have seen, its test days included.
    task : str
        ``binary_classification``, ``multiclass_classification`` or ``regression``.
    estimator : str
        Name of the estimator preset.
    parameters : mapping
        The estimator's parameters, JSON values.
    features : tuple of str
        Columns in the order in which the model reads them.
    dtypes : mapping of str to str
        By feature, what pandas calls its type.
    train_start, train_end, test_start, test_end : date
        First and last day of what it learned from, and of what it was tested on.
    train_rows : int
        Labelled rows it learned from.
    seed : int
        Seed of study and estimator.
    study : str
        Name of the Optuna study.
    code_version : str
        Version of ctml-assets that trained it. A project's own class has none: its code is not in
        the registry.
    packages : mapping of str to str
        Versions of the packages that trained it.
    sha256 : str
        Of the artifact, hexadecimal.
    size : int
        Of the artifact, bytes.
    run_id : str
        The run that registered it first.
    """

    version: str
    model: str
    as_of: dt.date
    task: Task
    estimator: str
    parameters: Mapping[str, Any]
    features: tuple[str, ...]
    dtypes: Mapping[str, str]
    train_start: dt.date
    train_end: dt.date
    test_start: dt.date
    test_end: dt.date
    train_rows: int
    seed: int
    study: str
    code_version: str
    packages: Mapping[str, str]
    sha256: str
    size: int
    run_id: str

    def __post_init__(self) -> None:
        if set(self.dtypes) != set(self.features):
            raise RegistryError(
                f"{self.model} {self.version}: dtypes must be those of {', '.join(self.features)}, "
                f"got {', '.join(self.dtypes) or 'none'}; give the type of every feature"
            )

    def describes(self, data: bytes) -> bool:
        """Tell whether these bytes are the version's artifact."""
        return len(data) == self.size and hashlib.sha256(data).hexdigest() == self.sha256

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Version":
        """Return the version that a document describes (see ``lake.documents.document_of``).

        Raises
        ------
        ValueError
            If fields are missing or unknown, or a value does not fit its field.
        """
        require_fields(cls, document)
        values = dict(document)
        for name in _DATES:
            values[name] = dt.date.fromisoformat(str(values[name]))
        values["features"] = tuple(values["features"])
        version = cls(**values)
        if version.version != version_id(version.as_of, version.sha256):
            raise ValueError(f"as_of or sha256 do not belong to version {version.version}")
        return version


def version_id(as_of: dt.date, sha256: str) -> str:
    """Return the id of a version.

    Examples
    --------
    >>> version_id(dt.date(2024, 1, 31), "0123456789abcdef" * 4)
    '2024-01-31-0123456789ab'
    """
    return f"{as_of.isoformat()}-{sha256[:_DIGITS]}"


def is_version_id(name: str) -> bool:
    """Tell whether a name may be a version's id.

    Examples
    --------
    >>> is_version_id("2024-01-31-0123456789ab"), is_version_id("latest")
    (True, False)
    """
    return _ID.fullmatch(name) is not None


def fits_id(version: str, data: bytes) -> bool:
    """Tell whether bytes may be the artifact of the version with this id."""
    return version.endswith(f"-{hashlib.sha256(data).hexdigest()[:_DIGITS]}")
