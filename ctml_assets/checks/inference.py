"""The asset check of a day's predictions."""

from collections.abc import Sequence

import dagster as dg

from ctml_assets.core.scoring.counts import PredictionCounts


def inference_check(
    counts: PredictionCounts, problems: Sequence[str], *, asset_key: dg.AssetKey
) -> dg.AssetCheckResult:
    """Pass if there were rows, every one keeps the contract, and every version could score.

    Parameters
    ----------
    counts
        What became of the day's rows.
    problems
        Why versions that should score could not.
    asset_key
        The asset's.
    """
    found = list(problems)
    if counts.rows == 0:
        found.append("the day has no rows to predict")
    if counts.bad:
        found.append(f"{counts.bad} of {counts.rows} rows are in quarantine")
    metadata: dict[str, dg.MetadataValue] = {"bad_rows": dg.MetadataValue.int(counts.bad)}
    if counts.reasons:
        metadata["reasons"] = dg.MetadataValue.table(
            [dg.TableRecord({"reason": reason}) for reason in counts.reasons]
        )
    return dg.AssetCheckResult(
        passed=not found,
        check_name="inference_schema",
        asset_key=asset_key,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(found) or "every row keeps the contract and is predicted",
        metadata=metadata,
    )
