"""Asset check: no day that was due is missing."""

import dagster as dg

from ctml_assets.resources.naming import MONITORING_IS_FRESH


def fresh_check(problem: str, *, asset_key: dg.AssetKey) -> dg.AssetCheckResult:
    """Pass if the newest day that was due is monitored.

    An older day that comes in does not make up for it. That a day was *not* monitored is what the
    sensor ``monitoring_freshness`` says, for then nobody evaluates this.

    Parameters
    ----------
    problem
        The day that is missing, in words; empty if none is.
    asset_key
        The asset that is checked.
    """
    return dg.AssetCheckResult(
        passed=not problem,
        check_name=MONITORING_IS_FRESH,
        asset_key=asset_key,
        severity=dg.AssetCheckSeverity.WARN,
        description=problem or "no day that was due is missing",
    )
