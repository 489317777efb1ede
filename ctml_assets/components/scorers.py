"""The versions of a plan, ready to score; a challenger that cannot never stops the champion."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ctml_assets.core.rollout import Arm, ArmPlan
from ctml_assets.core.scoring.scorer import Scorer, scorer_of
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import CtmlError
from ctml_assets.lake import Registry


@dataclass(frozen=True, eq=False)
class ReadyPlan:
    """Who scores, as far as they can.

    Attributes
    ----------
    plan : ArmPlan
        Without the arms that cannot score.
    scorers : mapping of Arm to Scorer
        One an arm of the plan.
    asked : ArmPlan
        As the registry had it when it was asked, with all its arms.
    problems : tuple of str
        Why arms were left out.
    """

    plan: ArmPlan
    scorers: Mapping[Arm, Scorer]
    asked: ArmPlan
    problems: tuple[str, ...] = ()

    def without(self, arm: Arm, error: Exception) -> "ReadyPlan":
        """Leave an arm out that cannot score: the champion serves what it would have served."""
        version = self.plan.challenger if arm is Arm.CHALLENGER else self.plan.former
        problem = f"{arm.value} {version} cannot score: {error}"
        return replace(
            self,
            plan=_without(self.plan, arm),
            scorers={it: scorer for it, scorer in self.scorers.items() if it is not arm},
            problems=(*self.problems, problem),
        )


def loaded_scorer(registry: Registry, version: str, spec: ModelSpec) -> Scorer:
    """Load a version as a scorer.

    Raises
    ------
    CtmlError
        If it is missing or damaged, was made by another scikit-learn, needs a column that is not
        declared, or is of another task or other classes.
    """
    manifest = registry.version(version)
    if manifest.task != spec.task:
        raise CtmlError(
            f"{spec.name}: the task of {version} must be {spec.task}, got {manifest.task}; train a "
            "new version, or declare the task again"
        )
    model = registry.load(version, spec.retraining.estimator.trusted)
    return scorer_of(model, spec, version=version, features=manifest.features)


def ready(registry: Registry, plan: ArmPlan, spec: ModelSpec) -> ReadyPlan:
    """Load the versions of a plan.

    Parameters
    ----------
    registry
        The model's.
    plan
        The day's versions.
    spec
        A complete declaration.

    Raises
    ------
    CtmlError
        If the champion cannot score. Of a challenger or a former champion that is no error: the
        champion serves all records then, and the reason is told.
    """
    champion = loaded_scorer(registry, plan.champion, spec)
    found = ReadyPlan(plan, {Arm.CHAMPION: champion}, asked=plan)
    for arm, version in ((Arm.CHALLENGER, plan.challenger), (Arm.FORMER, plan.former)):
        if version is None:
            continue
        try:
            scorer = loaded_scorer(registry, version, spec)
        except CtmlError as error:
            found = found.without(arm, error)
        else:
            found = replace(found, scorers={**found.scorers, arm: scorer})
    return found


def _without(plan: ArmPlan, arm: Arm) -> ArmPlan:
    if arm is Arm.FORMER:
        return replace(plan, former=None)
    return ArmPlan(champion=plan.champion, former=plan.former)
