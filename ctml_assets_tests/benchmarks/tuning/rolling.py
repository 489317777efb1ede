"""The flights as of the end of one month after the other: ours, cold, and TPE."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.table import Table

from ctml_assets_tests.benchmarks.tuning.data import FLIGHTS, ROLLING, flights, problem_of
from ctml_assets_tests.benchmarks.tuning.measuring import Scope, Told
from ctml_assets_tests.benchmarks.tuning.methods import COLD, TPE
from ctml_assets_tests.benchmarks.tuning.rows import Row, mean, rows_of
from ctml_assets_tests.benchmarks.tuning.running import Task, alone, run


def rolled(scope: Scope, told: Told) -> Iterator[list[Row]]:
    """Yield the rows of each month at the first budget; seeds and data of the scope do not matter.

    ``told`` hears of each search as it ends.
    """
    records = flights(scope.every)
    for as_of in ROLLING:
        problem = replace(problem_of(records, as_of, seed=0), data=f"{FLIGHTS} {as_of}")
        outcomes = []
        for method in (COLD, TPE):
            outcomes.append(alone(run, Task(problem, method, scope.budgets[:1])))
            told(outcomes[-1])
        yield rows_of(outcomes)


def months(rows: Sequence[Row]) -> Table:
    """Return both scores of both methods by month, and the differences over all months."""
    made = Table(title=f"{COLD}, beside {TPE}, by month")
    made.add_column("as of")
    for name in ("validation", "over TPE", "test", "over TPE"):
        made.add_column(name, justify="right")
    gains: list[tuple[float, float]] = []
    for data in dict.fromkeys(it.data for it in rows):
        of = {it.method: it for it in rows if it.data == data}
        scores = [
            score for name in (COLD, TPE) for score in (of[name].valid_score, of[name].test_score)
        ]
        if None in scores:
            made.add_row(data, *(["-"] * 4))
            continue
        valid, test, their_valid, their_test = (score or 0.0 for score in scores)
        gains.append((valid - their_valid, test - their_test))
        made.add_row(
            data, f"{valid:.4f}", f"{gains[-1][0]:+.4f}", f"{test:.4f}", f"{gains[-1][1]:+.4f}"
        )
    made.add_section()
    won = [valid * test > 0 for valid, test in gains]
    made.add_row(
        f"mean; one wins both in {sum(won)} of {len(won)}",
        "",
        str(mean(valid for valid, _ in gains)),
        "",
        str(mean(test for _, test in gains)),
    )
    return made
