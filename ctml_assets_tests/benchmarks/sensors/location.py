"""One code location in this process, measured step by step; prints one line of JSON.

Run by ``models``, in a fresh process: python -m ...sensors.location FOLDER
"""

import time

# What Python itself took to start is no one's concern here.
_STARTED = time.process_time()

import datetime as dt  # noqa: E402
import json  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import dagster as dg  # noqa: E402
from dagster._core.remote_representation.external_data import RepositorySnap  # noqa: E402

from ctml_assets.components import compose, load_models  # noqa: E402
from ctml_assets.resources import LakeResource  # noqa: E402

_DAY = dt.date(2024, 3, 1)


def main(folder: Path) -> None:
    """Load the folder's models, then tick."""
    marks = [time.process_time()]
    models = load_models(folder / "defs")
    assert not models.broken, models.broken[0]
    marks.append(time.process_time())
    lake = LakeResource(root=str(folder / "lake"))
    definitions = compose(models, lake)
    marks.append(time.process_time())
    repository = definitions.get_repository_def()
    repository.get_all_jobs()
    marks.append(time.process_time())
    # What the code server hands to the daemon and to the webserver.
    RepositorySnap.from_def(repository)
    marks.append(time.process_time())
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    imported, declared, composed, resolved, described = (
        after - before for before, after in zip([_STARTED, *marks], marks, strict=False)
    )
    told = {
        "models": len(models.specs),
        "assets": len(list(repository.asset_graph.get_all_asset_keys())),
        "import": imported,
        "yaml": declared,
        "compose": composed,
        "repository": resolved,
        "snapshot": described,
        "load": marks[-1] - _STARTED,
        "peak_mib": peak_mib,
        **_ticks(folder, definitions, lake, [spec.name for spec in models.specs]),
    }
    print(json.dumps(told))


def _ticks(
    folder: Path, definitions: dg.Definitions, lake: LakeResource, models: list[str]
) -> dict[str, float]:
    from ctml_assets_tests.benchmarks.sensors.looks import HOME_SETTINGS, report, tick, trained

    home = folder / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text(HOME_SETTINGS)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        cursor = "{}"
        for model in models:
            trained(lake, model, _DAY - dt.timedelta(days=3), champion=True)
        for days in range(2):
            for model in models:
                report(instance, model, _DAY + dt.timedelta(days=days))
            # The first tick of a process pays for imports, and for what an instance does once.
            seconds, walls, before = [], [], ""
            while cursor != before:
                started, began = time.process_time(), time.monotonic()
                cursor, before = tick(instance, definitions, lake, cursor), cursor
                seconds.append(time.process_time() - started)
                walls.append(time.monotonic() - began)
            assert len(json.loads(cursor)) == len(models)
        # The last tick had nothing left to read.
        *news, idle = seconds
        return {
            "idle_tick": idle,
            "news_tick": sum(news),
            "news_ticks": len(news),
            "longest_tick_wall": max(walls),
        }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
