"""Settings of a LightGBM estimator reach its library with every prediction."""

from typing import Any

from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts.parts import parts

_SCALAR = (bool, int, float, str, type(None))
_UNCHECKED = "predict_disable_shape_check"


def check_settings(model: object) -> None:
    """Refuse a LightGBM estimator that would read rows without asking how long they are.

    Parameters
    ----------
    model : object
        Anything; every LightGBM estimator reachable from it is checked.

    Raises
    ------
    RegistryError
        If one has a setting that is no plain value, or that turns a check off.
    """
    for part in parts(model):
        if type(part).__module__ == "lightgbm.sklearn":
            for name, value in _settings(part).items():
                _check(name, value)


def _settings(estimator: Any) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = estimator.get_params()
    except AttributeError as error:
        raise _wrong("settings", "complete", str(error)) from error
    return settings


def _check(name: object, value: object) -> None:
    values = value if isinstance(value, list) else [value]
    plain = isinstance(name, str) and all(isinstance(it, _SCALAR) for it in values)
    # a text may smuggle in a further setting behind a space
    if not plain or any(_UNCHECKED in str(it) for it in (name, *values)):
        raise _wrong("settings", f"plain values, none of them {_UNCHECKED}", repr(name))


def _wrong(name: str, accepted: str, came: str) -> RegistryError:
    return RegistryError(
        f"artifact: LightGBM's {name} must be {accepted}, got {came}; train and register the "
        "model again"
    )
