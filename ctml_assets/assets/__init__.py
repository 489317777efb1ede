"""The assets as plain functions, which Dagster, pytest and a notebook call alike."""
