"""What the asset ``tuning_study`` shows of a study: numbers, a table and three pictures."""

import math
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
import numpy as np

from ctml_assets.components.metadata import Metadata, numbers, table, texts
from ctml_assets.core.estimators import Choices, Dimension, IntRange, Space
from ctml_assets.pictures import (
    Mark,
    Names,
    Panel,
    Span,
    Spot,
    as_markdown,
    bar_chart,
    history_chart,
    panel_chart,
)
from ctml_assets.pictures.axis import shown
from ctml_assets.pictures.svg import clean

if TYPE_CHECKING:
    # it would load Optuna, which a monitor run never does
    from ctml_assets.core.tuning.results import StudyResult, TrialResult

_MOST_PANELS = 6
_MOST_ROWS = 300
_FACTS = ("number", "state", "value", "seconds", "cpu_seconds", "origin")


def study_metadata(
    result: "StudyResult", *, preset_space: Space, name: str, storage: str, wall_seconds: float
) -> Metadata:
    """Return what is shown of a finished study.

    Parameters
    ----------
    result : StudyResult
        What it found.
    preset_space : Space
        What was searched.
    name : str
        The study's.
    storage : str
        URL of the storage as it may be shown: ``***`` stands for a password.
    wall_seconds : float
        How long this run took.

    Returns
    -------
    dict of str to dagster.MetadataValue
        The pictures are Markdown that holds nothing but one picture each; names and values of a
        declaration are text elsewhere. Of more than 300 trials the table has the best 300. The
        CPU seconds are of all trials, those of earlier runs too; a trial that died and was tried
        again is counted as ``trials_died`` alone.
    """
    best, champion = _best(result), _champion_value(result)
    return {
        **numbers({"best_value": result.best_value, "champion_value": champion}),
        **texts({"stopped": clean(result.stopped)}),
        "best_parameters": dg.MetadataValue.json(
            {str(key): _plain(value) for key, value in result.best_parameters.items()}
        ),
        **dict(_pictures(result, best, champion, preset_space, name)),
        **_counts(result, best),
        **numbers(
            {"cpu_seconds_of_trials": result.cpu_seconds, "wall_seconds_of_run": wall_seconds}
        ),
        **texts({"study": clean(name), "storage": storage, "open_with": _open_with(storage)}),
        # the last, since the UI shows all its rows
        "trial_table": _trial_table(result),
    }


def _best(result: "StudyResult") -> "TrialResult | None":
    return next(
        (it for it in result.trials if it.state == "complete" and it.value == result.best_value),
        None,
    )


def _counts(result: "StudyResult", best: "TrialResult | None") -> Metadata:
    died = sum(trial.died for trial in result.trials)
    return numbers(
        {
            "trials": len(result.trials) - died,
            "trials_complete": result.count("complete"),
            "trials_pruned": result.count("pruned"),
            "trials_failed": result.count("failed") - died,
            "trials_died": died,
            "trials_resumed": result.resumed,
            "best_found_at_trial": None if best is None else best.number,
        }
    )


def _champion_value(result: "StudyResult") -> float | None:
    tried = (it for it in result.trials if it.origin == "champion" and it.state == "complete")
    return next((it.value for it in tried), None)


def _open_with(storage: str) -> str:
    command = f"optuna-dashboard {shlex.quote(storage)}"
    return f"{command}  (put the password in place of ***)" if "***" in storage else command


def _trial_table(result: "StudyResult") -> dg.MetadataValue:
    kept = sorted(result.trials, key=_rank)[:_MOST_ROWS]
    names = list(dict.fromkeys(key for trial in kept for key in trial.parameters))
    rows = [
        {
            **{clean(key): _cell(trial.parameters.get(key, "")) for key in names},
            **{fact: getattr(trial, fact) for fact in _FACTS},
            "seconds": round(trial.seconds, 2),
            "cpu_seconds": round(trial.cpu_seconds, 2),
            "reason": clean(trial.reason),
        }
        for trial in sorted(kept, key=lambda trial: trial.number)
    ]
    others = [clean(key) for key in names if key not in {*_FACTS, "reason"}]
    return table(rows, (*_FACTS, *others, "reason"))


def _rank(trial: "TrialResult") -> tuple[float, int]:
    return (math.inf if trial.value is None else -trial.value), trial.number


def _cell(value: object) -> object:
    plain = _plain(value)
    return clean(_words(plain)) if isinstance(plain, None | bool | str) else plain


def _plain(value: object) -> Any:
    """Return a parameter as JSON has it; what is no finite number is a text."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _words(value: object) -> str:
    """Return a parameter as YAML has it."""
    plain = _plain(value)
    if plain is None:
        return "null"
    if isinstance(plain, bool):
        return str(plain).lower()
    return shown(plain, 4) if isinstance(plain, float) else str(plain)


def _pictures(
    result: "StudyResult",
    best: "TrialResult | None",
    champion: float | None,
    space: Space,
    name: str,
) -> Iterator[tuple[str, dg.MetadataValue]]:
    marks = [Mark(it.number, it.state, it.value) for it in result.trials]
    title = f"Value of each trial, higher is better: {name}"
    yield "history", _picture(history_chart(title, marks, champion), title)
    title = f"Importance of each parameter: {name}"
    if result.importances:
        yield "importances", _picture(bar_chart(title, result.importances), title)
    else:
        reason = "not evaluable: four complete trials and two searched parameters are needed"
        yield "importances", dg.MetadataValue.text(reason)
    panels = [_panel(key, space[key], result.trials, best) for key in _searched(result, space)]
    what = (
        "each parameter"
        if len(panels) == len(space)
        else f"{len(panels)} of {len(space)} parameters"
    )
    title = f"Value over {what}: {name}"
    yield "slice", _picture(panel_chart(title, panels), title)


def _picture(svg: str, title: str) -> dg.MetadataValue:
    return dg.MetadataValue.md(as_markdown(svg, title))


def _searched(result: "StudyResult", space: Space) -> list[str]:
    """Return the most important parameters of a space, in the order of their importance."""
    known = {key: share for key, share in result.importances.items() if math.isfinite(share)}
    return sorted(space, key=lambda key: -known.get(key, 0.0))[:_MOST_PANELS]


def _panel(
    name: str,
    dimension: Dimension,
    trials: Sequence["TrialResult"],
    best: "TrialResult | None",
) -> Panel:
    of_it = [
        it for it in trials if name in it.parameters and dimension.contains(it.parameters[name])
    ]
    return Panel(
        name,
        _scale(dimension),
        tuple(Spot(_place(it.parameters[name], dimension), it.value) for it in of_it),
        of_it.index(best) if best in of_it else None,
        "" if best is None else _words(best.parameters.get(name, "")),
    )


def _scale(dimension: Dimension) -> Span | Names:
    if isinstance(dimension, Choices):
        return Names(tuple(map(_words, dimension.values)))
    return Span(dimension.low, dimension.high, dimension.log, isinstance(dimension, IntRange))


def _place(value: Any, dimension: Dimension) -> float:
    """Return where a value that may be tried stands: of choices its position."""
    if not isinstance(dimension, Choices):
        return float(value)
    # 1 and True are equal, but two choices
    return [(type(it), it) for it in dimension.values].index((type(value), value))
