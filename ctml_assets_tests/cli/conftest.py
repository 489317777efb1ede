import pytest

from ctml_assets.components import LoadedModels


@pytest.fixture(autouse=True)
def _home_is_restored(monkeypatch):
    monkeypatch.delenv("CTML_LAKE", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", "")
    # Rich must not wrap the texts that tests look for.
    monkeypatch.setenv("COLUMNS", "400")


@pytest.fixture
def located(monkeypatch):
    """Put other models in the place of those under ``defs/``."""

    def put(*specs, broken=()):
        models = LoadedModels(tuple(specs), tuple(broken))
        monkeypatch.setattr("ctml_assets.components.load_models", lambda _: models)

    return put
