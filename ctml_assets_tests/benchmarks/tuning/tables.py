"""The tables, and whether the bars are met."""

from collections.abc import Sequence

from rich.table import Table

from ctml_assets_tests.benchmarks.tuning.methods import COLD, FLAML, TPE, WARM
from ctml_assets_tests.benchmarks.tuning.rows import Row, differences, mean

# Of plain TPE's time a warm start may take so much.
_TIME_BAR = 1 / 3


def table(rows: Sequence[Row], title: str) -> Table:
    """Return one line a method: means over seeds of rows of one data set and budget."""
    made = Table(title=title)
    made.add_column("method")
    for name in ("validation", "test", "test over cold", "trials", "CPU s", "CPU s to 99.9 %"):
        made.add_column(name, justify="right")
    for method in dict.fromkeys(it.method for it in rows):
        own = [it for it in rows if it.method == method]
        over = "" if method == COLD else str(mean(differences(rows, method, COLD)))
        made.add_row(
            method,
            str(mean(it.valid_score for it in own)),
            str(mean(it.test_score for it in own)),
            over,
            f"{sum(it.trials for it in own) / len(own):.0f}",
            f"{sum(it.cpu_s for it in own) / len(own):.0f}",
            _times(own),
        )
    return made


def _times(rows: Sequence[Row]) -> str:
    known = [it.cpu_to_best_s for it in rows if it.cpu_to_best_s is not None]
    if not known:
        return "never"
    share = "" if len(known) == len(rows) else f" ({len(known)} of {len(rows)})"
    return f"{sum(known) / len(known):.0f}{share}"


def verdicts(rows: Sequence[Row]) -> list[str]:
    """Return whether each bar is met, for rows of one data set and budget."""
    return [_of_time(rows), _of_test(rows)]


def _of_time(rows: Sequence[Row]) -> str:
    spent, missed = {}, {}
    for method in (WARM, TPE):
        own = [it for it in rows if it.method == method]
        times = [it.budget_s if it.cpu_to_best_s is None else it.cpu_to_best_s for it in own]
        spent[method] = sum(times) / len(times) if times else 0.0
        missed[method] = sum(it.cpu_to_best_s is None for it in own)
    if not spent[WARM] or not spent[TPE]:
        return f"time to 99.9 %: {WARM} and {TPE} were not both measured"
    ratio = spent[WARM] / spent[TPE]
    sign = "<=" if ratio <= _TIME_BAR else ">"
    never = ", ".join(f"{name} {count}" for name, count in missed.items())
    return (
        f"time to 99.9 %: {WARM} {spent[WARM]:.1f} s / {TPE} {spent[TPE]:.1f} s = {ratio:.2f} "
        f"{sign} {_TIME_BAR:.2f} (never there, counted as the whole budget: {never})"
    )


def _of_test(rows: Sequence[Row]) -> str:
    found = differences(rows, COLD, FLAML)
    if len(found) < 2:
        return f"test score: {COLD} - {FLAML} has no standard error of {len(found)} seeds"
    over = mean(found)
    sign = ">=" if over.value >= -over.standard_error else "<"
    return (
        f"test score: {COLD} - {FLAML} = {over.value:+.4f} {sign} "
        f"{-over.standard_error:.4f}, one standard error below 0, over {len(found)} seeds"
    )
