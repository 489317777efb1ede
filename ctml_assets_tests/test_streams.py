"""The other tests lean on the stream: it must be steady, learnable, and drift when told to."""

import datetime as dt

import numpy as np
import pandas as pd
from sklearn.metrics import r2_score, roc_auc_score

from ctml_assets.core.records import prepare
from ctml_assets_tests import streams

DRIFT = streams.START + dt.timedelta(days=10)


def signal_before(frame):
    return 2.0 * frame["x1"] - 1.5 * frame["x2"] + frame["x3"]


def test_a_day_is_the_same_in_whatever_range():
    alone = streams.raw_day(streams.START + dt.timedelta(days=2))
    among = streams.raw_days(4).iloc[200:300].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among)


def test_another_seed_gives_other_rows():
    assert not streams.raw_day(streams.START, seed=1).equals(streams.raw_day(streams.START))


def test_segments_have_their_shares():
    shares = streams.raw_days(1, rows=20_000)["segment"].value_counts(normalize=True)
    np.testing.assert_allclose(shares[["a", "b", "c"]], [0.6, 0.3, 0.1], atol=0.015)


def test_the_old_rule_is_worth_nothing_after_the_drift():
    before, after = (
        streams.raw_days(5, start=start, rows=400, drift_from=DRIFT)
        for start in (streams.START, DRIFT)
    )
    assert roc_auc_score(before["outcome"], signal_before(before)) > 0.85
    assert 0.4 < roc_auc_score(after["outcome"], signal_before(after)) < 0.6


def test_the_regression_follows_the_same_rule():
    frame = streams.raw_days(3, rows=400, task="regression")
    assert r2_score(frame["outcome"], signal_before(frame)) > 0.8


def test_a_day_is_what_records_would_store():
    prepared = prepare(streams.raw_day(streams.START), streams.spec(), streams.START)
    assert (len(prepared.bad), prepared.unexpected_columns) == (0, ())
    pd.testing.assert_frame_equal(prepared.good, streams.records_day(streams.START))
