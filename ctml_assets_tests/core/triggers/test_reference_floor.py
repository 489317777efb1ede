import pytest

from ctml_assets.core.spec import ReferenceFloorSpec
from ctml_assets.core.triggers import Answered
from ctml_assets.core.triggers.reference_floor import ReferenceFloor
from ctml_assets_tests.core.triggers.looks import SERVING, look


def _answer(now, best, share=0.95):
    seen = look(reference=now, best_reference=best)
    return ReferenceFloor().ask(ReferenceFloorSpec(share=share), seen, SERVING)


@pytest.mark.parametrize(
    ("now", "best", "answered"),
    [
        (0.70, 0.8, Answered.YES),
        (0.77, 0.8, Answered.NO),
        (0.80, 0.8, Answered.NO),
        # a loss of 60 instead of 45, and one of 46
        (-60.0, -45.0, Answered.YES),
        (-46.0, -45.0, Answered.NO),
    ],
)
def test_it_fires_below_the_share_of_the_best_so_far(now, best, answered):
    assert _answer(now, best).answered is answered


def test_the_reason_is_told_in_numbers():
    assert _answer(0.7, 0.8).reason == (
        "reference 0.700 is 12.5% below the best so far 0.800, > 5.0%"
    )
    assert _answer(0.7, 0.8, share=0.75).reason.endswith("<= 25.0%")


@pytest.mark.parametrize(("now", "best"), [(None, 0.8), (0.8, None), (-0.1, 0.0)])
def test_without_two_references_to_compare_it_is_not_evaluable(now, best):
    answer = _answer(now, best)
    assert answer.answered is Answered.UNKNOWN
    assert answer.reason == "not evaluable: no references that were measured alike"
