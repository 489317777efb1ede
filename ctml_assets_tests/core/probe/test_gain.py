"""What a probe gains, against differences taken row by row and day by day."""

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.drift import LineWeight, SliceScore, line_weights, score_rows
from ctml_assets.core.metrics import Outcomes, get_metric
from ctml_assets.core.probe import gain_over
from ctml_assets.core.spec import SliceSpec

WHOLE = {"overall": LineWeight(1.0)}
LINES = [SliceSpec(overall=True)]


def score(value, *, influence=None, name="overall"):
    reason = "" if value is not None else "12 labelled rows, fewer than 50"
    return SliceScore("overall", name, 200, value, reason, influence or {})


def scored(y, prediction, days, metric="neg_mean_absolute_error"):
    frame = pd.DataFrame({"day": days})
    return score_rows(
        frame,
        Outcomes(y, prediction),
        lines=LINES,
        metric=get_metric(metric),
        min_support=1,
        clusters=frame["day"],
    )


def test_by_hand():
    gain = gain_over([score(0.8)], [score(0.84)], weights=WHOLE)
    assert gain.share == pytest.approx(0.05)
    assert (gain.probe_score, gain.champion_score, gain.reason) == (0.84, 0.8, "")
    assert gain.interval is None


def test_of_a_loss_a_smaller_one_is_a_gain():
    gain = gain_over([score(-50.0)], [score(-40.0)], weights=WHOLE)
    assert gain.share == pytest.approx(0.2)


def test_a_champion_against_itself_gains_nothing_surely():
    same = [score(0.8, influence={"mon": 0.1, "tue": -0.1})]
    gain = gain_over(same, same, weights=WHOLE)
    assert str(gain.share) == "0.0"
    assert (gain.interval.standard_error, gain.interval.low, gain.interval.high) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_the_interval_is_that_of_the_paired_daily_differences(seed):
    rng = np.random.default_rng(seed)
    days = np.repeat([f"2024-01-0{day}" for day in range(1, 8)], 100)
    hard = np.repeat(rng.gamma(2, 3, 7), 100)
    y = rng.normal(size=700) * hard
    champion, probe = 0.2 * y, 0.3 * y
    gain = gain_over(scored(y, champion, days), scored(y, probe, days), weights=WHOLE)
    by_day = np.abs(y).reshape(7, 100).mean(axis=1)
    assert gain.share == pytest.approx(1 - 0.7 / 0.8)
    # both are the same share of the day's loss: what makes a day hard has cancelled
    assert gain.interval.standard_error < 1e-12
    assert np.std(by_day) > 1
    assert gain.interval.degrees_of_freedom == pytest.approx(6)

    noisy = probe + rng.normal(size=700)
    other = gain_over(scored(y, champion, days), scored(y, noisy, days), weights=WHOLE)
    loss, base = np.abs(y - noisy), np.abs(y - champion)
    ratio = loss.mean() / base.mean()
    of_day = ((loss - ratio * base) / base.mean()).reshape(7, 100).mean(axis=1)
    assert other.share == pytest.approx(1 - ratio)
    assert other.interval.standard_error == pytest.approx(np.std(of_day, ddof=1) / np.sqrt(7))
    assert other.interval.low < other.share < other.interval.high


def test_exchanging_the_two_turns_the_sign():
    rng = np.random.default_rng(5)
    days, y = np.repeat(list("abcdefg"), 60), rng.normal(size=420)
    one, two = scored(y, 0.5 * y, days), scored(y, 0.1 * y, days)
    there, back = gain_over(one, two, weights=WHOLE), gain_over(two, one, weights=WHOLE)
    assert there.share < 0 < back.share
    assert there.probe_score == back.champion_score


def test_slices_that_one_of_them_lacks_are_left_out_on_both_sides():
    weights = line_weights([SliceSpec(column="origin")])
    champion = [
        SliceScore("origin", "origin=EWR", 90, 0.5, ""),
        SliceScore("origin", "origin=JFK", 90, 0.9, ""),
    ]
    probe = [
        SliceScore("origin", "origin=EWR", 90, 0.6, ""),
        SliceScore("origin", "origin=JFK", 90, None, "one class"),
    ]
    assert gain_over(champion, probe, weights=weights).share == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("champion", "probe", "why"),
    [
        ([score(None)], [score(None)], "no slice with weight"),
        ([], [], "no slice with weight"),
        ([score(0.0)], [score(0.5)], "too close to 0"),
    ],
)
def test_without_anything_to_compare_there_is_a_reason_and_no_number(champion, probe, why):
    gain = gain_over(champion, probe, weights=WHOLE)
    assert gain.share is None
    assert gain.interval is None
    assert why in gain.reason
