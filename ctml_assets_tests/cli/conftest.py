import pytest


@pytest.fixture(autouse=True)
def _home_is_restored(monkeypatch):
    monkeypatch.delenv("CTML_LAKE", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", "")
    # Rich must not wrap the texts that tests look for.
    monkeypatch.setenv("COLUMNS", "400")
