"""The champion of a day, ready to score, or the reason why it cannot."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import NotInstalledError, RegistryError
from ctml_assets.lake import PromotionRecord, Registry, Version


@dataclass(frozen=True)
class Serving:
    """A promoted version and its fitted model.

    Attributes
    ----------
    record
        Its promotion; None if there is no champion.
    version
        Its manifest; None without a champion or if it cannot be read.
    model
        The fitted model; None if it cannot score here.
    problem
        Why it cannot; empty if it can, or if there is none.
    elsewhere
        Whether it may score where the packages that it needs are installed.
    """

    record: PromotionRecord | None
    version: Version | None = None
    model: object | None = None
    problem: str = ""
    elsewhere: bool = False

    @property
    def features(self) -> tuple[str, ...] | None:
        """The model's inputs in its own order."""
        return None if self.version is None else self.version.features

    @property
    def trained_to(self) -> dt.date | None:
        """The last day that the model learned from."""
        return None if self.version is None else self.version.train_end


def serving(
    registry: Registry, record: PromotionRecord | None, columns: Iterable[str], spec: ModelSpec
) -> Serving:
    """Return a champion with its model, if it loads here and fits what is declared now.

    A champion that does not load (damaged, or made by another scikit-learn), that needs a column
    which is not declared any more, or that is of another task or of other classes, is no error:
    its model is left out, with the reason. Nothing could ever take its place otherwise.

    Parameters
    ----------
    registry
        The model's.
    record
        The champion's promotion; None if there is no champion.
    columns
        Those of the records that it shall score.
    spec
        A complete declaration.
    """
    if record is None:
        return Serving(None)
    try:
        version = registry.version(record.version)
        model = registry.load(record.version, spec.retraining.estimator.trusted)
    except RegistryError as error:
        problem = f"champion {record.version} cannot score: {error}"
        return Serving(record, problem=problem, elsewhere=isinstance(error, NotInstalledError))
    why = _misfit(version, model, columns, spec)
    if why:
        return Serving(record, version, None, f"champion {record.version} cannot score: {why}")
    return Serving(record, version, model)


def comparable(
    registry: Registry, record: PromotionRecord | None, columns: Iterable[str], spec: ModelSpec
) -> Serving:
    """Return the champion that a candidate is compared with; arguments as of `serving`.

    Raises
    ------
    NotInstalledError
        If it does not load for want of a package here. It may be sound and serve elsewhere: no
        candidate takes its place unseen.
    """
    champion = serving(registry, record, columns, spec)
    if champion.elsewhere:
        raise NotInstalledError(champion.problem)
    return champion


def _misfit(version: Version, model: object, columns: Iterable[str], spec: ModelSpec) -> str:
    if version.task != spec.task:
        return f"it is of {version.task}, not {spec.task}"
    missing = sorted({*version.features} - {*columns})
    if missing:
        return f"the records lack its columns {', '.join(missing)}"
    # a class that it knows takes its share of every probability
    strange = sorted({*getattr(model, "class_names_", ())} - {*(spec.classes or ())})
    return f"it knows classes that are not declared: {', '.join(strange)}" if strange else ""
