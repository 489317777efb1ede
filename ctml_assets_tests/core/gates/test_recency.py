import datetime as dt
from dataclasses import replace

import pytest

from ctml_assets.core.gates import GateVerdict, judge
from ctml_assets.core.gates.recency import Recency
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores

DAY = dt.date(2024, 3, 10)
BETTER = evidence(scores(overall=0.8), scores(overall=0.7))


@pytest.mark.parametrize(
    ("days_later", "verdict"),
    [(-1, GateVerdict.PASS), (0, GateVerdict.PASS), (1, GateVerdict.FAIL)],
)
def test_a_champion_of_a_later_day_stays(days_later, verdict):
    champion = DAY + dt.timedelta(days=days_later)
    finding = Recency().judge(replace(BETTER, as_of=DAY, champion_as_of=champion), promotion())
    assert finding.verdict is verdict
    assert str(DAY) in finding.reason
    assert str(champion) in finding.reason


def test_a_better_candidate_of_an_earlier_day_is_not_promoted():
    later = DAY + dt.timedelta(days=1)
    decision = judge(replace(BETTER, as_of=DAY, champion_as_of=later), promotion())
    assert not decision.promote
    assert decision.reason.startswith("recency fail")


def test_without_a_champion_it_passes():
    first = evidence(scores(overall=0.8), None)
    assert Recency().judge(replace(first, as_of=DAY), promotion()).verdict is GateVerdict.PASS
