"""R2: merged by means and squared deviations, since plain sums of squares would cancel."""

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.moments import Moments, OfMoments
from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.metrics.protocol import REGRESSION, Codes, Floats, require_one_number


class R2(OfMoments):
    """Share of the labels' variance that is predicted; 1 is best, 0 is the labels' mean.

    R2 = 1 - sum (y - prediction)^2 / sum (y - mean(y))^2. The statistic is weight, mean, squared
    deviations from it, squared errors; merging moves all deviations to the common mean.

    References
    ----------
    Chan, Golub, LeVeque (1983), The American Statistician 37, doi:10.2307/2683386 (merging).

    Examples
    --------
    >>> outcomes = Outcomes(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))
    >>> metric, all_rows = R2(), np.zeros(3, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [0.5]
    """

    name = "r2"
    tasks = REGRESSION

    def accumulate(self, outcomes: Outcomes, codes: Codes, slices: int) -> Moments:
        """Take the means first, then the deviations from them."""
        require_one_number(self.name, outcomes)
        places = codes.astype(np.intp) + 1

        def sums(values: Floats) -> Floats:
            return np.bincount(places, values, slices + 1).astype(np.float64)

        weight = np.ones(len(outcomes)) if outcomes.weight is None else outcomes.weight
        with np.errstate(all="ignore"):
            total = sums(weight)
            mean = np.where(total > 0, sums(weight * outcomes.y) / total, 0.0)
            # a sum of many equal labels is off by more than a bit; the sum of what is left is not
            mean += np.where(total > 0, sums(weight * (outcomes.y - mean[places])) / total, 0.0)
            deviations = sums(weight * np.square(outcomes.y - mean[places]))
            errors = sums(weight * np.square(outcomes.y - outcomes.prediction))
        return Moments(np.stack([total, mean, deviations, errors], axis=1)[1:])

    def influence(self, total: Moments, part: Moments) -> Floats:
        """Sum the rows' influence: the part's deviations, moved to the total's mean."""
        weight, mean, deviations, errors = part.values.T
        with np.errstate(all="ignore"):
            moved = deviations + weight * np.square(mean - total.values[:, 1])
            return self._pulled(total, errors, moved)

    def row_influence(self, total: Moments, outcomes: Outcomes, codes: Codes) -> Floats:
        """Return -(e^2 - (1 - R2) d^2) / D of each row, e its error, d its deviation."""
        weight = np.ones(len(outcomes)) if outcomes.weight is None else outcomes.weight
        with np.errstate(all="ignore"):
            errors = weight * np.square(outcomes.y - outcomes.prediction)
            moved = weight * np.square(outcomes.y - total.values[codes, 1])
            chosen = Moments(total.values[codes])
            return np.where(codes >= 0, self._pulled(chosen, errors, moved), 0.0)

    def _pulled(self, total: Moments, errors: Floats, deviations: Floats) -> Floats:
        _, _, all_deviations, all_errors = total.values.T
        pull = (deviations * (all_errors / all_deviations) - errors) / all_deviations
        return np.where(self._defined(total.values), pull, 0.0)

    def _defined(self, moments: Floats) -> NDArray[np.bool_]:
        weight, mean, deviations, _ = moments.T
        # the mean of equal floats may be off by a bit, and so are the deviations from it
        rounding = np.sqrt(weight) * np.abs(8 * np.finfo(np.float64).eps * mean)
        vary = (np.sqrt(deviations) > rounding) | ~np.isfinite(deviations)
        return np.asarray((weight > 0) & vary, dtype=np.bool_)

    def _why(self, moments: Floats) -> str:
        return f"all labels are about {moments[0, 1]:g}, r2 needs labels that vary"

    def _value(self, moments: Floats) -> Floats:
        return 1 - moments[:, 3] / moments[:, 2]

    def _combine(self, values: Floats) -> Floats:
        weight, mean, deviations, errors = np.moveaxis(values, 2, 0)
        total = weight.sum(axis=0)
        with np.errstate(all="ignore"):
            common = np.where(total > 0, (weight * mean).sum(axis=0) / total, 0.0)
            common += np.where(total > 0, (weight * (mean - common)).sum(axis=0) / total, 0.0)
            moved = deviations + weight * np.square(mean - common)
        return np.stack([total, common, moved.sum(axis=0), errors.sum(axis=0)], axis=1)

    def _scaled(self, values: Floats, factors: Floats) -> Floats:
        kept = np.stack([factors, np.ones(len(factors)), factors, factors], axis=1)
        return values * kept
