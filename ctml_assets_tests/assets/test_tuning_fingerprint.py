import importlib
import sys

import pytest

from ctml_assets.assets import tuning
from ctml_assets.core.spec import EstimatorSpec
from ctml_assets_tests import streams
from ctml_assets_tests.assets.tunings import (
    DIGEST,
    SPEC,
    spec_of,
)


class TestFingerprint:
    """Of all that decides what a trial is worth, and of nothing else."""

    BASE = tuning.fingerprint(SPEC, DIGEST)
    MONITORING = SPEC.monitoring.model_dump(exclude_none=True)

    @pytest.mark.parametrize(
        "retraining",
        [
            {"trials": 99},
            {"timeout_seconds": 5},
            {"n_workers": 2},
            {"threads": 2},
            {"min_improvement": 0.5},
            {"min_rows": 50},
        ],
        ids=str,
    )
    def test_the_budget_is_no_part_of_it(self, retraining):
        spec = spec_of(retraining=retraining, monitoring=self.MONITORING)
        assert tuning.fingerprint(spec, DIGEST) == self.BASE

    @pytest.mark.parametrize(
        "changes",
        [
            {"retraining": {"seed": 1}},
            {"retraining": {"folds": 2, "min_history_days": 12}},
            {"retraining": {"estimator": "hist_gradient_boosting"}},
            {
                "retraining": {
                    "estimator": {"preset": "logistic_regression", "parameters": {"tol": 0.1}}
                }
            },
            {
                "retraining": {
                    "estimator": {
                        "preset": "logistic_regression",
                        "space": {"C": {"low": 0.1, "high": 1.0}},
                    }
                }
            },
            {"monitoring": {"metric": "average_precision"}},
            {"monitoring": {"min_support": 21}},
            {"monitoring": {"slices": [{"overall": True}, {"column": "segment"}]}},
            {"features": streams.FEATURES[1:]},
            {"time_features": ["hour", "month"]},
            {"sample_weight": "seats"},
        ],
        ids=str,
    )
    def test_what_a_trial_is_worth_is(self, changes):
        monitoring = self.MONITORING | changes.get("monitoring", {})
        spec = spec_of(**changes | {"monitoring": monitoring})
        assert tuning.fingerprint(spec, DIGEST) != self.BASE

    def test_so_are_the_rows(self):
        assert tuning.fingerprint(SPEC, "others") != self.BASE

    def test_slices_weights_are_part_of_it(self):
        lines = [{"overall": True, "weight": weight} for weight in (1.0, 2.0)]
        found = {
            tuning.fingerprint(
                spec_of(monitoring={"slices": [line, {"column": "segment"}]}), DIGEST
            )
            for line in lines
        }
        assert len(found) == 2

    def test_what_is_searched_does_not_hang_on_rows_seed_or_budget(self):
        spec = spec_of(retraining={"seed": 1, "trials": 9}, monitoring=self.MONITORING)
        assert tuning.searched(spec) == tuning.searched(SPEC)

    def test_a_presets_own_space_is_part_of_what_is_searched(self, monkeypatch):
        before = tuning.searched(SPEC)
        preset = tuning.estimator_of(SPEC.retraining.estimator)
        narrower = type("Narrower", (), {"space": dict(list(preset.space.items())[:0])})
        monkeypatch.setattr(tuning, "estimator_of", lambda _: narrower)
        assert tuning.searched(SPEC) != before


class TestCode:
    """Of what decides a trial's worth and stands in no declaration."""

    @pytest.fixture
    def own(self, tmp_path, monkeypatch):
        """Write the module of a class of one's own, as it is imported by a new process."""
        monkeypatch.syspath_prepend(tmp_path)
        line = "from sklearn.linear_model import LogisticRegression\n\n"

        def write(body, module="ctml_test_own"):
            (tmp_path / f"{module}.py").write_text(line + body)
            importlib.invalidate_caches()
            for name in [it for it in sys.modules if it.startswith("ctml_test_own")]:
                monkeypatch.delitem(sys.modules, name)
            estimator = {"class": "ctml_test_own.Mine", "space": {"C": {"low": 0.1, "high": 1.0}}}
            return spec_of(retraining={"estimator": estimator})

        yield write
        for name in [it for it in sys.modules if it.startswith("ctml_test_own")]:
            del sys.modules[name]

    @pytest.mark.parametrize("package", ["ctml-assets", "scikit-learn", "numpy", "pandas"])
    def test_another_version_begins_another_study_of_the_same_search(self, package, monkeypatch):
        before = tuning.fingerprint(SPEC, DIGEST), tuning.searched(SPEC)
        monkeypatch.setattr(tuning, "version", lambda name: "9" if name == package else "1")
        changed = tuning.fingerprint(SPEC, DIGEST)
        monkeypatch.setattr(tuning, "version", lambda _: "1")
        assert len({before[0], changed, tuning.fingerprint(SPEC, DIGEST)}) == 3
        assert tuning.searched(SPEC) == before[1]

    @pytest.mark.parametrize(
        ("estimator", "concerned"),
        [
            (EstimatorSpec(preset="lightgbm"), True),
            (EstimatorSpec(class_path="lightgbm.LGBMClassifier"), True),
            (EstimatorSpec(preset="logistic_regression"), False),
        ],
    )
    def test_a_library_concerns_its_own_estimators(self, estimator, concerned):
        assert ("lightgbm" in tuning.code_of(estimator)) is concerned

    def test_the_source_of_a_class_of_ones_own_is_part_of_it(self, own):
        body = "class Mine(LogisticRegression):\n    pass\n"
        spec = own(body)
        first, search = tuning.fingerprint(spec, DIGEST), tuning.searched(spec)
        assert tuning.fingerprint(own(body), DIGEST) == first
        mended = own(body + "\n    mended = True\n")
        assert tuning.fingerprint(mended, DIGEST) != first
        assert tuning.searched(mended) == search

    def test_so_it_is_of_one_that_is_only_named_there(self, own):
        body = "class Mine(LogisticRegression):\n    mended = {}\n"
        found = set()
        for mended in (False, True):
            own("from ctml_test_own_home import Mine\n")
            spec = own(body.format(mended), module="ctml_test_own_home")
            found.add(tuning.fingerprint(spec, DIGEST))
        assert len(found) == 2

    def test_so_it_is_of_a_project_that_is_installed_in_place(self, own, monkeypatch):
        """Its version stays while its source changes."""
        monkeypatch.setattr(tuning, "packages_distributions", lambda: {"ctml_test_own": ["numpy"]})
        found = {
            tuning.fingerprint(own(f"class Mine(LogisticRegression):\n    x = {x}\n"), DIGEST)
            for x in range(2)
        }
        assert len(found) == 2
