import datetime as dt
from dataclasses import fields, replace

import pandas as pd
import pytest

from ctml_assets.errors import LakeError
from ctml_assets.lake import (
    SUPERSEDED,
    DecisionRow,
    LocalLake,
    read_decisions,
    write_decisions,
)

DAY = dt.date(2024, 1, 31)
AT = dt.datetime(2024, 2, 1, 6, 30, 15, 250_000, tzinfo=dt.UTC)
FIRED = DecisionRow(
    day=DAY,
    outcome="fired",
    trigger="performance",
    held_by=None,
    reason="score 0.700, reference 0.800, drop 12.5% >= 5.0%",
    score=0.7,
    reference=0.8,
    relative_drop=0.125,
    standard_error=0.01,
    champion="2024-01-01-0123456789ab",
    event_id=7,
    reported_at=AT,
    run_key="m:2024-01-31:7",
)
BLANK = DecisionRow(
    DAY, "not evaluable", None, None, "no data", None, None, None, None, None, 7, AT, None
)


@pytest.fixture
def lake(tmp_path):
    return LocalLake(tmp_path)


def write(lake, *rows, last_event=None, last_at=AT):
    return write_decisions(
        lake, "m", rows, last_event=last_event or rows[-1].event_id, last_at=last_at
    )


def later(row, days, event, **changes):
    moved = dt.timedelta(days=days)
    return replace(
        row, day=row.day + moved, event_id=event, reported_at=row.reported_at + moved, **changes
    )


def test_no_decision_is_an_empty_table_with_all_columns(lake):
    found = read_decisions(lake, "m")
    assert list(found.columns) == [field.name for field in fields(DecisionRow)]
    assert len(found) == 0


def test_a_row_comes_back_whole(lake):
    assert write(lake, FIRED) is True
    (row,) = read_decisions(lake, "m").to_dict("records")
    told = {name: value for name, value in vars(FIRED).items() if name not in ("held_by",)}
    told |= {"day": pd.Timestamp(DAY), "reported_at": pd.Timestamp(AT).tz_localize(None)}
    assert pd.isna(row.pop("held_by"))
    assert row == told


@pytest.mark.parametrize("rows", [(), (BLANK,), (FIRED,), (BLANK, later(FIRED, 1, 8))])
def test_the_types_do_not_hang_on_what_is_missing(lake, rows):
    if rows:
        write(lake, *rows)
    kinds = {name: str(kind) for name, kind in read_decisions(lake, "m").dtypes.items()}
    assert kinds["day"] == kinds["reported_at"] == "datetime64[us]"
    assert {kinds[name] for name in ("outcome", "trigger", "held_by", "run_key")} == {"str"}
    assert {kinds[name] for name in ("score", "reference", "standard_error")} == {"float64"}
    assert kinds["event_id"] == "int64"


def test_what_is_unknown_is_missing_and_not_a_number_or_a_text(lake):
    write(lake, BLANK)
    (row,) = read_decisions(lake, "m").to_dict("records")
    missing = {name for name, value in row.items() if pd.isna(value)}
    assert missing == {
        "trigger",
        "held_by",
        "score",
        "reference",
        "relative_drop",
        "standard_error",
        "champion",
        "run_key",
    }


def test_writing_twice_is_harmless_and_the_first_stands(lake):
    assert write(lake, FIRED) is True
    assert write(lake, FIRED) is False
    assert write(lake, replace(FIRED, outcome="held back", held_by="cooldown")) is False
    assert list(read_decisions(lake, "m")["outcome"]) == ["fired"]


def test_of_a_look_decided_on_again_with_news_the_first_decision_is_read(lake):
    """The daemon was killed in between, and a later day came before it was back."""
    write(lake, FIRED)
    again = replace(FIRED, outcome=SUPERSEDED, trigger=None, run_key=None)
    write(lake, again, later(FIRED, 1, 8))
    found = read_decisions(lake, "m")
    assert list(found["event_id"]) == [7, 8]
    assert list(found["outcome"]) == ["fired", "fired"]


def test_the_first_is_known_by_its_event_and_not_by_its_day(lake):
    """A late day: its file sorts before that of a newer day that was written earlier."""
    write(lake, later(FIRED, 5, 7))
    late = replace(BLANK, event_id=8)
    again = later(FIRED, 5, 7, outcome=SUPERSEDED)
    write(lake, late, again, last_event=8, last_at=AT + dt.timedelta(days=9))
    assert list(read_decisions(lake, "m")["outcome"]) == ["not evaluable", "fired"]


def test_a_corrected_score_of_the_same_day_is_a_row_of_its_own(lake):
    write(lake, FIRED)
    write(lake, replace(FIRED, event_id=9, score=0.6, reported_at=AT + dt.timedelta(hours=1)))
    found = read_decisions(lake, "m")
    assert list(found["score"]) == [0.7, 0.6]


def test_a_new_dagster_instance_that_counts_from_1_again_loses_nothing(lake):
    write(lake, FIRED)
    fresh = AT + dt.timedelta(days=30)
    assert write(lake, replace(FIRED, score=0.6, reported_at=fresh), last_at=fresh) is True
    assert list(read_decisions(lake, "m")["score"]) == [0.7, 0.6]


def test_rows_are_sorted_by_day_and_then_by_report(lake):
    write(lake, later(FIRED, 2, 11))
    write(lake, FIRED, later(FIRED, 1, 12), last_event=12)
    assert list(read_decisions(lake, "m")["event_id"]) == [7, 12, 11]


def test_models_are_kept_apart(lake):
    write(lake, FIRED)
    assert len(read_decisions(lake, "other")) == 0


def test_an_unfinished_write_is_not_read(lake, tmp_path):
    write(lake, FIRED)
    (tmp_path / "decisions" / "m" / ".tmp-0123").write_bytes(b"PAR1 torn")
    assert len(read_decisions(lake, "m")) == 1


@pytest.mark.parametrize("damage", ["torn", "empty", "bit"])
def test_a_damaged_file_is_an_error_that_names_it(lake, damage):
    write(lake, FIRED)
    write(lake, later(FIRED, 1, 8))
    key = lake.keys("decisions/m")[0]
    sound = lake.read(key)
    broken = bytearray(sound)
    broken[len(sound) // 2] ^= 1
    lake.write(key, {"torn": sound[:-9], "empty": b"", "bit": bytes(broken)}[damage])
    with pytest.raises(LakeError, match=key):
        read_decisions(lake, "m")
    assert write(lake, FIRED) is False


def test_a_foreign_file_is_an_error_that_names_it(lake):
    lake.write("decisions/m/notes.txt", b"mine")
    with pytest.raises(LakeError, match=r"decisions/m/notes\.txt: file must be one that the drift"):
        read_decisions(lake, "m")
