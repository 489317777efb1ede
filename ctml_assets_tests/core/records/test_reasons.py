import numpy as np

from ctml_assets.core.records.reasons import Reasons


def test_reasons_of_a_row_are_joined_in_the_order_in_which_they_came() -> None:
    reasons = Reasons(4)
    reasons.add(2, "b", "must not be missing")
    reasons.add_where(np.array([False, True, True, False]), "a", "> 0", [0, -1, np.float64(-2), 0])
    assert reasons.bad.tolist() == [False, True, True, False]
    assert reasons.texts() == [
        "a: must be > 0, got -1",
        "b: must not be missing; a: must be > 0, got -2.0",
    ]
    assert reasons.against(2, "b")
    assert not reasons.against(1, "b")


def test_without_reasons_no_row_is_bad() -> None:
    assert Reasons(0).bad.tolist() == []
    assert Reasons(2).bad.tolist() == [False, False]
    assert Reasons(2).texts() == []
