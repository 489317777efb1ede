import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ctml_assets.core.discovery import search as module
from ctml_assets.core.discovery.feature import read_feature
from ctml_assets.core.discovery.search import search
from ctml_assets.core.discovery.tally import Losses
from ctml_assets.core.slices import parse_predicate

MIN_SUPPORT = 15
KINDS = {"a": "categorical", "b": "categorical", "x": "numeric"}


def world():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "a": rng.choice(["p", "q", None, "rare"], 400, p=[0.5, 0.3, 0.18, 0.02]),
            "b": rng.choice([1, 2, 3], 400),
            "x": rng.normal(size=400),
        }
    )
    loss = rng.exponential(size=400) + (frame["a"] == "p") * (frame["b"] == 2)
    return frame, (loss - loss.mean()).to_numpy()


def p_of(loss, inside, other):
    both = np.append(loss[inside], loss[other])
    n, m = inside.sum(), other.sum()
    welch = loss[inside].var(ddof=1) / n + loss[other].var(ddof=1) / m
    error = np.sqrt(max(welch, both.var(ddof=1) * (1 / n + 1 / m)))
    excess = loss[inside].mean() - loss[other].mean()
    return stats.t.sf(excess / error, min(n, m) - 1) if excess > 0 else 1.0


def brute_force(frame, loss, features):
    """One predicate after the other, as anybody would do it by hand."""
    parts = [
        [(part.where, parse_predicate(part.where).mask(frame)) for part in f.parts]
        for f in features
    ]
    expected = {}
    for number, own in enumerate(parts):
        for where, inside in own:
            if min(inside.sum(), (~inside).sum()) >= MIN_SUPPORT:
                expected[where] = p_of(loss, inside, ~inside)
            for others in parts[number + 1 :]:
                for other_where, other in others:
                    both = inside & other
                    rests = [~both, inside & ~both, other & ~both]
                    if min(mask.sum() for mask in [both, *rests]) >= MIN_SUPPORT:
                        p = max(p_of(loss, both, rest) for rest in rests)
                        expected[f"{where} and {other_where}"] = p
    return expected


@pytest.mark.parametrize("block", [1, 2**20])
def test_all_candidates_equal_brute_force(monkeypatch, block):
    monkeypatch.setattr(module, "_BLOCK_CELLS", block)
    frame, loss = world()
    features = [
        read_feature(frame, name, kind, bins=4, min_support=MIN_SUPPORT)
        for name, kind in KINDS.items()
    ]
    got = {}
    losses = Losses(loss, None, 1)
    for batch in search(features, losses, max_features=2, min_support=MIN_SUPPORT):
        for codes, p in zip(batch.codes, batch.p_value, strict=True):
            parts = [features[f].parts[c] for f, c in zip(batch.features, codes, strict=True)]
            got[" and ".join(part.where for part in parts)] = p
    expected = brute_force(frame, loss, features)
    assert len(expected) > 30
    assert got == pytest.approx(expected, rel=1e-9)


def test_one_feature_only():
    frame, loss = world()
    features = [
        read_feature(frame, name, kind, bins=4, min_support=MIN_SUPPORT)
        for name, kind in KINDS.items()
    ]
    found = search(features, Losses(loss, None, 1), max_features=1, min_support=MIN_SUPPORT)
    assert [batch.features for batch in found] == [(0,), (1,), (2,)]


def test_candidates_depend_on_days_and_supports_but_not_on_the_loss():
    frame, loss = world()
    days = np.random.default_rng(1).integers(0, 5, 400)
    days[frame["b"] == 3] = 0
    features = [
        read_feature(frame, name, kind, bins=4, min_support=MIN_SUPPORT)
        for name, kind in KINDS.items()
    ]
    seen = []
    for values in (loss, -loss, loss**3):
        found = search(features, Losses(values, days, 5), max_features=2, min_support=MIN_SUPPORT)
        seen.append([(batch.features, batch.codes.tolist()) for batch in found])
    assert seen[0] == seen[1] == seen[2]
    names = [features[1].parts[code[0]].name for code in dict(seen[0])[(1,)]]
    # b=3 is there on one day only
    assert sorted(names) == ["b=1", "b=2"]
