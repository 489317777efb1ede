from pathlib import Path

import pytest

from ctml_assets.declaration import read_declaration
from ctml_assets_tests.declaration.files import extended, told, write

PREDICTED = "entity_id: flight_id\ninference_source: bookings/{partition}.parquet\n"
FIELDS = "mode, share, cohorts, min_days, max_days, at_max_days, margin, level"
ONE_MISTAKE = {
    "a mode that does not exist": (
        "promotion: {rollout: shado}",
        "10 promotion.rollout: must be one of immediate, shadow, ab, staged, got 'shado'; use for "
        "example shadow",
    ),
    "a mode that does not exist, with a share": (
        "promotion: {rollout: {mode: a/b, share: 0.2}}",
        "10 promotion.rollout.mode: must be one of immediate, shadow, ab, staged, got 'a/b'; use "
        "for example shadow",
    ),
    "a mode that does not exist, with cohorts": (
        "promotion: {rollout: {mode: stages, cohorts: [origin=JFK]}}",
        "10 promotion.rollout.mode: must be one of immediate, shadow, ab, staged, got 'stages'; "
        "use for example shadow",
    ),
    "a rollout that is a number": (
        "promotion: {rollout: 7}",
        f"10 promotion.rollout: must be a mapping with some of {FIELDS}, got 7; remove it, or "
        "give it a value",
    ),
    "a share of shadow": (
        "promotion: {rollout: {mode: shadow, share: 0.2}}",
        "10 promotion.rollout.share: must be left out of shadow, got 0.2; remove it, or set mode: "
        "ab",
    ),
    "cohorts of ab": (
        "promotion: {rollout: {mode: ab, cohorts: [origin=JFK]}}",
        "10 promotion.rollout.cohorts: must be left out of ab, got ('origin=JFK',); remove it, "
        "or set mode: staged",
    ),
    "everybody in ab": (
        "promotion: {rollout: {mode: ab, share: 1}}",
        "10 promotion.rollout.share: must be > 0 and < 1, got 1; use for example 0.2",
    ),
    "nobody in ab": (
        "promotion: {rollout: {mode: ab, share: 0.0}}",
        "10 promotion.rollout.share: must be > 0 and < 1, got 0.0; use for example 0.2",
    ),
    "a share that is no number": (
        "promotion: {rollout: {mode: ab, share: .nan}}",
        "10 promotion.rollout.share: must be a finite number > 0 and < 1, got nan; use for "
        "example 0.2",
    ),
    "stages without cohorts": (
        "promotion: {rollout: staged}",
        "10 promotion.rollout: must be given with mode: staged, got none; list the slices, "
        "lowest risk first",
    ),
    "stages of no cohort": (
        "promotion: {rollout: {mode: staged, cohorts: []}}",
        "10 promotion.rollout.cohorts: must have at least one item, got none; use for example "
        "[origin=LGA, origin=JFK, origin=EWR]",
    ),
    "a cohort twice": (
        "promotion:\n  rollout:\n    mode: staged\n    cohorts:\n    - a=1\n    - b=1\n    - a=1",
        "16 promotion.rollout.cohorts[2]: must differ from cohort to cohort, got 'a=1' again; "
        "remove it",
    ),
    "a cohort that is a number": (
        "promotion: {rollout: {mode: staged, cohorts: [origin=JFK, 7]}}",
        "10 promotion.rollout.cohorts[1]: must be text, got 7; put it in quotes",
    ),
    "fewer days at most than at least": (
        "promotion: {rollout: {mode: shadow, min_days: 40}}",
        "10 promotion.rollout.max_days: must be >= min_days (40), got 28; use for example 160",
    ),
    "one day": (
        "promotion: {rollout: {mode: shadow, min_days: 1, max_days: 5}}",
        "10 promotion.rollout.min_days: must be >= 2 and <= 366, got 1; use for example 7",
    ),
    "a year and more": (
        "promotion: {rollout: {mode: shadow, min_days: 40, max_days: 400}}",
        "10 promotion.rollout.max_days: must be >= 2 and <= 366, got 400; use for example 28",
    ),
    "an end of another kind": (
        "promotion: {rollout: {mode: shadow, at_max_days: wait}}",
        "10 promotion.rollout.at_max_days: must be one of reject, promote, got 'wait'; use for "
        "example reject",
    ),
    "a margin that is no number": (
        "promotion: {rollout: {mode: shadow, margin: .nan}}",
        "10 promotion.rollout.margin: must be a finite number >= 0 and <= 1, got nan; use for "
        "example 0.0",
    ),
    "a level that decides nothing": (
        "promotion: {rollout: {mode: shadow, level: 0.6}}",
        "10 promotion.rollout.level: must be > 0 and <= 0.5, got 0.6; use for example 0.05",
    ),
    "a misspelt field of a rollout": (
        "promotion: {rollout: {mode: shadow, min_day: 3}}",
        f"10 promotion.rollout.min_day: must be one of {FIELDS}, got 'min_day'; rename it to "
        "min_days",
    ),
    "a guard that is true": (
        "promotion: {guard: true}",
        "10 promotion.guard: must be a mapping with some of days, min_days, level, got True; "
        "remove it, or give it a value",
    ),
    "a guard that cannot conclude": (
        "promotion: {guard: {days: 5, min_days: 6}}",
        "10 promotion.guard.min_days: must be <= days (5), got 6; lower it",
    ),
    "a guard of one day": (
        "promotion: {guard: {days: 1, min_days: 2}}",
        "10 promotion.guard.days: must be >= 2 and <= 366, got 1; use for example 14",
    ),
    "a guard's level that is no number": (
        "promotion: {guard: {level: .nan}}",
        "10 promotion.guard.level: must be a finite number > 0 and <= 0.5, got nan; use for "
        "example 0.05",
    ),
    "an approval of another kind": (
        "promotion: {approval: by hand}",
        "10 promotion.approval: must be one of automatic, manual, got 'by hand'; use for example "
        "automatic",
    ),
    "a floor that is no number": (
        "promotion: {min_score: .nan}",
        "10 promotion.min_score: must be a finite number, got nan; use for example 0.6",
    ),
    "a negative margin": (
        "promotion: {margin: -0.01}",
        "10 promotion.margin: must be >= 0 and <= 1, got -0.01; use for example 0.05",
    ),
    "no calibration at all": (
        "promotion: {max_calibration_error: 0}",
        "10 promotion.max_calibration_error: must be > 0 and <= 1, got 0; use for example 0.1",
    ),
    "memory without end": (
        "promotion: {max_memory_mb: .inf}",
        "10 promotion.max_memory_mb: must be a finite number > 0, got inf; use for example 4096.0",
    ),
    "no time to score": (
        "promotion: {max_latency_ms: 0}",
        "10 promotion.max_latency_ms: must be > 0, got 0; use for example 1000.0",
    ),
    "another day of predictions": (
        "inference_day: now",
        "10 inference_day: must be one of yesterday, today, tomorrow, got 'now'; use for example "
        "yesterday",
    ),
    "a schedule of predictions that is no cron": (
        "inference_cron: '@daily'",
        "10 inference_cron: must be a cron schedule of five fields, got '@daily'; use for example "
        "0 6 * * *",
    ),
    "a schedule of predictions that never fires": (
        "inference_cron: 0 0 30 2 *",
        "10 inference_cron: must be a cron schedule that fires on some day, got '0 0 30 2 *'; use "
        "for example 0 6 * * *",
    ),
}


@pytest.mark.parametrize("situation", ONE_MISTAKE)
def test_one_mistake_is_told_once(tmp_path: Path, situation: str) -> None:
    more, message = ONE_MISTAKE[situation]
    assert told(tmp_path, extended(PREDICTED + more)) == [message]


@pytest.mark.parametrize("situation", ONE_MISTAKE)
def test_it_hides_no_mistake_that_is_found_later(tmp_path: Path, situation: str) -> None:
    more, _ = ONE_MISTAKE[situation]
    messages = told(tmp_path, extended(f"{PREDICTED}{more}\nowners: [nobody]"))
    assert [text.partition(": ")[0].split()[1] for text in messages][1:] == ["owners[0]"]


ID_IS_MISSING = (
    "entity_id: must be given with inference_source: with the event time it says which record a "
    "prediction is of, got none; name the column of the id"
)


def _source_is_missing(mode: str) -> str:
    return (
        f"inference_source: must be given with rollout: {mode}, which compares logged "
        "predictions, got none; say where the records to predict come from, or set rollout: "
        "immediate"
    )


@pytest.mark.parametrize(
    ("mode", "rollout"),
    [("shadow", "shadow"), ("ab", "ab"), ("staged", "{mode: staged, cohorts: [origin=JFK]}")],
)
def test_a_rollout_needs_predictions(tmp_path: Path, mode: str, rollout: str) -> None:
    more = f"entity_id: flight_id\npromotion:\n  rollout: {rollout}"
    assert told(tmp_path, extended(more)) == [f"2 {_source_is_missing(mode)}"]


def test_predictions_need_an_id(tmp_path: Path) -> None:
    assert told(tmp_path, extended("inference_source: b.csv")) == [f"2 {ID_IS_MISSING}"]


def test_all_that_a_rollout_needs_is_told_at_once(tmp_path: Path) -> None:
    messages = told(tmp_path, extended("promotion: {rollout: shadow}"))
    assert messages == [f"2 {ID_IS_MISSING}", f"2 {_source_is_missing('shadow')}"]


def test_a_wrong_id_or_source_is_told_once_and_hides_no_mistake(tmp_path: Path) -> None:
    more = "entity_id: 7\ninference_source: 8\npromotion: {rollout: shadow}\nowners: [nobody]"
    assert [text.partition(", got")[0] for text in told(tmp_path, extended(more))] == [
        "8 entity_id: must be text",
        "9 inference_source: must be a mapping with some of path, callable, sql",
        "11 owners[0]: must be an e-mail address or team:name",
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "bookings.txt",
            "9 inference_source: must end with one of .parquet, .csv, .csv.gz, got 'bookings.txt'; "
            "use for example data/{partition}.parquet",
        ),
        (
            "gs://b/a.csv",
            "9 inference_source: must be a local path or begin with s3://, got 'gs://b/a.csv'; "
            "use a path or s3://, or declare inference_source.sql or inference_source.callable",
        ),
        (
            "{callable: a.b}",
            "9 inference_source.callable: must be package.module:function, got 'a.b'; use for "
            "example my_project.sources:bookings",
        ),
        (
            "{sql: {url: 'sqlite:///a.db', query: 'SELECT 1 WHERE a >= :start'}}",
            "9 inference_source.sql.query: must have the bind parameters :start and :end, got a "
            "query without :end; add for example WHERE ts >= :start AND ts < :end",
        ),
        (
            "{path: a.csv, callable: 'a:b'}",
            "9 inference_source: must have exactly one of path, callable and sql, got path and "
            "callable; keep or add one, for example path: data/{partition}.parquet",
        ),
    ],
)
def test_a_source_of_predictions_is_judged_as_any_source(
    tmp_path: Path, source: str, message: str
) -> None:
    text = source if source.startswith("{") else f"'{source}'"
    more = f"entity_id: flight_id\ninference_source: {text}"
    assert told(tmp_path, extended(more)) == [message]


@pytest.mark.parametrize(
    "source", ["bookings/{partition}.csv", "{path: 'bookings/{partition}.csv'}"]
)
def test_a_relative_path_of_predictions_starts_at_the_declaration(
    tmp_path: Path, source: str
) -> None:
    text = source if source.startswith("{") else f"'{source}'"
    more = f"entity_id: flight_id\ninference_source: {text}"
    spec = read_declaration(write(tmp_path, extended(more)))
    assert spec.inference_source is not None
    assert spec.inference_source.path == str(tmp_path.resolve() / "bookings" / "{partition}.csv")


def test_no_password_of_the_source_of_predictions_is_shown(tmp_path: Path) -> None:
    url = "postgresql://reader:hunter2@db/warehouse"
    (message,) = told(tmp_path, extended(f"entity_id: i\ninference_source: '{url}'"))
    assert "hunter2" not in message
    assert message.startswith("9 inference_source: must be a local path or begin with s3://")
