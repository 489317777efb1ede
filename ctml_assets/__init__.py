"""Event-driven continuous training of tabular models, as Dagster assets."""
