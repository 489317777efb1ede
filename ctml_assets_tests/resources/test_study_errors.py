"""What is shown of a URL, and of a database's complaint about it: never a password."""

import sqlite3

import pytest
from sqlalchemy import make_url

from ctml_assets.errors import StudyError
from ctml_assets.resources.study_errors import explained, shown_url

SECRET = "s3cr3t"  # noqa: S105 - it guards nothing
SAFE = {
    f"postgresql+psycopg2://me:{SECRET}@db:5432/x": "postgresql+psycopg2://me:***@db:5432/x",
    f"postgresql://me:a/{SECRET}@db/x": "postgresql://me:***@db/x",
    f"postgresql://me:a%40{SECRET}@db/x": "postgresql://me:***@db/x",
    # an @ that is not encoded: the end of the password is where host or database should be
    f"postgresql://me:a@{SECRET}@db/x": "postgresql://me:***@***",
    f"postgresql://me:a@{SECRET}/b@db:5432/x": "postgresql://me:***@***",
    f"postgresql://m/e:{SECRET}@db/x": "postgresql://***",
    f"postgresql:///x?host=db&password={SECRET}&sslmode=require": (
        "postgresql:///x?host=db&sslmode=require"
    ),
}


@pytest.mark.parametrize(("url", "safe"), SAFE.items())
def test_a_password_is_not_shown_wherever_it_stands(url, safe):
    assert shown_url(make_url(url)) == safe


@pytest.mark.parametrize("url", ["postgresql://me@db/x", "sqlite:////data/a%40b/x.db"])
def test_what_holds_no_password_is_shown_as_it_is(url):
    assert shown_url(make_url(url)) == url


@pytest.mark.parametrize("url", SAFE)
def test_what_the_driver_says_shows_no_password_either(url):
    parsed = make_url(url)
    said = f"no {parsed.host} for {parsed.password}, {parsed.database} and {dict(parsed.query)}"
    with pytest.raises(StudyError, match="got OperationalError: no ") as caught, explained(parsed):
        raise sqlite3.OperationalError(said)
    assert SECRET not in str(caught.value)
