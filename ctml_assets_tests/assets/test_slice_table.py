import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.assets.slice_table import COLUMNS, SliceTable, from_table, to_table
from ctml_assets.core.drift import LineWeight, SliceScore, drift_score
from ctml_assets.lake import LocalLake, read_table, write_table

OVERALL = SliceScore("overall", "overall", 500, 0.7, "")
PULLS = {"2024-01-01": 0.25, "2024-01-02": -0.25}
JFK = SliceScore("origin", "origin=JFK", 90, 0.6, "", PULLS, 1e-4, 2.0)
EWR = SliceScore("origin", "origin=EWR", 12, None, "12 labelled rows, fewer than 50")
THEN = (
    SliceScore("overall", "overall", 800, 0.75, ""),
    SliceScore(
        *("origin", "origin=JFK", 120, 0.65, "", {"2023-12-01": 0.1, "2023-12-02": -0.1}),
        clusters=1.8,
    ),
)
INTERVALS = ("score_interval", "drop_interval")
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SEEDED = settings(derandomize=True, deadline=None)


def test_todays_scores_stand_beside_their_reference():
    table = to_table(SliceTable((OVERALL, JFK), THEN, "v1"))
    overall, jfk = table.drop(columns="standard_error").to_dict("records")
    shown = [name for name in COLUMNS if name != "standard_error"]
    assert [*overall] == shown
    assert [*overall.values()] == [
        *("overall", "overall", 500, 0.7, "", 0.0, "{}", 0.0, 0.75, 800, "{}", 0.0, "v1", "", "")
    ]
    assert [*jfk.values()] == [
        *("origin", "origin=JFK", 90, 0.6, "", 1e-4, json.dumps(PULLS), 2.0, 0.65, 120),
        *('{"2023-12-01": 0.1, "2023-12-02": -0.1}', 1.8, "v1", "", ""),
    ]


def test_the_standard_error_is_of_the_days_pulls_and_missing_where_they_are():
    one_day = SliceScore("origin", "origin=LGA", 90, 0.6, "", {"2024-01-01": 0.0})
    table = to_table(SliceTable((OVERALL, JFK, EWR, one_day), (), "v1"))
    # two days: (0.25^2 + 0.25^2) * 2 / 1
    assert table["standard_error"].tolist()[1] == pytest.approx(0.5)
    assert table["standard_error"].isna().tolist() == [True, False, True, True]


@SEEDED
@given(
    score=FLOATS,
    pulls=st.dictionaries(st.text(max_size=12), FLOATS, max_size=4),
    bound=st.floats(0, 1),
)
def test_numbers_and_labels_come_back_to_the_last_bit(score, pulls, bound):
    part = SliceScore("overall", "overall", 5, score, "", pulls, bound)
    then = SliceScore("overall", "overall", 7, score, "", pulls)
    assert from_table(to_table(SliceTable((part,), (then,), "v1"))) == SliceTable(
        (part,), (then,), "v1"
    )


def test_the_round_trip_keeps_both_sides():
    table = to_table(SliceTable((OVERALL, JFK), THEN, "v1"))
    assert from_table(table) == SliceTable((OVERALL, JFK), THEN, "v1")


def test_a_slice_without_a_score_keeps_its_reason():
    now = from_table(to_table(SliceTable((OVERALL, EWR), THEN, "v1"))).now
    assert now[1] == EWR


def test_a_slice_that_is_gone_today_is_seen():
    scores = from_table(to_table(SliceTable((OVERALL,), THEN, "v1")))
    now, reference = scores.now, scores.reference
    assert now == (OVERALL, SliceScore("origin", "origin=JFK", 0, None, "no row today"))
    assert reference == THEN


def test_a_new_slice_has_no_reference():
    table = to_table(SliceTable((OVERALL, JFK, EWR), THEN[:1], "v1"))
    assert table["reference"].isna().tolist() == [False, True, True]
    scores = from_table(table)
    now, reference = scores.now, scores.reference
    assert (now, reference) == ((OVERALL, JFK, EWR), THEN[:1])


def test_a_reference_without_a_score_says_how_few_rows_it_had():
    then = (THEN[0], SliceScore("origin", "origin=JFK", 7, None, "7 labelled rows, fewer than 50"))
    reference = from_table(to_table(SliceTable((OVERALL, JFK), then, "v1"))).reference
    assert reference[0] == THEN[0]
    assert (reference[1].support, reference[1].score) == (7, None)
    assert reference[1].reason == "7 labelled rows, not scored"


def test_without_a_champion_there_is_no_reference():
    table = to_table(SliceTable((OVERALL, JFK), (), None))
    assert from_table(table) == SliceTable((OVERALL, JFK), (), None)


def test_why_a_day_is_blocked_comes_back_with_its_champion():
    none = SliceScore("overall", "overall", 0, None, "too few labels")
    blocked = SliceTable((none,), (), "v1", "too few labels", "too few labels")
    assert from_table(to_table(blocked)) == blocked
    assert from_table(to_table(SliceTable((OVERALL,), (), "v1"))).blocked == ""


def test_slices_of_two_lines_that_bear_one_name_are_not_confused():
    now = (JFK, SliceScore("origin=JFK", "origin=JFK", 40, 0.5, ""))
    then = (
        SliceScore("origin", "origin=JFK", 120, 0.65, ""),
        SliceScore("origin=JFK", "origin=JFK", 60, 0.9, ""),
    )
    assert from_table(to_table(SliceTable(now, then, "v1"))) == SliceTable(now, then, "v1")


@pytest.mark.parametrize("now", [(OVERALL, JFK, EWR), (EWR,), ()])
@pytest.mark.parametrize(("reference", "champion"), [((), None), (THEN, "v1")])
def test_the_lake_gives_back_the_same_table(tmp_path, now, reference, champion):
    table = to_table(SliceTable(now, reference, champion))
    lake = LocalLake(tmp_path)
    write_table(lake, "table.parquet", table)
    stored = read_table(lake, "table.parquet")
    pd.testing.assert_frame_equal(stored, table)
    assert from_table(stored) == from_table(table)


@pytest.mark.parametrize("now", [(OVERALL, JFK, EWR), (OVERALL,), ()])
def test_the_table_tells_the_drift_score_all_it_needs(now):
    weights = {"overall": LineWeight(1.0), "origin": LineWeight(2.0)}
    scores = from_table(to_table(SliceTable(now, THEN, "v1")))
    told, reference = scores.now, scores.reference
    from_rows = drift_score(told, reference, weights=weights, max_drop=0.05)
    direct = drift_score(now, THEN, weights=weights, max_drop=0.05)
    for name in (*("verdict", "score", "reference", "contributions"), *INTERVALS):
        assert getattr(from_rows, name) == getattr(direct, name)


def test_what_has_pulls_on_both_sides_has_both_intervals():
    scores = from_table(to_table(SliceTable((JFK,), THEN[1:], "v1")))
    weights = {"origin": LineWeight(1.0)}
    result = drift_score(scores.now, scores.reference, weights=weights, max_drop=0.05)
    assert None not in [getattr(result, name) for name in INTERVALS]
