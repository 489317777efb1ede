"""Which slices `discover_slices` and the package sliceline find, how often wrongly, at what cost.

Both engines search the same cut of the same columns, conjunctions of at most two, the ten worst,
in one process and in turn::

    python -m ctml_assets_tests.benchmarks.slice_discovery [--quick] [--json FILE]

Without sliceline installed its lines are left out.
"""

import argparse
import json
import time
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, astuple, dataclass, fields
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier

import ctml_assets.examples
from ctml_assets.core.discovery import discover_slices
from ctml_assets.core.discovery.feature import read_feature
from ctml_assets.core.slices import parse_predicate

LEVEL = 0.05
# sliceline weighs size against loss by alpha; at its default of 0.6 none of these slices scores
ALPHAS = (0.95, 0.99, 0.999)
CONFIRMED = f"sliceline {ALPHAS[1]:g}, t-test"
TOP = 10
MIN_SUPPORT = 50
SAME_ROWS = 0.8
SLICELINE_ROWS = 100_000
CATEGORIES = (3, 8, 20, 60)
FEATURES = [(f"n{number}", "numeric") for number in range(4)]
FEATURES += [(f"c{number}", "categorical") for number in range(4)]
WIDE_CATEGORIES = (3, 5, 10, 16, 40, 100, 1000, 5000)
WIDE = [(f"n{number}", "numeric") for number in range(8)]
WIDE += [(f"c{number}", "categorical") for number in range(8)]

Mask = NDArray[np.bool_]
# returns the slices as predicates
Engine = Callable[[pd.DataFrame, NDArray[np.float64], list[tuple[str, str]]], list[str]]


@dataclass(frozen=True)
class Line:
    """One line of the table; what does not apply is None."""

    case: str
    engine: str
    runs: int
    recall: float | None = None
    precision: float | None = None
    reported: float | None = None
    false_runs: float | None = None
    worse_later: float | None = None
    cpu_seconds: float | None = None
    peak_mib: float | None = None


def ours(frame, loss, features, days=None) -> list[str]:
    """Search with `discover_slices`."""
    found = discover_slices(frame, loss, features=features, days=days, level=LEVEL, top=TOP)
    return [slice_.where for slice_ in found]


def sliceline(frame, loss, features, *, alpha, tested=False) -> list[str]:
    """Search with sliceline; ``tested`` keeps what Welch's t-test by Bonferroni confirms."""
    from sliceline.slicefinder import Slicefinder

    cut = [read_feature(frame, *feature, bins=5, min_support=1) for feature in features]
    codes = np.column_stack([feature.codes for feature in cut]).astype(np.int64)
    finder = Slicefinder(alpha=alpha, k=TOP, max_l=2, min_sup=MIN_SUPPORT, verbose=False)
    finder.fit(codes, loss)
    found = []
    for chosen in finder.top_slices_:
        used = [number for number, code in enumerate(chosen) if code is not None]
        # the last code gathers the values beyond the fifty largest: no slice
        if all(chosen[number] < len(cut[number].parts) for number in used):
            found.append(" and ".join(cut[at].parts[int(chosen[at])].where for at in used))
    if not tested:
        return found
    sizes = np.array([len(feature.parts) for feature in cut])
    limit = LEVEL / (sizes.sum() + (sizes.sum() ** 2 - (sizes**2).sum()) / 2)
    return [where for where in found if _welch(loss, _rows(frame, where)) <= limit]


def _welch(loss: NDArray[np.float64], mask: Mask) -> float:
    compared = stats.ttest_ind(loss[mask], loss[~mask], equal_var=False, alternative="greater")
    return float(compared.pvalue)


def _rows(frame: pd.DataFrame, where: str) -> Mask:
    return parse_predicate(where).mask(frame)


def engines() -> dict[str, Engine]:
    """Name the engines that are installed."""
    named: dict[str, Engine] = {"discover_slices": ours}
    if find_spec("sliceline"):
        for alpha in ALPHAS:
            named[f"sliceline {alpha:g}"] = partial(sliceline, alpha=alpha)
        named[CONFIRMED] = partial(sliceline, alpha=ALPHAS[1], tested=True)
    return named


def generated(rng: np.random.Generator, rows: int, categories: Sequence[int]) -> pd.DataFrame:
    """Draw as many numeric as categorical columns; some categories are rarer than others."""
    columns = {f"n{number}": rng.normal(size=rows) for number in range(len(categories))}
    for number, count in enumerate(categories):
        names = np.array([f"v{value}" for value in range(count)], dtype=object)
        drawn = names[(rng.random(rows) ** 2 * count).astype(int)]
        columns[f"c{number}"] = pd.Series(drawn, dtype="str")
    return pd.DataFrame(columns)


def planted(frame: pd.DataFrame, plant: str) -> list[Mask]:
    """Choose the rows that get a higher loss: some 11 % or 2 % of them, or 2 % and 6 %."""
    one = (frame["c1"] == "v2").to_numpy()
    two = one & (frame["n0"] > frame["n0"].quantile(0.8)).to_numpy()
    plants = {"none": [], "one feature": [one], "two features": [two]}
    plants["two slices"] = [two, (frame["c2"] == "v3").to_numpy()]
    return plants[plant]


def is_same(found: Mask, truth: Mask) -> bool:
    """Say whether two slices share most of their rows."""
    return np.count_nonzero(found & truth) / np.count_nonzero(found | truth) >= SAME_ROWS


def judged(found: list[Mask], truths: list[Mask]) -> tuple[list[bool], int]:
    """Say which plants were found, and count the slices that are no plant."""
    recalled = [any(is_same(mask, truth) for mask in found) for truth in truths]
    wrong = sum(not any(is_same(mask, truth) for truth in truths) for mask in found)
    return recalled, wrong


def trials(
    case: str,
    engine: str,
    runs: int,
    draw: Callable[[np.random.Generator], tuple[pd.DataFrame, NDArray[np.float64], list[Mask]]],
    search: Engine,
) -> Line:
    """Search generated data again and again, and count what was found."""
    recalled: list[bool] = []
    reported = wrong = false_runs = 0
    spent = 0.0
    for seed in range(runs):
        frame, loss, truths = draw(np.random.default_rng(seed))
        started = time.process_time()
        wheres = search(frame, loss, FEATURES)
        spent += time.process_time() - started
        hits, misses = judged([_rows(frame, where) for where in wheres], truths)
        recalled += hits
        reported, wrong, false_runs = (
            reported + len(wheres),
            wrong + misses,
            false_runs + (misses > 0),
        )
    return Line(
        case,
        engine,
        runs,
        recall=float(np.mean(recalled)) if recalled else None,
        precision=1 - wrong / reported if recalled and reported else None,
        reported=reported / runs,
        false_runs=false_runs / runs,
        cpu_seconds=spent / runs,
    )


def alike(rng, *, rows, plant, effect):
    """Draw an exponential loss of mean 1, plus ``effect`` on the plants."""
    frame = generated(rng, rows, CATEGORIES)
    truths = planted(frame, plant)
    return frame, rng.exponential(size=rows) + effect * np.sum(truths, axis=0), truths


def daily(rng, *, rows, plant, effect, day_count):
    """Draw a loss that differs from day to day, and columns that do so too."""
    frame = generated(rng, rows, CATEGORIES)
    frame["day"] = days = rng.integers(0, day_count, rows)
    frame["n1"] = rng.normal(size=day_count)[days] + 0.3 * rng.normal(size=rows)
    frame["c0"] = frame["c0"].to_numpy()[:day_count][days]
    truths = planted(frame, plant)
    loss = rng.exponential(size=rows) + 0.5 * rng.normal(size=day_count)[days]
    return frame, loss - loss.min() + effect * np.sum(truths, axis=0), truths


def by_day(frame, loss, features) -> list[str]:
    """Search with `discover_slices`, with the frame's days."""
    return ours(frame, loss, features, days=frame["day"])


def flights(runs: int) -> Iterable[Line]:
    """Search four weeks of real log losses, and look at the slices in the next four."""
    frame, loss, features = flight_losses()
    starts = pd.date_range("2013-03-01", "2013-11-01", freq="28D")[:runs]
    for name, engine in (engines() | {"discover_slices, days": by_day}).items():
        worse: list[bool] = []
        reported, spent = 0, 0.0
        for start in starts:
            age = (frame["day"] - start).dt.days
            now, later = ((age // 28 == number).to_numpy() for number in (0, 1))
            started = time.process_time()
            wheres = engine(frame[now], loss[now], features)
            spent += time.process_time() - started
            reported += len(wheres)
            for where in wheres:
                mask = _rows(frame[later], where)
                if mask.sum() >= MIN_SUPPORT:
                    worse.append(bool(loss[later][mask].mean() > loss[later][~mask].mean()))
        yield Line(
            "flights, 4 weeks",
            name,
            len(starts),
            reported=reported / len(starts),
            worse_later=float(np.mean(worse)) if worse else None,
            cpu_seconds=spent / len(starts),
        )


def flight_losses() -> tuple[pd.DataFrame, NDArray[np.float64], list[tuple[str, str]]]:
    """Train on January and February; return the flights since, their log loss, the features."""
    frame = pd.read_parquet(Path(ctml_assets.examples.__file__).with_name("flights_2013.parquet"))
    frame = frame[frame["arr_delay"].notna()].reset_index(drop=True)
    frame["hour"], frame["day"] = frame["sched_ts"].dt.hour, frame["sched_ts"].dt.normalize()
    unused = ("sched_ts", "day", "label_min", "arr_delay")
    texts = ("carrier", "origin", "dest")
    features = [
        (name, "categorical" if name in texts else "numeric")
        for name in frame
        if name not in unused
    ]
    inputs = pd.DataFrame(
        {
            name: frame[name].cat.codes if name in texts else frame[name].astype("float64")
            for name, _ in features
        }
    )
    late = (frame["arr_delay"] > 15).to_numpy(dtype=np.int64)
    learn = (frame["day"] < "2013-03-01").to_numpy()
    model = HistGradientBoostingClassifier(max_iter=100, random_state=0)
    model.fit(inputs[learn], late[learn])
    chance = np.clip(model.predict_proba(inputs[~learn])[:, 1], 1e-6, 1 - 1e-6)
    loss = -np.where(late[~learn] == 1, np.log(chance), np.log(1 - chance))
    return frame[~learn].reset_index(drop=True), loss, features


def costs(rows: int, runs: int) -> Iterable[Line]:
    """Search 16 columns; memory is what a second search allocates at most."""
    rng = np.random.default_rng(0)
    frame = generated(rng, rows, WIDE_CATEGORIES)
    loss = rng.exponential(size=rows) + 0.5 * planted(frame, "two features")[0]
    days = rng.integers(0, 14, rows)
    every = engines() | {"discover_slices, days": partial(ours, days=days)}
    for name, engine in every.items():
        if name.startswith("sliceline") and (
            rows > SLICELINE_ROWS or name != f"sliceline {ALPHAS[1]:g}"
        ):
            continue
        spent = []
        for _ in range(1 if name.startswith("sliceline") else runs):
            started = time.process_time()
            engine(frame, loss, WIDE)
            spent.append(time.process_time() - started)
        tracemalloc.start()
        engine(frame, loss, WIDE)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        yield Line(f"{rows:,} rows", name, len(spent), cpu_seconds=min(spent), peak_mib=peak)


def lines(*, quick: bool) -> Iterable[Line]:
    """Measure everything, line by line."""
    runs, rows = (10, 4_000) if quick else (30, 10_000)
    plants = [("none", 0.0), ("one feature", 0.3), ("two features", 0.5), ("two slices", 0.5)]
    if not quick:
        plants[2:2] = [("one feature", 0.1), ("two features", 0.3), ("two features", 1.0)]
    for plant, effect in plants:
        count = (20 if quick else 200) if plant == "none" else runs
        draw = partial(alike, rows=rows, plant=plant, effect=effect)
        for name, engine in engines().items():
            yield trials(f"{plant}, +{effect:g}", name, count, draw, engine)
    for day_count in (14,) if quick else (7, 14, 60):
        for plant, effect in (("none", 0.0), ("one feature", 0.5)):
            count = (20 if quick else 200) if plant == "none" else runs
            draw = partial(daily, rows=rows, plant=plant, effect=effect, day_count=day_count)
            for name, engine in (engines() | {"discover_slices, days": by_day}).items():
                if name in ("discover_slices", "discover_slices, days", CONFIRMED):
                    yield trials(
                        f"{day_count} days, {plant}, +{effect:g}", name, count, draw, engine
                    )
    yield from flights(3 if quick else 9)
    for size in (100_000,) if quick else (100_000, 1_000_000):
        yield from costs(size, 1 if quick else 3)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs, fewer rows: a minute")
    parser.add_argument("--json", type=Path, help="write the lines to this file too")
    options = parser.parse_args(arguments)
    if not find_spec("sliceline"):
        print("sliceline is not installed: its lines are left out")
    names = [field.name for field in fields(Line)]
    widths = [30, 24] + [12] * (len(names) - 2)
    print("".join(f"{name:<{width}}" for name, width in zip(names, widths, strict=True)))
    measured = []
    for line in lines(quick=options.quick):
        measured.append(asdict(line))
        shown = [f"{v:.3g}" if isinstance(v, float) else str(v) for v in astuple(line)]
        cells = ["-" if text == "None" else text for text in shown]
        padded = (f"{text:<{width}}" for text, width in zip(cells, widths, strict=True))
        print("".join(padded), flush=True)
    if options.json:
        options.json.write_text(json.dumps(measured, indent=2) + "\n")


if __name__ == "__main__":
    main()
