from pathlib import Path

import pytest

from ctml_assets.declaration import read_declaration
from ctml_assets_tests.declaration.files import extended, told, write


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "flights.txt",
            "source: must end with one of .parquet, .csv, .csv.gz, got 'flights.txt'; use for "
            "example data/{partition}.parquet",
        ),
        (
            "gs://bucket/a.parquet",
            "source: must be a local path or begin with s3://, got 'gs://bucket/a.parquet'; use a "
            "path or s3://, or declare source.sql or source.callable",
        ),
        (
            "data/{date}.parquet",
            "source: must have no other placeholder than {partition}, got {date}; write "
            "{partition} where the day stands, as in 2013-01-31",
        ),
        (
            "{callable: my_project.sources.bookings}",
            "source.callable: must be package.module:function, got 'my_project.sources.bookings'; "
            "use for example my_project.sources:bookings",
        ),
        (
            "{sql: {url: warehouse.db, query: 'SELECT * FROM t WHERE a >= :start AND a < :end'}}",
            "source.sql.url: must be a SQLAlchemy URL (dialect+driver://...), got a text that "
            "begins otherwise; use for example sqlite:///bookings.db",
        ),
        (
            "{sql: {url: 'sqlite:///a.db', query: 'SELECT * FROM t WHERE a >= :start_ts'}}",
            "source.sql.query: must have the bind parameters :start and :end, got a query without "
            ":start and :end; add for example WHERE ts >= :start AND ts < :end",
        ),
        (
            "{sql: {url: 'sqlite:///a.db', query: 'SELECT a::end FROM t WHERE a >= :start'}}",
            "source.sql.query: must have the bind parameters :start and :end, got a query without "
            ":end; add for example WHERE ts >= :start AND ts < :end",
        ),
    ],
)
def test_a_source_of_another_form_is_told(tmp_path: Path, source: str, message: str) -> None:
    text = extended(
        f"source: '{source}'" if source[0] != "{" else f"source: {source}", without="source"
    )
    assert told(tmp_path, text) == [f"7 {message}"]


@pytest.mark.parametrize(
    "cron", ["0 6 * *", "'* * * * * *'", "'@daily'", "H 6 * * *", "61 * * * *", "every day", "''"]
)
def test_a_schedule_that_is_no_five_field_cron_is_told(tmp_path: Path, cron: str) -> None:
    (message,) = told(tmp_path, extended(f"monitoring: {{cron: {cron}}}"))
    assert message.startswith("8 monitoring.cron: must be a cron schedule of five fields, got ")
    assert message.endswith("; use for example 0 6 * * *")


@pytest.mark.parametrize("cron", ["R 6 * * *", "0 r(1-5) * * *", "0 6 1W * *"])
def test_a_schedule_whose_time_is_drawn_by_chance_or_unknown_to_dagster_is_told(
    tmp_path: Path, cron: str
) -> None:
    (message,) = told(tmp_path, extended(f"monitoring: {{cron: '{cron}'}}"))
    assert "monitoring.cron: must be a cron schedule whose only words are months, days" in message


@pytest.mark.parametrize(
    "cron", ["0 0 31 2 *", "0 0 30,31 2 *", "0 0 31 4,6 *", "0 0 30 2 1", "0 0 31 feb *"]
)
def test_a_schedule_that_never_fires_is_told(tmp_path: Path, cron: str) -> None:
    (message,) = told(tmp_path, extended(f"monitoring: {{cron: '{cron}'}}"))
    assert message == (
        f"8 monitoring.cron: must be a cron schedule that fires on some day, got '{cron}'; "
        "use for example 0 6 * * *"
    )


@pytest.mark.parametrize(
    "cron", ["0 0 29 2 *", "0 6 L * *", "0 6 * jan-Mar MON", "0 6 * * mon#2", "0 6 * * 7"]
)
def test_a_schedule_of_rare_or_named_days_is_accepted_by_us_and_by_dagster(
    tmp_path: Path, cron: str
) -> None:
    from dagster._utils.schedules import is_valid_cron_schedule

    spec = read_declaration(write(tmp_path, extended(f"monitoring: {{cron: '{cron}'}}")))
    assert spec.monitoring.cron == cron
    assert is_valid_cron_schedule(cron)


@pytest.mark.parametrize(
    "owner", ["ada", "'team:'", "a@b", "data team", "ada@example.org.", "'@b.de'"]
)
def test_an_owner_that_dagster_would_refuse_is_told(tmp_path: Path, owner: str) -> None:
    (message,) = told(tmp_path, extended(f"owners: ['team:x', {owner}]"))
    assert message.startswith("8 owners[1]: must be an e-mail address or team:name, got ")


def test_owners_and_schedules_of_the_right_form_are_accepted(tmp_path: Path) -> None:
    more = "owners: [ada.l+ml@example.co.uk, team:data]\nmonitoring: {cron: '*/15 6-18 * * 1-5'}"
    spec = read_declaration(write(tmp_path, extended(more)))
    assert spec.owners == ("ada.l+ml@example.co.uk", "team:data")
