"""What a tick of the drift sensor costs, by history and by models, and what loading models costs.

Two tables::

    python -m ctml_assets_tests.benchmarks.sensors [--quick] [--json FILE]

*History*: a tick with one new day, after 1,000 materialized days and after 10, in turns in one
process; the median CPU seconds count, and must not be more than twice as many.

*Models*: code locations of 1, 10, 100 and 1,000 declared models with the default triggers, each
loaded from YAML files in a fresh process as Dagster's code server does: CPU seconds, peak memory,
one tick without news, and news of every model, none of which fires. A tick stops deciding after 30
seconds: on a busy machine a thousand models' news take several, whose CPU seconds are added up.
"""
