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
    problems : tuple of str
        Why arms were left out.
    """

    plan: ArmPlan
    scorers: Mapping[Arm, Scorer]
    problems: tuple[str, ...] = ()


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
    scorers = {Arm.CHAMPION: loaded_scorer(registry, plan.champion, spec)}
    problems = []
    for arm, version in ((Arm.CHALLENGER, plan.challenger), (Arm.FORMER, plan.former)):
        if version is None:
            continue
        try:
            scorers[arm] = loaded_scorer(registry, version, spec)
        except CtmlError as error:
            problems.append(f"{arm.value} {version} cannot score: {error}")
            plan = _without(plan, arm)
    return ReadyPlan(plan, scorers, tuple(problems))


def _without(plan: ArmPlan, arm: Arm) -> ArmPlan:
    if arm is Arm.FORMER:
        return replace(plan, former=None)
    return ArmPlan(champion=plan.champion, former=plan.former)
