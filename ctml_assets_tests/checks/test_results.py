import datetime as dt

import dagster as dg
import numpy as np
import pytest

from ctml_assets.checks import candidate_check, drift_check, labels_check, schema_check
from ctml_assets.core.drift import LineWeight, SliceScore, drift_score
from ctml_assets.core.gates import Finding, GateDecision, GateVerdict
from ctml_assets.core.records import Cohort, cohorts, prepare
from ctml_assets_tests import streams

KEY = dg.AssetKey(["stream", "asset"])
NOW = [SliceScore("overall", "overall", 500, 0.72, "")]


def only_a_warning(check, name):
    assert check.asset_key == KEY
    assert check.check_name == name
    return check.severity is dg.AssetCheckSeverity.WARN


class TestSchema:
    def checked(self, raw):
        prepared = prepare(raw, streams.spec(), streams.START)
        return schema_check(prepared, raw_rows=len(raw), asset_key=KEY)

    def test_every_row_keeps_its_contract(self):
        check = self.checked(streams.raw_day(streams.START))
        assert check.passed
        assert only_a_warning(check, "schema")
        assert check.description == "every row keeps its contract"
        assert check.metadata == {"bad_rows": dg.MetadataValue.int(0)}

    def test_bad_rows_are_counted_by_reason(self):
        raw = streams.raw_day(streams.START)
        raw.loc[[1, 2], "x1"] = np.inf
        raw.loc[5, "ts"] += dt.timedelta(days=3)
        check = self.checked(raw)
        assert not check.passed
        assert only_a_warning(check, "schema")
        assert check.description == "3 of 100 rows are in quarantine"
        assert check.metadata["bad_rows"].value == 3
        table = [record.data for record in check.metadata["reasons"].records]
        assert [row["rows"] for row in table] == [2, 1]
        assert "x1" in table[0]["reason"]
        assert "2024-01-01" in table[1]["reason"]

    def test_only_the_ten_most_frequent_reasons_are_shown(self):
        raw = streams.raw_day(streams.START)
        raw.loc[:29, "ts"] = [raw["ts"][0] + dt.timedelta(days=3 + i) for i in range(30)]
        check = self.checked(raw)
        assert check.metadata["bad_rows"].value == 30
        assert len(check.metadata["reasons"].records) == 10

    def test_a_day_without_rows_fails(self):
        check = self.checked(streams.raw_day(streams.START).iloc[:0])
        assert not check.passed
        assert check.description == "the day has no rows"

    def test_columns_not_declared_are_named_and_do_not_fail(self):
        check = self.checked(streams.raw_day(streams.START).assign(zip="0150", age=3))
        assert check.passed
        assert check.description == "columns not declared: age, zip"

    def test_a_day_that_is_blocked_does_not_pass(self):
        prepared = prepare(streams.raw_day(streams.START), streams.spec(), streams.START)
        check = schema_check(
            prepared, raw_rows=100, asset_key=KEY, blocked="feature x1: 100% missing"
        )
        assert not check.passed
        assert check.description == "feature x1: 100% missing"
        assert only_a_warning(check, "schema")


class TestLabels:
    def checked(self, records, dataset=None, spec=None):
        if dataset is None:
            dataset = records[records["outcome"].notna()]
        spec = spec or streams.spec()
        counted = cohorts(records, spec)
        cohort = counted[0] if counted else Cohort(streams.START, 0, 0, 0)
        return labels_check(cohort, dataset, spec=spec, asset_key=KEY)

    def unlabelled(self, rows):
        records = streams.records_day(streams.START)
        return records.assign(outcome=records["outcome"].where(records.index >= rows))

    def test_all_records_have_a_label(self):
        check = self.checked(self.unlabelled(0))
        assert check.passed
        assert only_a_warning(check, "labels")
        assert check.description == "100.0% of the records have a label"
        assert check.metadata["label_coverage"].value == 1.0

    @pytest.mark.parametrize(("rows", "passed"), [(5, True), (6, False)])
    def test_ninety_five_of_a_hundred_are_enough(self, rows, passed):
        assert self.checked(self.unlabelled(rows)).passed is passed

    def test_the_declaration_sets_the_limit(self):
        monitoring = streams.declared()["monitoring"] | {"min_label_coverage": 0.8}
        spec = streams.spec(monitoring=monitoring)
        assert self.checked(self.unlabelled(20), spec=spec).passed
        assert not self.checked(self.unlabelled(21), spec=spec).passed

    def test_too_few_are_counted(self):
        check = self.checked(self.unlabelled(20))
        assert check.description == "label coverage 80.0% of 100 records < 95%"
        assert check.metadata["label_coverage"].value == 0.8

    def test_labels_that_never_vary_fail(self):
        check = self.checked(streams.records_day(streams.START).assign(outcome=1.0))
        assert not check.passed
        assert check.description == "all labels are the same"

    def test_values_that_never_vary_fail_too(self):
        records = streams.records_day(streams.START, task="regression").assign(outcome=2.5)
        check = self.checked(records, spec=streams.regression_spec())
        assert check.description == "all labels are the same"

    def test_no_label_at_all_is_not_called_all_the_same(self):
        check = self.checked(self.unlabelled(100))
        assert not check.passed
        assert check.description == (
            "label coverage 0.0% of 100 records < 95%; the drift dataset has no rows"
        )

    def test_a_day_without_records_is_not_blamed_on_the_labels_of_the_days_before(self):
        records = self.unlabelled(0)
        check = self.checked(records, records.iloc[:0])
        assert not check.passed
        assert check.description == "the drift dataset has no rows"

    def test_no_records_at_all_fail(self):
        check = self.checked(self.unlabelled(0).iloc[:0])
        assert not check.passed
        assert check.description == "the drift dataset has no rows"
        assert check.metadata["label_coverage"].value == 0.0


class TestDrift:
    def checked(self, reference, now=NOW):
        weights = {"overall": LineWeight(1.0)}
        result = drift_score(now, reference, weights=weights, max_drop=0.05)
        return drift_check(result, asset_key=KEY)

    @pytest.mark.parametrize(
        ("before", "passed", "verdict"), [(0.73, True, "OK"), (0.8, False, "DEGRADED")]
    )
    def test_the_verdict_decides_and_the_numbers_are_told(self, before, passed, verdict):
        check = self.checked([SliceScore("overall", "overall", 900, before, "")])
        assert check.passed is passed
        assert only_a_warning(check, "drift")
        assert check.description.startswith(f"{verdict}: score 0.72 is ")
        assert f"below the reference {before}" in check.description

    def test_unknown_is_not_a_pass(self):
        nothing = [SliceScore("overall", "overall", 3, None, "3 labelled rows, fewer than 50")]
        check = self.checked([SliceScore("overall", "overall", 900, 0.8, "")], nothing)
        assert not check.passed
        assert check.description.startswith("UNKNOWN: ")
        assert "3 labelled rows, fewer than 50" in check.description

    def test_no_champion_is_not_a_pass(self):
        check = self.checked(None)
        assert (check.passed, check.description) == (False, "UNKNOWN: no champion yet")


class TestCandidate:
    def test_a_promoted_candidate_passes_with_every_gates_finding(self):
        findings = (
            Finding("improvement", GateVerdict.PASS, "gain +3.00%"),
            Finding("slice regression", GateVerdict.PASS, "worst is origin=JFK"),
        )
        check = candidate_check(GateDecision(True, findings), asset_key=KEY)
        assert check.passed
        assert only_a_warning(check, "candidate")
        assert check.description == (
            "improvement pass: gain +3.00%; slice regression pass: worst is origin=JFK"
        )
        assert {name: entry.value for name, entry in check.metadata.items()} == {
            "improvement": "pass: gain +3.00%",
            "slice_regression": "pass: worst is origin=JFK",
        }

    def test_a_rejected_one_fails_with_the_gate_that_stopped_it(self):
        findings = (
            Finding("improvement", GateVerdict.PASS, "gain +3.00%"),
            Finding("slice regression", GateVerdict.NOT_EVALUABLE, "no slice"),
        )
        check = candidate_check(GateDecision(False, findings), asset_key=KEY)
        assert not check.passed
        assert check.description == "slice regression not evaluable: no slice"
        assert check.metadata["improvement"].value == "pass: gain +3.00%"
