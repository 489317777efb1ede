"""Write and read fitted models in the skops format."""

import io
import zipfile
from functools import lru_cache
from typing import Final

import skops.io
from skops.io.exceptions import UnsupportedTypeException, UntrustedTypesFoundException

from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts.canonical import SCHEMA, canonical
from ctml_assets.lake.artifacts.trees import check_trees

TRUSTED_TYPES: Final[tuple[str, ...]] = (
    "functools.partial",
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
)
"""What the estimator presets need beyond what skops trusts itself.

``check_array`` in a ``partial`` is how histogram gradient boosting passes numbers through its own
preprocessor; ``TreePredictor`` is trusted because `check_trees` inspects its content.
"""

MAX_UNPACKED_BYTES: Final = 4 * 2**30


def dump_model(model: object) -> bytes:
    """Return a fitted model as a skops archive; the same model gives the same bytes.

    Raises
    ------
    RegistryError
        If it holds something that skops cannot store.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> model = Ridge().fit([[0.0], [1.0]], [0.0, 1.0])
    >>> dump_model(model) == dump_model(load_model(dump_model(model)))
    True
    """
    try:
        data = skops.io.dumps(model)
    except (UnsupportedTypeException, TypeError, ValueError, RecursionError) as error:
        raise RegistryError(
            f"artifact: model must be of types that skops stores, got {type(model).__name__} "
            f"({error}); use one of the estimator presets"
        ) from error
    return canonical(data)


# Parsing costs far more than comparing the bytes; a replay loads one champion every day.
@lru_cache(maxsize=2)
def load_model(data: bytes) -> object:
    """Return the fitted model in an archive; no code that came with it ever runs.

    Only types in `TRUSTED_TYPES` and those skops trusts itself (numbers, containers, arrays,
    scikit-learn's estimators) are built, whatever the archive says about itself. The caller has
    compared size and checksum before.

    Raises
    ------
    RegistryError
        If it is no skops archive, holds another type, or a tree with stray indices.

    Source: skops, secure persistence, https://skops.readthedocs.io/en/stable/persistence.html
    """
    _check_archive(data)
    try:
        model: object = skops.io.loads(data, trusted=TRUSTED_TYPES)
    except UntrustedTypesFoundException as error:
        refused = sorted(set(skops.io.get_untrusted_types(data=data)) - set(TRUSTED_TYPES))
        raise RegistryError(
            f"artifact: types must be on the allow-list, got {', '.join(refused)}; use one of the "
            "estimator presets, or review the type and add it to TRUSTED_TYPES"
        ) from error
    except Exception as error:
        # skops raises anything at all on damaged input.
        raise _no_archive(f"{type(error).__name__}: {error}") from error
    check_trees(model)
    return model


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise _no_archive(str(error)) from error
    if SCHEMA not in names:
        raise _no_archive(f"an archive without {SCHEMA}")
    if unpacked > MAX_UNPACKED_BYTES:
        raise _no_archive(f"one that unpacks to {unpacked} bytes (at most {MAX_UNPACKED_BYTES})")


def _no_archive(came: str) -> RegistryError:
    return RegistryError(
        f"artifact: model must be a sound skops archive, got {came[:300]}; train and register it "
        "again"
    )
