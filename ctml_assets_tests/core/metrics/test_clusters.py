from dataclasses import replace

import numpy as np
import pytest

from ctml_assets.core.metrics import METRICS, Outcomes, blocks
from ctml_assets.core.metrics.ranked import rank
from ctml_assets.core.metrics.ranking import RocAuc

ROWS, SLICES, CLUSTERS, CLASSES = 600, 5, 4, 3
SEVERAL = ("accuracy", "balanced_accuracy", "neg_log_loss", "roc_auc")
CASES = [(name, kind) for name in METRICS for kind in ("plain", "weighted")]
CASES += [(name, "classes") for name in SEVERAL]


def rows_of(name, kind):
    """Rows with ties, of which some are in no slice; one slice and one cluster have none."""
    random = np.random.default_rng(len(name))
    codes = random.integers(-1, SLICES - 1, ROWS).astype(np.int32)
    clusters = random.integers(0, CLUSTERS - 1, ROWS).astype(np.int32)
    p = random.random(ROWS).round(2)
    y = (random.random(ROWS) < p).astype(np.float64)
    weight = random.random(ROWS) * (random.random(ROWS) < 0.9) if kind == "weighted" else None
    if kind == "classes":
        p = random.dirichlet(np.ones(CLASSES), ROWS)
        y = random.integers(0, CLASSES, ROWS).astype(np.float64)
    if METRICS[name].tasks == {"regression"}:
        y += 1
    # a query's rows are all in one slice and one cluster, or their sum would have no meaning
    query = (codes + 1).astype(np.uint64) * 100 + clusters.astype(np.uint64) * 10
    query += random.integers(0, 9, ROWS).astype(np.uint64)
    return Outcomes(y, p, weight, query), codes, clusters


def summed(rows, codes, clusters):
    inside = codes >= 0
    cells = clusters[inside] * SLICES + codes[inside]
    return np.bincount(cells, rows[inside], CLUSTERS * SLICES).reshape(CLUSTERS, SLICES)


def parts_of(metric, outcomes, codes, clusters):
    return [
        metric.accumulate(outcomes.part(clusters == number), codes[clusters == number], SLICES)
        for number in range(CLUSTERS)
    ]


@pytest.mark.parametrize("block", [10**6, 100, 1])
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_rows_at_hand_are_scored_exactly_in_blocks_of_any_size(name, kind, block, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_ROWS", block)
    metric = METRICS[name]
    outcomes, codes, clusters = rows_of(name, kind)
    whole = metric.accumulate(outcomes, codes, SLICES)
    bounded = replace(metric, max_entries=60) if hasattr(metric, "max_entries") else metric
    made = bounded.score(outcomes, codes, SLICES, clusters, CLUSTERS)
    np.testing.assert_allclose(made.value, metric.value(whole), rtol=0, atol=1e-12)
    assert made.undefined == metric.undefined(whole)
    assert not made.error_bound.any()
    expected = summed(metric.row_influence(whole, outcomes, codes), codes, clusters)
    np.testing.assert_allclose(made.influence, expected, rtol=0, atol=1e-12)
    assert np.abs(expected).sum() > 0


@pytest.mark.parametrize("block", [10**6, 100, 1])
@pytest.mark.parametrize("entries", [10**6, 60])
@pytest.mark.parametrize(("name", "kind"), CASES)
def test_stored_parts_are_scored_as_their_merge(name, kind, entries, block, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_ROWS", block)
    metric = METRICS[name]
    bounded = replace(metric, max_entries=entries) if hasattr(metric, "max_entries") else metric
    parts = parts_of(bounded, *rows_of(name, kind))
    whole = metric.merge(parts)
    made = metric.score_parts(parts)
    np.testing.assert_allclose(made.value, metric.value(whole), rtol=0, atol=1e-12)
    np.testing.assert_allclose(made.error_bound, metric.error_bound(whole), rtol=0, atol=1e-12)
    assert made.undefined == metric.undefined(whole)
    expected = [metric.influence(whole, part) for part in parts]
    np.testing.assert_allclose(made.influence, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_without_clusters_only_scores_are_made(name):
    metric = METRICS[name]
    outcomes, codes, _ = rows_of(name, "plain")
    made = metric.score(outcomes, codes, SLICES)
    assert made.influence.shape == (0, SLICES)
    whole = metric.accumulate(outcomes, codes, SLICES)
    np.testing.assert_allclose(made.value, metric.value(whole), rtol=0, atol=1e-12)


def test_parts_may_have_been_rounded_differently():
    outcomes, codes, clusters = rows_of("roc_auc", "plain")
    parts = [
        RocAuc(entries).accumulate(outcomes.part(clusters == number), codes[clusters == number], 5)
        for number, entries in enumerate([10**6, 60, 30])
    ]
    metric = RocAuc()
    made, whole = metric.score_parts(parts), metric.merge(parts)
    assert whole.bits == min(part.bits for part in parts) < parts[0].bits
    expected = [metric.influence(whole, part) for part in parts]
    np.testing.assert_allclose(made.influence, expected, rtol=0, atol=1e-15)
    np.testing.assert_allclose(made.error_bound, metric.error_bound(whole), rtol=0, atol=1e-15)
    assert made.error_bound.any()


@pytest.mark.parametrize("rows", [[], [0, 0, 5], [9] * 30, [3, 0, 3, 0, 3]])
def test_blocks_hold_every_slice_with_rows_once(rows, monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 10)
    found = list(blocks.slice_blocks(np.array(rows, dtype=np.intp)))
    held = [at for first, end in found for at in range(first, end)]
    assert held == sorted(set(held))
    assert all(at in held for at, count in enumerate(rows) if count)
    assert all(end - first == 1 or sum(rows[first:end]) <= 10 for first, end in found)


@pytest.mark.parametrize("keys", [1, 7, 100_000])
def test_entries_are_found_where_they_stand(keys):
    random = np.random.default_rng(keys)
    key = random.integers(0, keys, ROWS).astype(np.uint64)
    codes = random.integers(0, SLICES, ROWS).astype(np.int32)
    score = random.random(ROWS).round(1)

    def ranked(rows):
        return rank(
            codes[rows],
            SLICES,
            score=score[rows],
            positive=score[rows] > 0.5,
            weight=None,
            bits=52,
            key=key[rows],
        ).ranked

    whole, part = ranked(np.arange(ROWS)), ranked(random.permutation(ROWS)[:50])
    found = whole.find(part)
    for name in ("slice", "key", "score"):
        np.testing.assert_array_equal(getattr(whole, name)[found], getattr(part, name))
