"""Forked processes promote at once: ``python -m ... <lake> <results> <processes> <rounds>``.

The lake is a folder or an ``s3://`` URL. Each process leaves a file in the folder of results:
the numbers that it won, and how often it met a conflict.
"""

import json
import os
import sys
from pathlib import Path

from ctml_assets.errors import ConflictError
from ctml_assets.lake import Registry
from ctml_assets.resources import LakeResource
from ctml_assets_tests.lake.models import add_version, line, promote


def storm(registry, versions, rounds, run_id):
    """Promote ``rounds`` times, always over the champion just seen; lose some, win some."""
    won, conflicts = [], 0
    for _ in range(rounds):
        seen = registry.champion()
        mine = versions[0] if seen is None or seen.version != versions[0] else versions[1]
        try:
            won.append(promote(registry, mine, seen, run_id=run_id).number)
        except ConflictError:
            conflicts += 1
    return {"won": won, "conflicts": conflicts}


def main(root, results, processes, rounds):
    registry = Registry(LakeResource(root=root).open(), "m")
    slopes = iter(range(2 * processes))
    pairs = [
        [add_version(registry, line(next(slopes))).version for _ in range(2)]
        for _ in range(processes)
    ]
    children = []
    start, go = os.pipe()
    for number, pair in enumerate(pairs):
        child = os.fork()
        if child == 0:
            os.close(go)
            os.read(start, 1)
            result = storm(registry, pair, rounds, f"run-{number}")
            Path(results, f"result-{number}").write_text(json.dumps(result))
            os._exit(0)
        children.append(child)
    os.close(start)
    os.close(go)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0] * processes, codes


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
