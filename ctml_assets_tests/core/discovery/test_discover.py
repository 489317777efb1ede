import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.discovery import discover_slices
from ctml_assets.core.slices import cut, parse_predicate
from ctml_assets.core.spec import SliceSpec

FEATURES = [("origin", "categorical"), ("air temp", "numeric"), ("hour", "numeric")]


def world(seed=0, rows=6000):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "origin": rng.choice(["EWR", "O'Hare", 'L"GA', None], rows),
            "air temp": rng.integers(0, 20, rows) + 0.0,
            "hour": rng.integers(5, 24, rows),
        }
    )
    frame.loc[rng.random(rows) < 0.1, "air temp"] = np.nan
    loss = rng.exponential(size=rows)
    loss[(frame["origin"] == "O'Hare") & (frame["air temp"] >= 16)] += 1
    loss[frame["hour"].isna() | frame["origin"].isna()] += 0.4
    return frame, loss, rng.integers(0, 30, rows)


@pytest.mark.parametrize("with_days", [False, True])
def test_the_planted_slices_are_found_and_nothing_else(with_days):
    frame, loss, days = world()
    found = discover_slices(frame, loss, features=FEATURES, days=days if with_days else None)
    assert [slice_.name for slice_ in found] == [
        'origin="O\'Hare" and `air temp`>=16',
        "origin=<missing>",
    ]


def test_numbers_are_those_of_the_rows_that_the_predicate_selects():
    frame, loss, _ = world()
    for found in discover_slices(frame, loss, features=FEATURES):
        mask = parse_predicate(found.where).mask(frame)
        assert found.support == mask.sum()
        assert found.mean_inside == pytest.approx(loss[mask].mean(), rel=1e-12)
        assert found.mean_outside == pytest.approx(loss[~mask].mean(), rel=1e-12)
        assert found.excess == pytest.approx(found.mean_inside - found.mean_outside, rel=1e-9)
        fall = loss.mean() - loss[~mask].mean()
        assert found.share == pytest.approx(fall / loss.mean(), rel=1e-9)
        assert 0 < found.sure_excess < found.excess
        assert 0 <= found.p_value <= 0.05


def test_a_found_predicate_can_be_declared_as_it_is():
    frame, loss, _ = world()
    found = discover_slices(frame, loss, features=FEATURES)
    lines = [SliceSpec(name=slice_.name, where=slice_.where) for slice_ in found]
    assert len(cut(frame, lines)) == len(found) == 2


@pytest.mark.parametrize("with_days", [False, True])
def test_the_order_of_the_rows_changes_nothing(with_days):
    frame, loss, days = world()
    order = np.random.default_rng(1).permutation(len(frame))
    one, other = (
        discover_slices(
            frame.iloc[rows], loss[rows], features=FEATURES, days=days[rows] if with_days else None
        )
        for rows in (np.arange(len(frame)), order)
    )
    assert [slice_.where for slice_ in one] == [slice_.where for slice_ in other]
    for before, after in zip(one, other, strict=True):
        assert after.sure_excess == pytest.approx(before.sure_excess, rel=1e-9)


def test_inputs_are_not_changed():
    frame, loss, days = world()
    copies = frame.copy(), loss.copy(), days.copy()
    discover_slices(frame, loss, features=FEATURES, days=days)
    pd.testing.assert_frame_equal(frame, copies[0])
    np.testing.assert_array_equal(loss, copies[1])
    np.testing.assert_array_equal(days, copies[2])


@pytest.mark.parametrize("factor", [1e-300, 1e-9, 1e9, 1e300])
def test_the_unit_of_the_loss_changes_nothing(factor):
    frame, loss, _ = world()
    one = discover_slices(frame, loss, features=FEATURES)
    scaled = discover_slices(frame, loss * factor, features=FEATURES)
    assert [slice_.where for slice_ in scaled] == [slice_.where for slice_ in one]
    assert [slice_.excess for slice_ in scaled] == pytest.approx(
        [slice_.excess * factor for slice_ in one]
    )


def test_a_copied_column_adds_nothing():
    frame, loss, _ = world()
    frame["copy"] = frame["origin"]
    features = [*FEATURES, ("copy", "categorical")]
    names = [slice_.name for slice_ in discover_slices(frame, loss, features=features)]
    assert len(names) == 2


def test_parts_of_a_bad_slice_are_not_reported_beside_it():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({name: rng.choice(list("pqr"), 9000) for name in "abcd"})
    loss = rng.exponential(size=9000) + 2.0 * (frame["a"] == "p")
    found = discover_slices(frame, loss, features=[(name, "categorical") for name in "abcd"])
    assert [slice_.name for slice_ in found] == ["a=p"]


def test_top_cuts_the_list_short():
    frame, loss, _ = world()
    found = discover_slices(frame, loss, features=FEATURES)
    assert discover_slices(frame, loss, features=FEATURES, top=1) == found[:1]


def test_one_feature_at_most():
    frame, loss, _ = world()
    found = discover_slices(frame, loss, features=FEATURES, max_features=1)
    assert found
    assert not any(" and " in slice_.name for slice_ in found)


@pytest.mark.parametrize("rows", [0, 1, 2, 60])
@pytest.mark.parametrize("days", [None, "one", "each"])
def test_too_few_rows_have_no_slices(rows, days):
    frame, loss, _ = world()
    labels = {None: None, "one": np.zeros(rows), "each": np.arange(rows)}[days]
    assert discover_slices(frame[:rows], loss[:rows], features=FEATURES, days=labels) == ()


@pytest.mark.parametrize(
    "columns",
    [{"x": 1}, {"x": None}, {"x": "one"}, {"x": np.nan, "y": np.inf}, {"x": -np.inf, "y": "b"}],
)
def test_constant_columns_have_no_slices(columns):
    frame = pd.DataFrame(columns, index=range(500))
    features = [(name, "categorical") for name in columns]
    assert discover_slices(frame, np.arange(500), features=features) == ()


@pytest.mark.parametrize("value", [0.0, 0.1, -3.7, 1e308, 5e-324])
def test_a_constant_loss_has_no_slices(value):
    frame, loss, days = world()
    loss = np.full_like(loss, value)
    assert discover_slices(frame, loss, features=FEATURES) == ()
    assert discover_slices(frame, loss, features=FEATURES, days=days) == ()


def test_no_features_no_slices():
    frame, loss, _ = world()
    assert discover_slices(frame, loss, features=[]) == ()


def test_one_enormous_loss_is_no_slice():
    frame, loss, _ = world()
    loss[17] = 1e300
    assert discover_slices(frame, loss, features=FEATURES) == ()


def test_a_perfect_split_is_found_though_it_leaves_no_variance():
    frame, _, _ = world()
    loss = (frame["origin"] == "EWR").to_numpy().astype(float)
    (found,) = discover_slices(frame, loss, features=FEATURES)
    assert found.name == "origin=EWR"
    assert (found.excess, found.share) == (pytest.approx(1), pytest.approx(1))


def test_a_window_of_one_day_cannot_be_judged_by_day():
    frame, loss, days = world()
    assert discover_slices(frame, loss, features=FEATURES, days=days * 0) == ()
