import importlib
import io
import json
import pickle
import random
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ctml_assets.errors import NotInstalledError, RegistryError
from ctml_assets.lake.artifacts import TRUSTED_TYPES, dump_model, load_model, skops_format
from ctml_assets_tests.lake.models import PRESETS, features, fitted_preset, line, predictions


class Canary:
    """Leaves a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


class Unknown(BaseEstimator):
    """A class that nobody but its declaration trusts."""

    def __init__(self, share=1.0):
        self.share = share

    def fit(self, x, y):
        self.mean_ = np.mean(y, keepdims=True)
        return self

    def predict(self, x):
        return self.share * np.repeat(self.mean_, len(x))


def rewritten(data, change, **members):
    """Return the archive with a changed schema and further members."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(sink, "w") as target:
        for name in source.namelist():
            content = members.pop(name, None) or source.read(name)
            if name == "schema.json":
                content = json.dumps(change(json.loads(content)))
            target.writestr(name, content)
    return sink.getvalue()


@pytest.mark.parametrize(("name", "task"), PRESETS)
def test_every_preset_predicts_the_same_after_loading(name, task):
    model, frame = fitted_preset(name, task), features()
    frame.loc[frame.index == 3, "origin"] = "never seen"
    loaded = load_model(dump_model(model))
    np.testing.assert_array_equal(predictions(loaded, frame), predictions(model, frame))


def test_other_pipelines_of_the_allowed_parts_load():
    frame, y = features(), np.arange(400) % 2
    dense = make_pipeline(
        ColumnTransformer(
            [
                ("number", make_pipeline(SimpleImputer(), StandardScaler()), ["distance"]),
                (
                    "text",
                    make_pipeline(
                        SimpleImputer(strategy="constant", fill_value="none"),
                        OneHotEncoder(handle_unknown="ignore"),
                    ),
                    ["origin"],
                ),
            ]
        ),
        LogisticRegression(),
    ).fit(frame, y)
    sampled = HistGradientBoostingClassifier(
        max_iter=5, early_stopping=True, random_state=np.random.RandomState(1)
    ).fit(frame[["distance"]], y)
    for model, inputs in ((dense, frame), (sampled, frame[["distance"]])):
        np.testing.assert_array_equal(
            load_model(dump_model(model)).predict_proba(inputs), model.predict_proba(inputs)
        )


def test_01_a_pickle_is_refused_and_does_not_run(tmp_path):
    canary = tmp_path / "canary"
    with pytest.raises(RegistryError, match="must be a sound skops archive"):
        load_model(pickle.dumps(Canary(canary)))
    assert not canary.exists()


def test_01_a_pickle_inside_an_archive_does_not_run(tmp_path):
    canary, payload = tmp_path / "canary", io.BytesIO()
    np.save(payload, np.array([Canary(canary)], dtype=object), allow_pickle=True)
    data = rewritten(
        dump_model(line(1)), lambda schema: schema, **{"000001.npy": payload.getvalue()}
    )
    with pytest.raises(RegistryError, match="must be a sound skops archive"):
        load_model(data)
    assert not canary.exists()


CRAFTED = {
    "posix.system": {
        "__class__": "system",
        "__module__": "posix",
        "__loader__": "FunctionNode",
        "content": {"module_path": "posix", "function": "system"},
    },
    "builtins.eval": {"__class__": "eval", "__module__": "builtins", "__loader__": "TypeNode"},
    "subprocess.Popen": {
        "__class__": "Popen",
        "__module__": "subprocess",
        "__loader__": "ConstructorFromReduceNode",
        "content": {
            "__class__": "tuple",
            "__module__": "builtins",
            "__loader__": "TupleNode",
            "content": [
                {
                    "__class__": "str",
                    "__module__": "builtins",
                    "__loader__": "JsonNode",
                    "content": '["touch", "CANARY"]',
                }
            ],
        },
    },
}


@pytest.mark.parametrize("name", CRAFTED)
@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_02_an_archive_cannot_trust_itself(tmp_path, name, protocol):
    canary = tmp_path / "canary"
    crafted = json.loads(json.dumps(CRAFTED[name]).replace("CANARY", str(canary)))

    def change(schema):
        return {
            **crafted,
            "trusted": [name],
            "protocol": protocol,
            "_skops_version": schema["_skops_version"],
            "_trusted_types": [name],
        }

    with pytest.raises(RegistryError, match=f"allow-list, got {name}; "):
        load_model(rewritten(dump_model(line(1)), change))
    assert not canary.exists()


@pytest.mark.parametrize(
    ("model", "refused"),
    [
        (
            KNeighborsClassifier(1, algorithm="kd_tree").fit([[0.0], [1.0]], [0, 1]),
            "sklearn.metrics._dist_metrics.EuclideanDistance64, sklearn.neighbors._kd_tree.KDTree",
        ),
        (Unknown(), f"{__name__}.Unknown"),
    ],
)
def test_types_off_the_list_are_named(model, refused):
    with pytest.raises(RegistryError, match=f"got {refused}; use one of the estimator presets"):
        load_model(dump_model(model))


def numbers(rows=60):
    x = np.random.default_rng(0).normal(size=(rows, 3))
    return x, (x[:, 0] + x[:, 1] > 0).astype(int)


TRUSTED = {
    "forest": (ExtraTreesClassifier(5, random_state=0), ()),
    "neighbours": (
        KNeighborsClassifier(3, algorithm="kd_tree"),
        ("sklearn.metrics._dist_metrics.EuclideanDistance64", "sklearn.neighbors._kd_tree.KDTree"),
    ),
    "neighbours without a tree": (KNeighborsClassifier(3, algorithm="brute"), ()),
    "own class": (Unknown(0.5), (f"{__name__}.Unknown",)),
    "older boosting": (
        GradientBoostingClassifier(n_estimators=3, random_state=0),
        # where it is imported from, not where it is defined
        ("sklearn.ensemble.GradientBoostingClassifier",),
    ),
}


@pytest.mark.parametrize("name", TRUSTED)
def test_a_class_loads_with_what_its_declaration_trusts(name):
    model, trusted = TRUSTED[name]
    x, y = numbers()
    data = dump_model(model.fit(x, y))
    loaded = load_model(data, trusted)
    assert dump_model(loaded) == data
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))
    if trusted:
        with pytest.raises(RegistryError, match=r"allow-list|which nobody trusts"):
            load_model(data)


def test_what_was_loaded_with_trust_is_not_given_to_who_has_none():
    data = dump_model(Unknown().fit([[0.0]], [1.0]))
    path = f"{__name__}.Unknown"
    first = load_model(data, (path,))
    with pytest.raises(RegistryError, match="allow-list"):
        load_model(data)
    # parsed once, in whatever order and however often it is named
    assert load_model(data, [path, path]) is first
    with pytest.raises(RegistryError, match="allow-list"):
        load_model(data, (f"{__name__}.Canary",))


def test_trust_in_one_type_is_no_trust_in_its_module():
    data = dump_model([Unknown().fit([[0.0]], [1.0]), line(1)])
    with pytest.raises(RegistryError, match="allow-list"):
        load_model(data, (__name__, f"{__name__}.Unknown.fit", "", "nowhere.Class", "Unknown"))


def test_a_model_whose_package_is_an_extra_says_how_to_install_it(monkeypatch):
    data = dump_model(fitted_preset("lightgbm", "regression"))
    monkeypatch.setitem(sys.modules, "lightgbm.sklearn", None)
    with pytest.raises(NotInstalledError, match="packages of the model must be installed") as told:
        load_model(data)
    assert str(told.value).endswith('; run pip install "ctml-assets[lightgbm]"')


@pytest.mark.parametrize("error", ["ImportError", "OSError"])
def test_a_model_whose_package_does_not_load_is_told_from_a_damaged_one(
    tmp_path, monkeypatch, error
):
    file = tmp_path / "ctml_test_package.py"
    file.write_text("class Kind:\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    data = dump_model(importlib.import_module("ctml_test_package").Kind())
    monkeypatch.delitem(sys.modules, "ctml_test_package")
    file.write_text(f"raise {error}('libz.so.1: cannot open')")
    message = "must be installed, got libz.so.1: cannot open; install them"
    with pytest.raises(NotInstalledError, match=message):
        load_model(data, ("ctml_test_package.Kind",))


def test_the_list_cannot_be_changed_and_holds_nothing_that_calls():
    assert isinstance(TRUSTED_TYPES, tuple)
    assert not [name for name in TRUSTED_TYPES if name.startswith(("builtins", "os", "posix"))]


def test_what_skops_cannot_store_is_refused_on_writing():
    with pytest.raises(RegistryError, match="types that skops stores"):
        dump_model(number for number in range(3))


def test_an_archive_without_schema_is_refused():
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("model.pkl", b"x")
    with pytest.raises(RegistryError, match=r"no item named 'schema\.json'"):
        load_model(sink.getvalue())


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch):
    data = dump_model(line(1))
    monkeypatch.setattr(skops_format, "MAX_UNPACKED_BYTES", 100)
    with pytest.raises(RegistryError, match="unpacks to"):
        load_model(data)


def test_an_endless_schema_is_refused():
    data = dump_model(line(1))
    deep = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)), zipfile.ZipFile(sink, "w") as target:
        target.writestr("schema.json", deep)
    with pytest.raises(RegistryError, match="sound skops archive"):
        load_model(sink.getvalue())


def test_04_damage_never_escapes_as_another_error():
    data = dump_model(fitted_preset("hist_gradient_boosting", "regression"))
    expected = predictions(load_model(data), features())
    rng, refused = random.Random(4), 0  # noqa: S311 - a seeded choice of bits
    for _ in range(60):
        damaged = bytearray(data)
        damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        try:
            model = load_model(bytes(damaged))
        except RegistryError:
            refused += 1
        else:
            np.testing.assert_array_equal(predictions(model, features()), expected)
    assert refused > 50
