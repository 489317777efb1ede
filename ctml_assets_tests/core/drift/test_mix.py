import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from ctml_assets.core.drift import accumulate, mix_and_within, score_rows
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import SliceSpec
from ctml_assets_tests.core.drift.oracle import masks, value
from ctml_assets_tests.core.drift.samples import CASE_IDS, CASES, LINES, ROWS, SEEDED, sample

FEWER = settings(SEEDED, max_examples=15)
OVERALL, ORIGIN = SliceSpec(overall=True), SliceSpec(column="origin")
# how often queries count is not a matter of rows
OF_ROWS = [case for case in CASES if case[0] != "map"]
OF_ROWS_IDS = [case for case in CASE_IDS if not case.startswith("map")]


def split(now, reference, name, lines=(OVERALL, ORIGIN), min_support=1):
    """Split the drop between two pairs of frame and outcomes."""
    metric = METRICS[name]
    return mix_and_within(
        accumulate(*now, lines=lines, metric=metric),
        score_rows(*reference, lines=lines, metric=metric, min_support=min_support),
        lines=lines,
        metric=metric,
    )


def rows_of(name, several=False, seed=0, rows=60):
    """Return labels and predictions that the metric takes."""
    rng = np.random.default_rng(seed)
    if "regression" in METRICS[name].tasks:
        return rng.uniform(1, 3, rows), rng.uniform(1, 3, rows)
    if several:
        return rng.integers(0, 3, rows).astype(np.float64), rng.dirichlet([1, 1, 1], rows)
    return rng.integers(0, 2, rows).astype(np.float64), rng.uniform(size=rows)


def repeated(y, prediction, origin, times):
    """Return the rows, those of each origin so many times."""
    again = np.repeat(np.arange(len(y)), [times[name] for name in origin])
    return pd.DataFrame({"origin": origin[again]}), Outcomes(y[again], prediction[again])


@pytest.mark.parametrize(("name", "several"), OF_ROWS, ids=OF_ROWS_IDS)
@FEWER
@given(now=ROWS, reference=ROWS)
def test_the_split_is_that_of_scikit_learn_on_rows_weighted_as_the_reference(
    name, several, now, reference
):
    now, reference = (sample(rows, name, several)[:2] for rows in (now, reference))
    inside, before = masks(now[0]), masks(reference[0])
    everything = [np.ones(len(frame), dtype=bool) for frame, _ in (now, reference)]
    score, then = (
        value(name, side[1], rows) for side, rows in zip((now, reference), everything, strict=True)
    )
    expected = {}
    for group in [] if score is None or then is None else ["origin", "hour", "origin, peak"]:
        weight, covered = np.zeros(len(now[0])), 0
        for key, rows in before.items():
            if key[0] == group and key in inside and inside[key].any():
                weight += rows.sum() / inside[key].sum() * inside[key]
                covered += rows.sum() / len(reference[0])
        parted = all(
            sum(rows.sum() for key, rows in side.items() if key[0] == group) == len(frame)
            for side, (frame, _) in ((inside, now), (before, reference))
        )
        if parted and covered >= 0.95:
            at_reference = value(name, now[1], weight > 0, weight)
            if at_reference is not None:
                expected[group] = (then - score, at_reference - score, then - at_reference, covered)
    found = split(now, reference, name, LINES)
    parts = {part.group: (part.drop, part.mix, part.within, part.covered) for part in found}
    # those that hold all rows, or none, are tested by hand
    assert {group: parts.pop(group, None) for group in expected} == {
        group: pytest.approx(numbers, rel=1e-9, abs=1e-9 * max(1, abs(score), abs(then)))
        for group, numbers in expected.items()
    }
    assert set(parts) <= {"home", "late_jfk"}
    for part in found:
        size = max(1, abs(score), abs(then), abs(part.mix))
        assert part.mix + part.within == pytest.approx(part.drop, rel=0, abs=1e-14 * size)


@pytest.mark.parametrize(("name", "several"), OF_ROWS, ids=OF_ROWS_IDS)
def test_other_sizes_of_slices_in_which_nothing_changed_are_all_mix(name, several):
    y, prediction = rows_of(name, several)
    origin = np.array(["EWR", "JFK", "LGA"])[np.arange(60) % 3]
    now = repeated(y, prediction, origin, {"EWR": 1, "JFK": 4, "LGA": 2})
    reference = repeated(y, prediction, origin, {"EWR": 3, "JFK": 1, "LGA": 2})
    (part,) = split(now, reference, name)
    assert part.group == "origin"
    assert abs(part.drop) > 1e-4
    assert part.within == pytest.approx(0, abs=1e-12)
    assert part.mix == pytest.approx(part.drop, abs=1e-12)
    assert part.covered == pytest.approx(1)


@pytest.mark.parametrize(("name", "several"), OF_ROWS, ids=OF_ROWS_IDS)
def test_a_model_that_got_worse_in_slices_of_the_same_sizes_has_no_mix(name, several):
    origin = np.array(["EWR", "JFK", "JFK"])[np.arange(60) % 3]
    now, reference = (
        repeated(*rows_of(name, several, seed), origin, {"EWR": times, "JFK": times})
        for seed, times in ((1, 1), (2, 3))
    )
    (part,) = split(now, reference, name)
    assert abs(part.drop) > 1e-4
    assert part.mix == pytest.approx(0, abs=1e-12)
    assert part.within == pytest.approx(part.drop, abs=1e-12)


def test_accuracy_by_hand():
    # right: EWR 3 of 4 and JFK 2 of 8 now, EWR 4 of 4 and JFK 2 of 4 then
    now = frame_of(EWR=[1, 1, 1, 0], JFK=[1, 1, 0, 0, 0, 0, 0, 0])
    reference = frame_of(EWR=[1, 1, 1, 1], JFK=[1, 1, 0, 0])
    (part,) = split(now, reference, "accuracy")
    assert part.drop == pytest.approx(6 / 8 - 5 / 12)
    assert part.mix == pytest.approx((0.5 * 0.75 + 0.5 * 0.25) - 5 / 12)
    assert part.within == pytest.approx(0.5 * (1 - 0.75) + 0.5 * (0.5 - 0.25))


@pytest.mark.parametrize("name", ["accuracy", "neg_log_loss", "neg_mean_absolute_error"])
def test_of_a_mean_it_is_kitagawas_formula(name):
    rng = np.random.default_rng(4)
    sides = []
    for rows, chances in ((90, [0.5, 0.3, 0.2]), (70, [0.2, 0.3, 0.5])):
        origin = rng.choice(["EWR", "JFK", "LGA"], rows, p=chances)
        y, p = rng.integers(0, 2, rows), rng.uniform(size=rows)
        sides.append((pd.DataFrame({"origin": origin}), Outcomes(y, p)))
    now, reference = (
        score_rows(*side, lines=[ORIGIN], metric=METRICS[name], min_support=1) for side in sides
    )
    shares = [
        np.array([part.support for part in parts]) / sum(part.support for part in parts)
        for parts in (now, reference)
    ]
    score, then = (np.array([part.score for part in parts]) for parts in (now, reference))
    (part,) = split(*sides, name)
    assert part.mix == pytest.approx((shares[1] - shares[0]) @ score)
    assert part.within == pytest.approx(shares[1] @ (then - score))


def frame_of(**right):
    """Return rows of each origin, decided rightly (1) or wrongly (0)."""
    origin = np.repeat(list(right), [len(flags) for flags in right.values()])
    return pd.DataFrame({"origin": origin}), Outcomes(
        np.ones(len(origin)), np.concatenate(list(right.values()))
    )


def test_a_vanished_slice_is_left_out_of_the_sizes_and_counted():
    now = frame_of(EWR=[1, 0], JFK=[1, 1])
    reference = frame_of(EWR=[1] * 24, JFK=[1] * 72, LGA=[1] * 4)
    (part,) = split(now, reference, "accuracy")
    assert part.covered == pytest.approx(0.96)
    # a quarter EWR, three quarters JFK
    assert part.mix == pytest.approx((0.25 * 0.5 + 0.75) - 0.75)
    assert part.mix + part.within == pytest.approx(part.drop)


def test_a_line_of_which_too_much_vanished_is_left_out():
    now = frame_of(EWR=[1, 0], JFK=[1, 1])
    assert split(now, frame_of(EWR=[1] * 94, LGA=[1] * 6), "accuracy") == ()
    (part,) = split(now, frame_of(EWR=[1] * 95, LGA=[1] * 5), "accuracy")
    assert part.covered == pytest.approx(0.95)


def test_a_new_slice_is_a_change_of_the_mix():
    now = frame_of(EWR=[1, 1], LGA=[0, 0, 0, 0, 0, 0])
    (part,) = split(now, frame_of(EWR=[1, 1, 1]), "accuracy")
    assert (part.drop, part.mix, part.within) == pytest.approx((0.75, 0.75, 0))


def test_each_line_that_parts_all_rows_has_its_split_in_their_order():
    rng = np.random.default_rng(7)
    lines = [
        SliceSpec(where="hour >= 0", name="all of them"),
        SliceSpec(column="hour", bins=[0, 12, 24]),
        SliceSpec(overall=True, name="everything"),
        SliceSpec(where="hour >= 12", name="late"),
        SliceSpec(column="origin", values=["JFK"], name="home"),
        SliceSpec(column="hour", bins=[0, 12], name="early"),
        SliceSpec(columns=["origin", "hour"]),
        ORIGIN,
    ]

    def side(chance):
        frame = pd.DataFrame(
            {
                "origin": rng.choice(["EWR", "JFK"], 80, p=[chance, 1 - chance]),
                "hour": rng.choice([3.0, 15.0], 80, p=[1 - chance, chance]),
            }
        )
        return frame, Outcomes(rng.integers(0, 2, 80), rng.uniform(size=80))

    now, reference = side(0.4), side(0.6)
    parts = split(now, reference, "roc_auc", lines)
    assert [part.group for part in parts] == ["all of them", "hour", "origin, hour", "origin"]
    assert len({part.drop for part in parts}) == 1
    assert parts[0].mix == pytest.approx(0, abs=1e-12)
    alone = split(now, reference, "roc_auc", [lines[2], ORIGIN])
    assert (alone[0].mix, alone[0].within) == (parts[-1].mix, parts[-1].within)


def test_slices_of_the_reference_that_have_no_score_count():
    now = frame_of(EWR=[1, 0], JFK=[1, 1])
    reference = frame_of(EWR=[1] * 6, JFK=[1] * 2)
    (part,) = split(now, reference, "accuracy", min_support=5)
    assert part == split(now, reference, "accuracy")[0]


def test_there_is_no_split_without_an_overall_score_on_both_sides():
    now, reference = frame_of(EWR=[1, 0], JFK=[1, 1]), frame_of(EWR=[1, 1], JFK=[1, 1])
    assert split(now, reference, "accuracy") != ()
    assert split(now, reference, "accuracy", [ORIGIN]) == ()
    assert split(now, reference, "accuracy", min_support=5) == ()
    assert split((now[0], None), reference, "accuracy") == ()
    assert split((now[0][:0], now[1].part(slice(0, 0))), reference, "accuracy") == ()
    # all labels are 1: today has no ROC AUC
    assert split(now, (reference[0], Outcomes([0, 1, 0, 1], [0.1] * 4)), "roc_auc") == ()


def test_a_line_whose_weighted_rows_have_no_score_is_left_out():
    # with the reference's sizes, only rows of EWR count, which are all positive
    now = (pd.DataFrame({"origin": ["EWR", "LGA"]}), Outcomes([1.0, 0.0], [0.9, 0.2]))
    reference = (pd.DataFrame({"origin": ["EWR", "EWR"]}), Outcomes([1.0, 0.0], [0.9, 0.2]))
    assert split(now, reference, "roc_auc") == ()
    assert len(split(now, reference, "accuracy")) == 1


def test_queries_are_not_split_since_their_rows_do_not_weigh_them():
    y, prediction = rows_of("map")
    outcomes = Outcomes(y, prediction, query=np.arange(60, dtype=np.uint64) // 6)
    frame = pd.DataFrame({"origin": np.repeat(["a", "b"], 30)})
    assert METRICS["map"].value(METRICS["map"].accumulate(outcomes, np.zeros(60, np.int32), 1)) > 0
    assert split((frame, outcomes), (frame, outcomes), "map") == ()
