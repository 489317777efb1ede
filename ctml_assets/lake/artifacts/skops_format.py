"""Write and read fitted models in the skops format."""

import importlib
import io
import json
import zipfile
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import skops.io
from skops.io.exceptions import UnsupportedTypeException, UntrustedTypesFoundException

from ctml_assets.errors import NotInstalledError, RegistryError
from ctml_assets.lake.artifacts.boosters import check_settings
from ctml_assets.lake.artifacts.canonical import SCHEMA, canonical
from ctml_assets.lake.artifacts.forests import check_forests
from ctml_assets.lake.artifacts.schema import check_schema
from ctml_assets.lake.artifacts.trees import check_trees

TRUSTED_TYPES: Final[tuple[str, ...]] = (
    "collections.OrderedDict",
    "functools.partial",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.tree._tree.Tree",
    "sklearn.utils.validation.check_array",
)
"""What the estimator presets need beyond what skops trusts itself.

``check_array`` in a ``partial`` is how histogram gradient boosting passes numbers through its own
preprocessor. ``TreePredictor``, ``Tree`` and ``Booster`` are trusted because their content is
inspected: `check_trees`, `check_forests`, `check_schema`.
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


def load_model(data: bytes, trusted: Iterable[str] = ()) -> object:
    """Return the fitted model in an archive; no code that came with it ever runs.

    Only types in `TRUSTED_TYPES`, those skops trusts itself (numbers, containers, arrays,
    scikit-learn's estimators) and those the caller trusts are built, whatever the archive says
    about itself. The caller has compared size and checksum before.

    Parameters
    ----------
    data : bytes
        What `dump_model` returned.
    trusted : iterable of str
        Paths of further types, as the model's declaration names them; their content is taken
        as it is.

    Raises
    ------
    NotInstalledError
        If a package that it needs is not installed here, or does not load.
    RegistryError
        If it is no skops archive, holds another type, or one with stray indices.

    Source: skops, secure persistence, https://skops.readthedocs.io/en/stable/persistence.html
    """
    return _loaded(data, tuple(sorted({*trusted})))


# Parsing costs far more than comparing the bytes; a replay loads one champion every day.
@lru_cache(maxsize=2)
def _loaded(data: bytes, trusted: tuple[str, ...]) -> object:
    check_schema(_schema(data))
    names = sorted({*TRUSTED_TYPES, *trusted, *map(_own_name, trusted)})
    try:
        model: object = skops.io.loads(data, trusted=names)
    except UntrustedTypesFoundException as error:
        refused = sorted(set(skops.io.get_untrusted_types(data=data)) - set(names))
        raise RegistryError(
            f"artifact: types must be on the allow-list, got {', '.join(refused)}; use one of the "
            "estimator presets, or review the type and name it under "
            "retraining.estimator.trusted_types"
        ) from error
    except (ImportError, OSError) as error:
        # OSError: a package whose shared library is missing
        raise _not_installed(error) from error
    except Exception as error:
        # skops raises anything at all on damaged input.
        raise _no_archive(f"{type(error).__name__}: {error}") from error
    check_trees(model)
    check_forests(model, names)
    check_settings(model)
    return model


def _own_name(path: str) -> str:
    """Return where a type says it is from: ``package.Class`` is often defined further down."""
    module, _, name = path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, OSError, AttributeError, ValueError):
        return path
    return f"{getattr(found, '__module__', module)}.{getattr(found, '__name__', name)}"


def _schema(data: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            text = archive.read(SCHEMA) if unpacked <= MAX_UNPACKED_BYTES else b"null"
        schema = json.loads(text)
    except Exception as error:
        # the readers of zip and JSON raise anything at all on damaged input
        raise _no_archive(f"{type(error).__name__}: {error}") from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise _no_archive(f"one that unpacks to {unpacked} bytes (at most {MAX_UNPACKED_BYTES})")
    return schema


def _not_installed(error: ImportError | OSError) -> NotInstalledError:
    package = (getattr(error, "name", None) or "").partition(".")[0]
    remedy = 'run pip install "ctml-assets[lightgbm]"' if package == "lightgbm" else "install them"
    return NotInstalledError(
        f"artifact: the packages of the model must be installed, got {error}; {remedy}"
    )


def _no_archive(came: str) -> RegistryError:
    return RegistryError(
        f"artifact: model must be a sound skops archive, got {came[:300]}; train and register it "
        "again"
    )
