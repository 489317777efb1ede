"""Where everything lies: the only place that knows the lake's layout.

::

    tables/<model>/<asset>/<partition>.parquet
    documents/<model>/<asset>/<partition>.json
    quarantine/<model>/<partition>.parquet
    quality/<model>/<partition>.json
    contracts/<model>.json
    decisions/<model>/<newest day>-<last event>-<its milliseconds>.parquet
    registry/<model>/versions/<version>/model.skops
    registry/<model>/versions/<version>/manifest.json
    registry/<model>/versions/<version>/evaluations/000001.json
    registry/<model>/champion/000001.json
    registry/<model>/rollouts/000001.json
    registry/<model>/trash/<clean-up>/<version>.skops
    samples/<model>/<version>.parquet
"""

import re
from pathlib import PurePosixPath

from ctml_assets.core.spec import NAME_PATTERN
from ctml_assets.errors import LakeError
from ctml_assets.lake.protocol import Lake, check_key

_NAME = re.compile(NAME_PATTERN.removeprefix("^").removesuffix("$"))
_PARTITION = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9._=-]{0,149}")
_DIGITS = 6


def table_key(model: str, asset: str, partition: str) -> str:
    """Return the key of an asset's table for one partition.

    Examples
    --------
    >>> table_key("flights", "records", "2024-01-31")
    'tables/flights/records/2024-01-31.parquet'
    """
    return f"{_tables(model, asset)}/{_partition(partition)}.parquet"


def document_key(model: str, asset: str, partition: str) -> str:
    """Return the key of an asset's document for one partition."""
    return f"{_documents(model, asset)}/{_partition(partition)}.json"


def quarantine_key(model: str, partition: str) -> str:
    """Return the key of the rows that broke the contract in one partition."""
    return f"{_quarantine(model)}/{_partition(partition)}.parquet"


def quality_key(model: str, partition: str) -> str:
    """Return the key of what is known of one partition's data: labels, missing values."""
    return f"{_quality(model)}/{_partition(partition)}.json"


def contract_key(model: str) -> str:
    """Return the key of the model's completed declaration."""
    return f"contracts/{_name('model', model)}.json"


def decisions_prefix(model: str) -> str:
    """Return the folder of the decisions on a model's looks."""
    return f"decisions/{_name('model', model)}"


def decision_key(model: str, newest_day: str, last_event: int, milliseconds: int) -> str:
    """Return the key of the decisions on what was read of a model up to an event.

    Examples
    --------
    >>> decision_key("flights", "2024-01-31", 4711, 1706767200000)
    'decisions/flights/2024-01-31-4711-1706767200000.parquet'
    """
    name = f"{_partition(newest_day)}-{last_event}-{milliseconds}"
    return f"{decisions_prefix(model)}/{name}.parquet"


def registry_prefix(model: str) -> str:
    """Return the folder of all that the registry holds of a model."""
    return f"registry/{_name('model', model)}"


def versions_prefix(model: str) -> str:
    """Return the folder of all versions of a model."""
    return f"{registry_prefix(model)}/versions"


def artifact_key(model: str, version: str) -> str:
    """Return the key of a version's fitted model."""
    return check_key(f"{versions_prefix(model)}/{version}/model.skops")


def manifest_key(model: str, version: str) -> str:
    """Return the key of what is known about a version."""
    return check_key(f"{versions_prefix(model)}/{version}/manifest.json")


def evaluations_prefix(model: str, version: str) -> str:
    """Return the folder of what the gates saw of a version and said."""
    return check_key(f"{versions_prefix(model)}/{version}/evaluations")


def champion_prefix(model: str) -> str:
    """Return the folder of a model's promotion records."""
    return f"{registry_prefix(model)}/champion"


def champion_key(model: str, number: int) -> str:
    """Return the key of the promotion record with this number, counted from 1.

    Examples
    --------
    >>> champion_key("flights", 7)
    'registry/flights/champion/000007.json'
    """
    return numbered_key(champion_prefix(model), number)


def rollouts_prefix(model: str) -> str:
    """Return the folder of what happened to a model's candidates after the gates."""
    return f"{registry_prefix(model)}/rollouts"


def numbered_key(prefix: str, number: int) -> str:
    """Return the key of a folder's document with this number, counted from 1."""
    return f"{prefix}/{number:0{_DIGITS}d}.json"


def trash_prefix(model: str) -> str:
    """Return the folder of the artifacts that a clean-up is about to remove."""
    return f"{registry_prefix(model)}/trash"


def trash_key(model: str, clean_up: str, version: str) -> str:
    """Return the key under which a clean-up keeps a version's artifact until it is sure."""
    return check_key(f"{trash_prefix(model)}/{clean_up}/{version}.skops")


def sample_key(model: str, version: str) -> str:
    """Return the key of the rows that later days are compared with: a version's training sample."""
    return check_key(f"samples/{_name('model', model)}/{version}.parquet")


def trash_keys(lake: Lake, model: str, version: str) -> list[str]:
    """Return where clean-ups keep a version's artifact, ascending."""
    name = f"{version}.skops"
    return [key for key in lake.keys(trash_prefix(model)) if PurePosixPath(key).name == name]


def partitions(lake: Lake, model: str, asset: str) -> list[str]:
    """Return the partitions for which an asset has a table, ascending."""
    return _stems(lake, _tables(model, asset))


def document_partitions(lake: Lake, model: str, asset: str) -> list[str]:
    """Return the partitions for which an asset has a document, ascending."""
    return _stems(lake, _documents(model, asset))


def quality_partitions(lake: Lake, model: str) -> list[str]:
    """Return the partitions of whose data something is known, ascending."""
    return _stems(lake, _quality(model))


def _tables(model: str, asset: str) -> str:
    return f"tables/{_name('model', model)}/{_name('asset', asset)}"


def _documents(model: str, asset: str) -> str:
    return f"documents/{_name('model', model)}/{_name('asset', asset)}"


def _quarantine(model: str) -> str:
    return f"quarantine/{_name('model', model)}"


def _quality(model: str) -> str:
    return f"quality/{_name('model', model)}"


def _stems(lake: Lake, prefix: str) -> list[str]:
    return sorted(PurePosixPath(key).stem for key in lake.keys(prefix))


def _name(what: str, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise LakeError(
            f"lake: {what} must be a lower-case letter, then lower-case letters, digits and _ (63 "
            f"characters at most), got {name[:80]!r}; rename it"
        )
    return name


def _partition(partition: str) -> str:
    if not _PARTITION.fullmatch(partition):
        raise LakeError(
            "lake: partition must be letters, digits, . _ = - (not beginning with ., 150 "
            f"characters at most), got {partition[:80]!r}; use the day as YYYY-MM-DD"
        )
    return partition
