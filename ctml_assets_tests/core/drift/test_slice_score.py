import dataclasses

import numpy as np
import pytest

from ctml_assets.core.drift import SliceScore
from ctml_assets.errors import DataError


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_slice_score_is_never_nan_or_infinite(bad):
    with pytest.raises(DataError, match="slice overall: score must be finite or None, got"):
        SliceScore("overall", "overall", 5, bad, "")


def test_none_is_a_score_with_a_reason():
    assert SliceScore("overall", "overall", 5, None, "no prediction").score is None


def test_influence_and_bound_may_be_unknown():
    part = SliceScore("overall", "overall", 5, 0.5, "")
    assert (part.influence, part.error_bound) == ({}, 0)


def test_a_slice_score_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        SliceScore("overall", "overall", 5, 0.5, "").score = 1.0
