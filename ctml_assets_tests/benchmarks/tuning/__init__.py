"""Tuning at equal CPU budgets, beside its peers; run as a module, see `__main__`."""
