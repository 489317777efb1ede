import dagster as dg

from ctml_assets.checks import fresh_check

KEY = dg.AssetKey(["stream", "drift_score"])


def test_no_missing_day_passes():
    check = fresh_check("", asset_key=KEY)
    assert check.passed
    assert (check.check_name, check.asset_key) == ("monitoring_is_fresh", KEY)


def test_a_missing_day_fails_as_a_warning_and_is_named():
    check = fresh_check("2024-03-09 was due", asset_key=KEY)
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert check.description == "2024-03-09 was due"
