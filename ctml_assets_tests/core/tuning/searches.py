"""What the tests of studies share: small spaces, and functions of them that are quick."""

from dataclasses import dataclass, field

from ctml_assets.core.estimators import Choices, FloatRange, IntRange
from ctml_assets.core.tuning import Budget, Judgement, Start, tune

SQUARE = {"x": FloatRange(0.0, 1.0), "y": FloatRange(0.01, 1.0, log=True), "n": IntRange(1, 9)}
MIDDLE = {"x": 0.5, "y": 0.1, "n": 5}
THREE = {"kind": Choices(("a", None, 3))}


@dataclass
class Searched:
    """As much of a preset as a study looks at."""

    space: dict = field(default_factory=lambda: SQUARE)
    iterations: str | None = None

    def default_parameters(self):
        given = {name: dimension.middle() for name, dimension in self.space.items()}
        return given if self.iterations is None else {**given, self.iterations: 100}


class Killed(BaseException):
    """The process dies: nothing is told to the study."""


@dataclass
class Bowl:
    """Highest at x = 0.3, y = 1, n = 2; told at three steps, so that bad trials are pruned.

    Counts its fits, and raises in a given one.
    """

    raise_at: int | None = None
    error: type[BaseException] = Killed
    fits: list = field(default_factory=list)

    def __call__(self, parameters, report=None, *, at_least=0):
        self.fits.append(dict(parameters))
        for step in range(3):
            goes_on = report is None or report(step, height(parameters) - 1 / (step + 1))
            if len(self.fits) - 1 == self.raise_at:
                raise self.error
            if not goes_on:
                return Judgement(None, dict(parameters), pruned=True)
        return Judgement(height(parameters), dict(parameters))


def height(parameters):
    return -(
        (parameters["x"] - 0.3) ** 2 + (parameters["y"] - 1) ** 2 + (parameters["n"] / 9 - 0.2) ** 2
    )


def judged(value):
    """Return an objective that is worth a plain function of the parameters."""

    def objective(parameters, report=None, *, at_least=0):
        return Judgement(value(parameters), dict(parameters))

    return objective


def sloped(parameters):
    return parameters["x"]


def flat(parameters):
    return 0.5


def study_of(
    objective,
    *,
    trials=6,
    timeout_seconds=None,
    min_improvement=0.0,
    space=SQUARE,
    iterations=None,
    **arguments,
):
    """Run a study of a small space, in memory unless told otherwise."""
    return tune(
        objective,
        budget=Budget(trials, timeout_seconds, min_improvement),
        **{"preset": Searched(space, iterations), "seed": 0} | arguments,
    )


def ended(study):
    """Return what every trial says that did not die with its process, in order."""
    return [
        (trial.state, trial.value, dict(trial.parameters), trial.origin, trial.reason)
        for trial in study.trials
        if not trial.reason.startswith("its process died; tried again")
    ]


CHAMPION = Start(MIDDLE | {"x": 0.45}, "champion")
EARLIER = Start(MIDDLE | {"x": 0.25}, "earlier study")


def origins(study):
    return [trial.origin for trial in study.trials]
