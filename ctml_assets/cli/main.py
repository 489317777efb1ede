"""``ctml``: the command line's entry point."""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

from ctml_assets.cli import demo, replay
from ctml_assets.errors import CtmlError

# 128 + SIGINT, as shells say it.
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code is 0, 1 for an error that is told, 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        prog="ctml", description="Event-driven continuous training of tabular models."
    )
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for verb in (demo, replay):
        verb.add_parser(verbs)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except CtmlError as error:
        Console(stderr=True).print(f"ctml: {error}", style="red", markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        Console(stderr=True).print("ctml: interrupted; the same command goes on from here")
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
