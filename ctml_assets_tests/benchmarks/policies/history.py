"""What a path through history needs, each made once: versions, probes, and their scores."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctml_assets.assets.comparison import compared
from ctml_assets.assets.looking import look
from ctml_assets.assets.slice_table import SliceTable
from ctml_assets.core.drift import (
    SliceScore,
    drift_score,
    line_weights,
    score_rows,
    weighted_score,
)
from ctml_assets.core.estimators import estimator_of
from ctml_assets.core.gates import GATES_OF_A_FIT, Evidence, calibration_error, judge
from ctml_assets.core.metrics import Outcomes, get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.probe import (
    Gain,
    ProbeDays,
    Sample,
    fit_probe,
    gain_over,
    merged,
    probe_days,
    sample_of,
)
from ctml_assets.core.spec import StalenessSpec
from ctml_assets.core.training import fit, predict, split_days
from ctml_assets.core.triggers import Look
from ctml_assets_tests.benchmarks.policies.data import Records

Scores = tuple[SliceScore, ...]
_SAMPLED_TOGETHER = 30


class History:
    """One data set and one seed. A version is named by the day that it was trained as of.

    Versions are trained with the preset's default parameters; nothing is tuned.
    """

    def __init__(self, records: Records, seed: int) -> None:
        spec = records.spec
        retraining = spec.retraining.model_copy(update={"seed": seed, "threads": 1})
        self.records = records
        self.spec = spec.model_copy(update={"retraining": retraining})
        self.first = retraining.min_history_days - 1
        self._weights = line_weights(spec.monitoring.slices or ())
        self._made: dict[tuple[Any, ...], Any] = {}

    def look(self, champion: int, day: int, rejected: int | None) -> Look:
        """Look at the window up to a day; ``rejected`` is the champion's latest rejected rival."""
        return self._once(
            ("look", champion, day, rejected), lambda: self._looked(champion, day, rejected)
        )

    def gain(self, champion: int, day: int, settings: StalenessSpec) -> Gain:
        """Compare the champion with the probe of a day."""
        made = settings.compare_days, settings.rows, settings.iterations
        return self._once(
            ("gain", champion, day, made), lambda: self._gained(champion, day, settings)
        )

    def is_better(self, candidate: int, champion: int) -> bool:
        """Say whether the gates let a candidate pass."""
        return self._once(("gates", candidate, champion), lambda: self._judged(candidate, champion))

    def served_score(self, versions: Sequence[int], first: int) -> float:
        """Return the weighted score of consecutive days, each predicted by the version it had."""
        return self._once(
            ("served", tuple(versions), first), lambda: self._score_of_served(versions, first)
        )

    def _once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _tested_from(self, version: int) -> int:
        return self.records.number(split_days(self.spec, self.records.date(version)).test_start)

    def _predictions(self, version: int) -> tuple[int, NDArray[np.float64]]:
        """Return the first row that a version has not learned from, and what it says from there."""
        return self._once(("version", version), lambda: self._trained(version))

    def _trained(self, version: int) -> tuple[int, NDArray[np.float64]]:
        days = split_days(self.spec, self.records.date(version))
        learned = self.records.rows(
            self.records.number(days.train_start), self.records.number(days.validation_end)
        )
        frame, y = self.records.frame, self.records.y
        parameters = estimator_of(self.spec.retraining.estimator).default_parameters()
        model = fit(frame.iloc[learned], y[learned], spec=self.spec, parameters=parameters)
        return learned.stop, predict(model, frame.iloc[learned.stop :], spec=self.spec)

    def _predicted(self, version: int, rows: slice) -> NDArray[np.float64]:
        first, predictions = self._predictions(version)
        if rows.start < first:
            raise RuntimeError(
                f"{self.spec.name}: version {version} must be scored from row {first} on, got "
                f"{rows.start}; it has learned from the rows before"
            )
        return predictions[rows.start - first : rows.stop - first]

    def _scores(self, version: int, first: int, last: int) -> Scores:
        rows = self.records.rows(first, last)
        return self._once(
            ("scores", version, first, last),
            lambda: self._scored(rows, self._predicted(version, rows)),
        )

    def _scored(
        self, rows: slice, prediction: NDArray[np.float64], *, by_day: bool = True
    ) -> Scores:
        frame = self.records.frame.iloc[rows]
        return score_rows(
            frame,
            outcomes_of(frame, prediction, spec=self.spec),
            lines=self.spec.monitoring.slices or (),
            metric=get_metric(self.spec.monitoring.metric or ""),
            min_support=self.spec.monitoring.min_support,
            clusters=frame[self.spec.event_time].dt.normalize() if by_day else None,
        )

    def _looked(self, champion: int, day: int, rejected: int | None) -> Look:
        spec = self.spec
        table = SliceTable(
            self._scores(champion, day - spec.monitoring.window_days + 1, day),
            self._scores(champion, self._tested_from(champion), champion),
            str(champion),
        )
        result = drift_score(table.now, table.reference, weights=self._weights, max_drop=1.0)
        rejected_at = None if rejected is None else self._on_tests_of(rejected, champion)[1]
        return look(self.records.date(day), result, table, spec=spec, rejected_at=rejected_at)

    def _on_tests_of(self, candidate: int, champion: int) -> tuple[Scores, Scores]:
        """Score both on the candidate's test days that the champion has not learned from."""
        first = max(self._tested_from(candidate), self._tested_from(champion))
        return self._scores(candidate, first, candidate), self._scores(champion, first, candidate)

    def _judged(self, candidate: int, champion: int) -> bool:
        first = self._tested_from(candidate)
        rows = self.records.rows(max(first, self._tested_from(champion)), candidate)
        frame = self.records.frame.iloc[rows]
        sides = compared(
            frame, self._outcomes(candidate, rows), self._outcomes(champion, rows), self.spec
        )
        tested = self.records.rows(first, candidate)
        days = self.records.frame[self.spec.event_time].iloc[tested].dt.normalize()
        evidence = Evidence(
            **vars(sides),
            weights=self._weights,
            rows=len(frame),
            as_of=self.records.date(candidate),
            champion_as_of=self.records.date(champion),
            reference_score=weighted_score(
                self._scores(candidate, first, candidate), self._weights
            ),
            calibration=None
            if self.spec.task == "regression"
            else calibration_error(self._outcomes(candidate, tested), days.to_numpy()),
        )
        return judge(evidence, self.spec.promotion, GATES_OF_A_FIT).promote

    def _outcomes(self, version: int, rows: slice) -> Outcomes:
        frame = self.records.frame.iloc[rows]
        return outcomes_of(frame, self._predicted(version, rows), spec=self.spec)

    def _score_of_served(self, versions: Sequence[int], first: int) -> float:
        days = range(first, first + len(versions))
        each = [
            self._predicted(version, self.records.rows(day, day))
            for day, version in zip(days, versions, strict=True)
        ]
        rows = self.records.rows(days[0], days[-1])
        scores = self._scored(rows, np.concatenate(each), by_day=False)
        score = weighted_score(scores, self._weights)
        if score is None:
            raise RuntimeError(f"{self.spec.name}: no slice of day {first} on could be scored")
        return score

    def _gained(self, champion: int, day: int, settings: StalenessSpec) -> Gain:
        trained_to = self.records.date(self._tested_from(champion) - 1)
        days = probe_days(self.spec, settings, self.records.date(day), trained_to=trained_to)
        compared = self.records.number(days.compared_from), day
        key = "probe", days, settings.rows, settings.iterations
        return gain_over(
            self._scores(champion, *compared),
            self._once(key, lambda: self._scores_of_probe(days, settings)),
            weights=self._weights,
        )

    def _scores_of_probe(self, days: ProbeDays, settings: StalenessSpec) -> Scores:
        number = self.records.number
        sample = self._sample(number(days.learned_from), number(days.learned_to), settings.rows)
        probe = fit_probe(sample.frame, spec=self.spec, iterations=settings.iterations)
        rows = self.records.rows(number(days.compared_from), number(days.compared_to))
        return self._scored(rows, predict(probe, self.records.frame.iloc[rows], spec=self.spec))

    def _sample(self, first: int, last: int, rows: int) -> Sample:
        return self._once(
            ("sample", first, last, rows), lambda: self._drawn(first, last, rows=rows)
        )

    def _drawn(self, first: int, last: int, *, rows: int) -> Sample:
        """Draw from the last days, and from the sample of those before: as if from all at once."""
        split = max(first, last - last % _SAMPLED_TOGETHER)
        before = [self._sample(first, split - 1, rows)] if split > first else []
        seed, date = self.spec.retraining.seed, self.records.date
        each = [
            sample_of(
                self.records.frame.iloc[self.records.rows(day, day)],
                date(day),
                rows=rows,
                seed=seed,
            )
            for day in range(split, last + 1)
        ]
        return merged([*before, *each], rows=rows)
