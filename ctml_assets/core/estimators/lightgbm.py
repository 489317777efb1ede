"""LightGBM: gradient boosting with native categories, installed as an extra."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.boosting import Boosting
from ctml_assets.core.estimators.making import maker
from ctml_assets.core.estimators.protocol import Fold, Learner, Parameters, Setting
from ctml_assets.core.estimators.space import FloatRange, IntRange, Space
from ctml_assets.core.spec import Task
from ctml_assets.errors import DeclarationError


@dataclass(frozen=True)
class LightGBM(Boosting):
    """``LGBMClassifier`` and ``LGBMRegressor``.

    An unseen category is treated as missing, which no split of categories sends to the side of
    those it names.
    """

    name: str = "lightgbm"
    iterations: str = "n_estimators"

    @property
    def space(self) -> Space:
        """The parameters that matter most for tabular boosting."""
        return {
            "learning_rate": FloatRange(0.03, 0.3, log=True),
            "num_leaves": IntRange(7, 255, log=True),
            "min_child_samples": IntRange(10, 200, log=True),
            "reg_lambda": FloatRange(1e-3, 30.0, log=True),
            "colsample_bytree": FloatRange(0.3, 1.0),
        }

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """Return the booster; the last ``categorical`` columns are categories.

        Raises
        ------
        DeclarationError
            If LightGBM is not installed.
        """
        package = lightgbm_package()
        kind = package.LGBMRegressor if task == "regression" else package.LGBMClassifier
        booster: BaseEstimator = kind(
            **parameters,
            boosting_type="gbdt",
            class_weight=None,
            random_state=seed,
            # OpenMP's number, which the caller bounds: the bytes of a model must not name it
            n_jobs=0,
            deterministic=True,
            force_col_wise=True,
            # What the bins depend on, which trials share.
            subsample_for_bin=200_000,
            feature_pre_filter=False,
            # ``categorical_feature`` works too, but with a warning that it does not
            categorical_column=list(range(numeric, numeric + categorical)),
            verbosity=-1,
        )
        return booster

    def learner(self, fold: Fold, setting: Setting) -> Learner:
        """Return the fold, binned once in each process."""
        from ctml_assets.core.estimators.binned_lightgbm import BinnedLightGBM

        return BinnedLightGBM(fold, setting, maker(self, setting))

    def default_parameters(self) -> dict[str, Any]:
        """Return a mid-sized booster."""
        return {
            "learning_rate": 0.1,
            "n_estimators": 100,
            "num_leaves": 31,
            "min_child_samples": 40,
            "reg_lambda": 1.0,
            "colsample_bytree": 0.7,
        }


def lightgbm_package() -> Any:
    """Return the package.

    Raises
    ------
    DeclarationError
        If it is not installed, or its library does not load here.
    """
    try:
        import lightgbm
    except (ImportError, OSError) as error:
        raise DeclarationError(
            f"estimator: lightgbm must be installed to be used, got {error}; "
            'pip install "ctml-assets[lightgbm]"'
        ) from error
    return lightgbm
