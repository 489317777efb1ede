"""The training sample beside its version in the lake."""

from typing import Any

import pandas as pd

from ctml_assets.assets import training_sample
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import Lake, Version, read_table, sample_key, write_table_if_absent


def store_sample(
    lake: Lake, version: Version, fitted: Any, dataset: pd.DataFrame, *, spec: ModelSpec
) -> None:
    """Store the training sample of a version, unless it has one.

    Parameters
    ----------
    lake
        Where.
    version, fitted
        The candidate.
    dataset
        Its ``training_dataset``.
    spec
        A complete declaration.
    """
    from ctml_assets.assets.training import rows_of

    sample = training_sample.training_sample(
        rows_of(dataset, "train", "validation"), rows_of(dataset, "test"), fitted, spec=spec
    )
    write_table_if_absent(lake, sample_key(version.model, version.version), sample)


def load_sample(lake: Lake, version: Version) -> pd.DataFrame | None:
    """Return the training sample of a version; None if it has none.

    Raises
    ------
    LakeError
        If it is damaged.
    """
    key = sample_key(version.model, version.version)
    return read_table(lake, key) if lake.exists(key) else None
