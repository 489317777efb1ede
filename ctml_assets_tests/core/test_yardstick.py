import pytest

from ctml_assets.core.yardstick import difference, yardstick
from ctml_assets_tests import streams


def test_the_same_declaration_is_the_same_yardstick():
    assert yardstick(streams.spec()) == yardstick(streams.spec())
    assert difference(yardstick(streams.spec()), yardstick(streams.spec())) == ""


def test_weights_are_no_part_of_it():
    lines = [{"overall": True}, {"column": "segment"}]
    weighed = [{"overall": True, "weight": 5.0}, {"column": "segment", "weight": 0.5}]
    assert yardstick(streams.spec(monitoring={"slices": lines})) == yardstick(
        streams.spec(monitoring={"slices": weighed})
    )


@pytest.mark.parametrize(
    ("monitoring", "named"),
    [({"metric": "neg_log_loss"}, "metric"), ({"slices": [{"overall": True}]}, "slices")],
)
def test_another_metric_or_other_slices_are_another_and_named(monitoring, named):
    slices = {"slices": [{"overall": True}, {"column": "segment"}], "metric": "roc_auc"}
    then = yardstick(streams.spec(monitoring=slices))
    now = yardstick(streams.spec(monitoring={**slices, **monitoring}))
    assert difference(then, now).startswith(f"{named} ")
