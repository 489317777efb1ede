"""A registry of which everything is known, and what a check finds in it."""

import datetime as dt
from dataclasses import replace

from ctml_assets.lake import Registry
from ctml_assets_tests.lake.memory import START, MemoryLake
from ctml_assets_tests.lake.models import add_version, line, promote
from ctml_assets_tests.lake.registry.test_rollouts import STARTED

WEEK = dt.timedelta(days=7)
DAYS = [dt.date(2024, 3, day) for day in (1, 8)]


def sound_registry():
    """Return two champions, each evaluated, the second rolled out: registered two weeks ago."""
    registry, record = Registry(MemoryLake(now=START - 2 * WEEK), "m"), None
    for slope, day in enumerate(DAYS):
        version = add_version(registry, line(slope), as_of=day).version
        registry.add_evaluation(version, {"promote": True})
        record = promote(registry, version, record)
    registry.append_rollout(replace(STARTED, version=version))
    registry.lake.now = START
    return registry


def check(registry, *, delete=False, now=START, older_than=WEEK):
    return registry.check(now, older_than, delete=delete)


def found(report):
    return {finding.key: finding.problem.value for finding in report.findings}
