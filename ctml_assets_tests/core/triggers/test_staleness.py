import pytest
from scipy.stats import t as student

from ctml_assets.core.spec import StalenessSpec
from ctml_assets.core.triggers import Answered
from ctml_assets.core.triggers.staleness import Staleness
from ctml_assets_tests.core.triggers.looks import SERVING, look, probe

YES, NO, UNKNOWN = Answered.YES, Answered.NO, Answered.UNKNOWN


def answer(found, share: float | None = 0.0, **settings):
    return Staleness().ask(StalenessSpec(**settings), look(share=share, probe=found), SERVING)


def test_a_large_and_sure_gain_fires():
    fired = answer(probe(0.12, accumulated=0.12))
    assert fired.answered is YES
    assert fired.reason == (
        "probe of 2024-03-08 gains +12.0% >= 10.0%, 24.0 standard errors > 2.6; accumulated over "
        "1 probes 12.0% < 15.0%"
    )


def test_a_gain_of_one_probe_that_is_too_small_does_not():
    assert answer(probe(0.0999, accumulated=0.0999)).answered is NO
    assert answer(probe(0.0999, accumulated=0.0999), min_gain=0.09).answered is YES


@pytest.mark.parametrize("every", [1, 7])
def test_a_gain_must_be_more_than_chance_makes_of_so_many_probes(every):
    level = 1 - every / 365
    error = 0.12 / student.ppf(level, 6)
    settings = {"probe_every_days": every, "accumulated_gain": None}
    assert answer(probe(0.12, error=error * 0.999), **settings).answered is YES
    assert answer(probe(0.12, error=error * 1.001), **settings).answered is NO


def test_gains_that_add_up_fire_whatever_each_of_them_is():
    fired = answer(probe(0.02, accumulated=0.15, error=0.5))
    assert fired.answered is YES
    assert fired.reason == (
        "probe of 2024-03-08 gains +2.0% < 10.0%; accumulated over 1 probes 15.0% >= 15.0%"
    )
    assert answer(probe(0.02, accumulated=0.1499)).answered is NO
    assert answer(probe(0.02, accumulated=9.0), accumulated_gain=None).answered is NO


def test_a_champion_that_is_better_fires_nothing():
    assert answer(probe(-0.3)).answered is NO


@pytest.mark.parametrize("share", [0.0, 0.3, None])
def test_the_drop_plays_no_part(share):
    # a harder week, and an easy one
    assert answer(probe(0.01, accumulated=0.02), share).answered is NO
    assert answer(probe(0.12, accumulated=0.12), share).answered is YES


def test_a_large_gain_of_unknown_uncertainty_is_not_evaluable_unless_the_sum_counts():
    told = answer(probe(0.12, accumulated=0.12, error=None))
    assert told.answered is UNKNOWN
    assert told.reason.startswith("not evaluable: probe of ")
    assert "gains +12.0% >= 10.0%, but too few days tell how uncertain that is" in told.reason
    fired = answer(probe(0.12, accumulated=0.16, error=None))
    assert fired.answered is YES
    assert "not evaluable" not in fired.reason
    assert answer(probe(0.02, accumulated=0.02, error=None)).answered is NO


def test_a_probe_that_came_to_nothing_is_not_evaluable():
    told = answer(probe(None, accumulated=0.4, error=None, reason="one class"))
    assert (told.answered, told.reason) == (UNKNOWN, "not evaluable: one class")


def test_before_the_first_probe_there_is_nothing_to_fire_for():
    told = answer(None)
    assert told.answered is NO
    assert told.reason == "no probe since the last training (one every 7 days)"


def test_a_gain_without_any_spread_is_sure():
    assert answer(probe(0.12, error=0.0)).answered is YES
