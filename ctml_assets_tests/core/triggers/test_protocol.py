import pytest

from ctml_assets.core.triggers import TrainingState
from ctml_assets_tests.core.triggers.looks import NO_CHAMPION, SERVING, TRAINED, after, trained


@pytest.mark.parametrize(
    ("state", "last", "rejected"),
    [
        (NO_CHAMPION, None, 0),
        (SERVING, TRAINED, 0),
        (trained(20), after(20), 1),
        (trained(20, 40, 60), after(60), 3),
        # nothing but candidates that were no champions
        (TrainingState(None, None, (TRAINED, after(10))), after(10), 2),
        # rejected candidates before the promotion
        (TrainingState("v2", after(20), (TRAINED, after(10), after(20))), after(20), 0),
        # a champion whose training left no verdict
        (TrainingState("v1", TRAINED, ()), TRAINED, 0),
        (TrainingState("v2", after(20), (TRAINED,)), after(20), 0),
    ],
)
def test_trainings_are_counted_from_the_champions_on(state, last, rejected):
    assert (state.last_training, state.rejected_in_a_row) == (last, rejected)


@pytest.mark.parametrize("challenger", [None, "v2"])
def test_one_that_waits_or_runs_is_a_training_and_not_rejected(challenger):
    state = TrainingState(
        "v1",
        TRAINED,
        (TRAINED, after(10), after(20)),
        pending=after(20),
        challenger=challenger,
    )
    assert (state.last_training, state.rejected_in_a_row) == (after(20), 1)
