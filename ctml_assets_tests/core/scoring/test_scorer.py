"""What a scorer says of a batch is what `core.training.predict` says of its rows, bit by bit."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ctml_assets.core.estimators import ESTIMATORS, estimator_of
from ctml_assets.core.records import labels
from ctml_assets.core.scoring.batch import as_batch
from ctml_assets.core.scoring.scorer import scorer_of
from ctml_assets.core.training import fit, predict
from ctml_assets.errors import DataError
from ctml_assets_tests.core.estimators.frames import quick_parameters
from ctml_assets_tests.core.scoring.raws import as_arrow, labelled, sound, spec_of

EVERY = [(name, task) for name, preset in ESTIMATORS.items() for task in sorted(preset.tasks)]
FOLLOWED = {"hist_gradient_boosting", "lightgbm", "random_forest"}
TREE = {
    "class": "sklearn.tree.ExtraTreeClassifier",
    "encoding": "ordinal",
    "space": {"max_features": {"low": 0.3, "high": 1.0}},
}


def fitted(spec, frame=None):
    frame = labelled(task=spec.task) if frame is None else frame
    parameters = quick_parameters(estimator_of(spec.retraining.estimator))
    return fit(frame, labels(frame, spec), spec=spec, parameters=parameters)


def as_records(raw):
    """Return raw rows as `prepare` types them, in their order."""
    return raw.assign(
        nights=raw["nights"].astype(float),
        rate=raw["rate"].astype(float),
        city=raw["city"].astype("str"),
        event_hour=raw["ts"].dt.hour.astype(float),
        event_day_of_week=raw["ts"].dt.day_of_week.astype(float),
    )


def unseen(raw):
    return raw.assign(city=raw["city"].where(np.arange(len(raw)) % 3 > 0, "atlantis"))


def all_missing(raw):
    nothing = pd.Series([None] * len(raw), dtype="str")
    return raw.assign(rate=np.nan, city=nothing)


def one_value(raw):
    return raw.assign(city=pd.Series(["caen"] * len(raw), dtype="str"))


def backwards(raw):
    return raw.iloc[::-1].reset_index(drop=True)


CHANGES = [lambda raw: raw, unseen, all_missing, one_value, backwards, lambda raw: raw.head(1)]


@pytest.mark.parametrize("form", [as_arrow, lambda raw: raw], ids=["arrow", "frame"])
@pytest.mark.parametrize(("name", "task"), EVERY)
def test_every_preset_and_task(name, task, form):
    spec = spec_of(task, retraining={"estimator": name, "seed": 3})
    model = fitted(spec)
    scorer = scorer_of(model, spec, version="v")
    assert (scorer.columns is not None) == (name in FOLLOWED)
    for change in CHANGES:
        raw = change(sound(seed=5))
        said = scorer.outputs(as_batch(form(raw), spec), spec)
        np.testing.assert_array_equal(said, predict(model, as_records(raw), spec=spec))


def test_a_declared_class_that_is_encoded_by_numbers_is_followed_too():
    spec = spec_of(retraining={"estimator": TREE})
    model = fitted(spec)
    scorer = scorer_of(model, spec, version="v")
    assert scorer.columns is not None
    raw = unseen(sound(seed=8))
    said = scorer.outputs(as_batch(as_arrow(raw), spec), spec)
    np.testing.assert_array_equal(said, predict(model, as_records(raw), spec=spec))


@pytest.mark.parametrize("seed", range(20))
def test_dictionaries_in_any_order_with_values_of_no_row_and_rare_ones(seed):
    """Three hundred cities: the encoder joins the rare ones, which its own answer shows."""
    rng = np.random.default_rng(seed)
    spec = spec_of()
    many = [f"c{number}" for number in range(300)]
    train = labelled(2_000).assign(city=pd.Series(rng.choice(many, 2_000), dtype="str"))
    model = fitted(spec, train)
    values = rng.permutation([*many, "new", "newer"])
    codes = pa.array(rng.integers(0, 250, 80), mask=rng.random(80) < 0.2)
    raw = sound(80, seed)
    raw["city"] = pd.Series(codes.to_pandas().map(dict(enumerate(values))), dtype="str")
    batch = as_arrow(raw, ())
    at = batch.schema.get_field_index("city")
    dictionary = pa.DictionaryArray.from_arrays(codes.cast(pa.uint16()), pa.array(values))
    batch = batch.set_column(at, "city", dictionary)
    said = scorer_of(model, spec, version="v").outputs(as_batch(batch, spec), spec)
    np.testing.assert_array_equal(said, predict(model, as_records(raw), spec=spec))


def test_inputs_in_the_order_of_an_older_declaration():
    spec = spec_of()
    model = fitted(spec)
    turned = spec.model_copy(update={"features": spec.features[::-1]})
    raw = sound(seed=4)
    features = ("nights", "rate", "event_hour", "event_day_of_week", "city", "channel")
    scorer = scorer_of(model, turned, version="v", features=features)
    said = scorer.outputs(as_batch(as_arrow(raw), turned), turned)
    np.testing.assert_array_equal(said, predict(model, as_records(raw), spec=spec))


def test_a_feature_that_changed_its_kind_since_is_not_followed():
    spec = spec_of()
    scorer = scorer_of(fitted(spec), spec, version="v")
    assert scorer.columns is not None
    as_text = spec.features[1].model_copy(update={"kind": "categorical"})
    changed = spec.model_copy(update={"features": (spec.features[0], as_text, *spec.features[2:])})
    assert scorer_of(scorer.model, changed, version="v").columns is None


def test_no_rows():
    spec = spec_of("multiclass_classification")
    scorer = scorer_of(fitted(spec), spec, version="v")
    assert scorer.outputs(as_batch(sound(0), spec), spec).shape == (0, 3)


def test_a_model_without_numeric_or_without_categorical_columns():
    for kind in ("numeric", "categorical"):
        spec = spec_of(time_features=[])
        chosen = tuple(it for it in spec.features if it.kind == kind)
        spec = spec.model_copy(update={"features": chosen})
        model = fitted(spec)
        scorer = scorer_of(model, spec, version="v")
        assert scorer.columns is not None
        raw = unseen(sound(seed=6))
        said = scorer.outputs(as_batch(as_arrow(raw), spec), spec)
        np.testing.assert_array_equal(said, predict(model, as_records(raw), spec=spec))


def test_an_input_that_is_not_declared_any_more_is_refused_by_name():
    spec = spec_of()
    model = fitted(spec)
    fewer = spec.model_copy(update={"features": spec.features[1:]})
    features = ("nights", "rate", "event_hour", "event_day_of_week", "city", "channel")
    with pytest.raises(DataError, match="inputs of v7 must be declared, got nights besides"):
        scorer_of(model, fewer, version="v7", features=features)


def test_other_classes_are_refused():
    spec = spec_of("multiclass_classification")
    model = fitted(spec)
    fewer = spec.model_copy(update={"classes": ("low", "mid")})
    with pytest.raises(DataError, match="got high besides"):
        scorer_of(model, fewer, version="v")
