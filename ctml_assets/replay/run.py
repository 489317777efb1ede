"""A whole replay: its days, then its summary."""

import datetime as dt
from collections.abc import Callable, Sequence

import dagster as dg

from ctml_assets.core.rollout import rollout_of
from ctml_assets.core.spec import ModelSpec
from ctml_assets.replay.days import Replay
from ctml_assets.replay.home import Home
from ctml_assets.replay.journal import DayEntry
from ctml_assets.replay.never import never_retrained
from ctml_assets.replay.summary import Summary, summarise
from ctml_assets.resources.training_state import training_state


def replayed(
    spec: ModelSpec,
    definitions: dg.Definitions,
    home: Home,
    days: Sequence[dt.date],
    on_day: Callable[[DayEntry], None] = lambda _: None,
) -> Summary:
    """Replay the days that are not replayed yet, and sum up all of them.

    The same declaration, data and days give the same decisions, also after an interruption.
    """
    replay = Replay(spec, definitions, home)
    replay.run(days, on_day)
    wanted = {day.isoformat() for day in days}
    entries = [entry for entry in replay.journal.entries() if entry.day in wanted]
    served = [dt.date.fromisoformat(entry.day) for entry in entries if entry.champion is not None]
    registry = home.lake.registry(spec.name)
    history = [record for record in registry.history() if record.as_of <= days[-1]]
    never = never_retrained(home.lake, spec, served)
    pending = training_state(registry).pending
    rollout = rollout_of(registry.latest_rollout_events())
    waiting = rollout.version if rollout is not None and rollout.waiting else None
    return summarise(spec.name, entries, history, never, pending, waiting)
