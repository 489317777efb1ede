"""Declarations written for a test, and what reading them says."""

from pathlib import Path
from textwrap import dedent, indent

import pytest

from ctml_assets.declaration import DeclarationMistakes, Mistake, read_declaration

FIVE_LINES = """\
name: flight_delays
source: ../flights.parquet
target: arr_delay
event_time: sched_ts
start_date: 2013-01-01
"""


def write(folder: Path, attributes: str) -> Path:
    """Write a declaration; its attributes begin on line 3."""
    file = folder / "defs.yaml"
    body = indent(dedent(attributes), "  ")
    head = "type: ctml_assets.components.ContinuousTrainingModel\nattributes:\n"
    file.write_text(head + body, encoding="utf-8")
    return file


def mistakes_of(file: Path) -> tuple[Mistake, ...]:
    with pytest.raises(DeclarationMistakes) as caught:
        read_declaration(file)
    return caught.value.mistakes


def told(folder: Path, attributes: str) -> list[str]:
    """Give each mistake as ``line field: problem; remedy``, the field without ``attributes``."""
    return [
        f"{it.line} {it.path.removeprefix('attributes.')}: {it.problem}; {it.remedy}"
        for it in mistakes_of(write(folder, attributes))
    ]


def extended(more: str, *, without: str = "") -> str:
    """Give the five lines (or four of them) and more, which begins on line 8 (or 7)."""
    lines = [line for line in FIVE_LINES.splitlines() if not without or without not in line]
    return "\n".join(lines) + "\n" + dedent(more)


def told_of(folder: Path, estimator: str, more: str = "") -> list[str]:
    """Give the mistakes of an estimator, on line 10; ``@`` stands for its line and path."""
    text = f"{more or 'task: binary_classification'}\nretraining:\n  estimator: {estimator}"
    return [line.replace("10 retraining.estimator", "@") for line in told(folder, extended(text))]
