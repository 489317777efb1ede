"""Results as JSON: a file that is whole or not there."""

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--json FILE``."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")


def write_json(file: Path, value: Mapping[str, Any]) -> None:
    """Write a value; what stood there before is replaced at once, or stays.

    Raises
    ------
    ValueError
        If the value holds NaN or infinity, which no JSON has.
    """
    text = json.dumps(value, indent=2, allow_nan=False) + "\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    temporary.write_text(text)
    temporary.replace(file)
