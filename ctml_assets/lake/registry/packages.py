"""The one package whose version decides whether a stored model may be loaded."""

from collections.abc import Mapping
from importlib.metadata import version

from ctml_assets.errors import RegistryError

SCIKIT_LEARN = "scikit-learn"


def check_scikit_learn(packages: Mapping[str, str], where: str) -> None:
    """Refuse another scikit-learn than the one running here: a model may predict something else.

    Parameters
    ----------
    packages : mapping of str to str
        Package versions that trained the model.
    where : str
        What the message begins with.

    Raises
    ------
    RegistryError
        If the versions differ, or none is given; the message names both.

    Examples
    --------
    >>> check_scikit_learn({"scikit-learn": version("scikit-learn")}, "churn")
    >>> check_scikit_learn({"scikit-learn": "0.1"}, "churn")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ctml_assets.errors.RegistryError: churn: scikit-learn must be 0.1, which trained it, got ...; \
install 0.1 or train again
    """
    trained, here = packages.get(SCIKIT_LEARN), version(SCIKIT_LEARN)
    if trained != here:
        raise RegistryError(
            f"{where}: scikit-learn must be {trained}, which trained it, got {here}; install "
            f"{trained} or train again"
        )
