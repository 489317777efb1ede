import pytest

from ctml_assets.core.spec import VolumeSpec
from ctml_assets.core.triggers import Answered
from ctml_assets.core.triggers.volume import Volume
from ctml_assets_tests.core.triggers.looks import SERVING, look


@pytest.mark.parametrize(
    ("rows", "answered", "reason"),
    [
        (999, Answered.NO, "999 labelled rows since the last training < 1000"),
        (1000, Answered.YES, "1000 labelled rows since the last training >= 1000"),
        (0, Answered.NO, "0 labelled rows since the last training < 1000"),
        (
            None,
            Answered.UNKNOWN,
            "not evaluable: the labelled rows since the last training are not counted",
        ),
    ],
)
def test_it_fires_when_enough_rows_have_come(rows, answered, reason):
    answer = Volume().ask(VolumeSpec(rows=1000), look(new_rows=rows), SERVING)
    assert (answer.answered, answer.reason) == (answered, reason)
