"""``ctml``: the command line's entry point."""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console

from ctml_assets.cli import demo, predict, promote, registry, reject, replay
from ctml_assets.cli.plain import plain
from ctml_assets.errors import CtmlError

# 128 + SIGINT, as shells say it.
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the exit code is 0, 1 for an error that is told, 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        prog="ctml", description="Event-driven continuous training of tabular models."
    )
    parser.set_defaults(after_interruption="")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for verb in (demo, replay, promote, reject, predict, registry):
        verb.add_parser(verbs)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except CtmlError as error:
        told = "\n".join(map(plain, f"ctml: {error}".split("\n")))
        Console(stderr=True).print(told, style="red", markup=False, highlight=False)
        return 1
    except KeyboardInterrupt:
        Console(stderr=True).print(f"ctml: interrupted{options.after_interruption}")
        return _INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
