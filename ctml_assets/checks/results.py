"""Asset checks: what the assets found, said as passed or not. A warning stops nothing."""

import dagster as dg
import numpy as np
import pandas as pd

from ctml_assets.core.drift import DriftScore, Verdict
from ctml_assets.core.gates import GateDecision
from ctml_assets.core.records import Cohort, PreparedRecords, immature, labels
from ctml_assets.core.spec import ModelSpec

_WORST_REASONS = 10


def schema_check(
    prepared: PreparedRecords, *, raw_rows: int, asset_key: dg.AssetKey, blocked: str = ""
) -> dg.AssetCheckResult:
    """Pass if there are rows, every one keeps its contract, and nothing blocks the day's use."""
    bad = len(prepared.bad)
    problems = []
    if raw_rows == 0:
        problems.append("the day has no rows")
    if bad:
        problems.append(f"{bad} of {raw_rows} rows are in quarantine")
    if blocked:
        problems.append(blocked)
    if prepared.unexpected_columns:
        problems.append(f"columns not declared: {', '.join(prepared.unexpected_columns)}")
    metadata: dict[str, dg.MetadataValue] = {"bad_rows": dg.MetadataValue.int(bad)}
    if bad:
        reasons = prepared.bad["reason"].value_counts().head(_WORST_REASONS)
        metadata["reasons"] = dg.MetadataValue.table(
            [
                dg.TableRecord({"reason": str(reason), "rows": int(count)})
                for reason, count in reasons.items()
            ]
        )
    return dg.AssetCheckResult(
        passed=raw_rows > 0 and bad == 0 and not blocked,
        check_name="schema",
        asset_key=asset_key,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(problems) or "every row keeps its contract",
        metadata=metadata,
    )


def labels_check(
    cohort: Cohort, dataset: pd.DataFrame, *, spec: ModelSpec, asset_key: dg.AssetKey
) -> dg.AssetCheckResult:
    """Pass if the day's look knew the ground truth of enough records, and it varies.

    Parameters
    ----------
    cohort
        The day's labels, as known at its own look.
    dataset
        The labelled records.
    spec
        A complete declaration.
    asset_key
        The checked asset.
    """
    coverage, problem = cohort.coverage or 0.0, immature(cohort, spec)
    problems = [problem] if problem else []
    if dataset.empty:
        problems.append("the drift dataset has no rows")
    elif np.unique(labels(dataset, spec)).size < 2:
        problems.append("all labels are the same")
    return dg.AssetCheckResult(
        passed=not problems,
        check_name="labels",
        asset_key=asset_key,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(problems) or f"{coverage:.1%} of the records have a label",
        metadata={"label_coverage": dg.MetadataValue.float(coverage)},
    )


def drift_check(result: DriftScore, *, asset_key: dg.AssetKey) -> dg.AssetCheckResult:
    """Pass if the champion is as good as when it was promoted; unknown is not a pass."""
    return dg.AssetCheckResult(
        passed=result.verdict is Verdict.OK,
        check_name="drift",
        asset_key=asset_key,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{result.verdict.value}: {result.reason}",
    )


def candidate_check(decision: GateDecision, *, asset_key: dg.AssetKey) -> dg.AssetCheckResult:
    """Pass if the candidate passed every gate; a rejected one is a normal outcome."""
    return dg.AssetCheckResult(
        passed=decision.promote,
        check_name="candidate",
        asset_key=asset_key,
        severity=dg.AssetCheckSeverity.WARN,
        description=decision.reason,
        metadata={
            f.gate.replace(" ", "_"): dg.MetadataValue.text(f"{f.verdict.value}: {f.reason}")
            for f in decision.findings
        },
    )
