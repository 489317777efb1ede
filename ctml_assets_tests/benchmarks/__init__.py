"""Benchmarks: side by side in one run, ratios first. ``python -m`` each of them."""
