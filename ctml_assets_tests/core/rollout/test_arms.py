import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ctml_assets.core.rollout import Arm, ArmPlan, assign, cohort_numbers
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError

AB = ArmPlan("v1", "v2", mode="ab", share=0.2)
STAGED = ArmPlan("v1", "v2", mode="staged", cohorts=("a", "b", "c"), stage=1)
IDS = pd.Series([f"id-{number}" for number in range(40_000)], dtype="str")
LINES = [
    SliceSpec(overall=True),
    SliceSpec(column="origin"),
    SliceSpec(column="hour", bins=[0, 6, 24]),
    SliceSpec(columns=["origin", "carrier"]),
    SliceSpec(where="hour >= 17", name="evening"),
    SliceSpec(column="delay"),
]
FRAME = pd.DataFrame(
    {
        "origin": ["EWR", "JFK", "LGA", None],
        "carrier": ["UA", "UA", "DL", "AA"],
        "hour": [3.0, 18.0, 20.0, np.nan],
    }
)


def chosen(version, share=0.5, ids=IDS):
    plan = ArmPlan("v1", version, mode="ab", share=share)
    return assign(plan, ids).challenger_serves


def everybody(found, arm):
    return found.scored[arm].all()


def test_without_a_challenger_the_champion_has_all():
    found = assign(ArmPlan("v1"), IDS)
    assert set(found.scored) == {Arm.CHAMPION}
    assert everybody(found, Arm.CHAMPION)
    assert not found.challenger_serves.any()


def test_a_former_champion_scores_all_and_serves_none():
    found = assign(ArmPlan("v2", former="v1"), IDS)
    assert set(found.scored) == {Arm.CHAMPION, Arm.FORMER}
    assert everybody(found, Arm.CHAMPION)
    assert everybody(found, Arm.FORMER)
    assert not found.challenger_serves.any()


def test_in_shadow_both_score_all_and_the_champion_serves():
    found = assign(ArmPlan("v1", "v2", mode="shadow"), IDS)
    assert set(found.scored) == {Arm.CHAMPION, Arm.CHALLENGER}
    assert everybody(found, Arm.CHAMPION)
    assert everybody(found, Arm.CHALLENGER)
    assert not found.challenger_serves.any()


def test_in_ab_each_scores_and_serves_its_own():
    found = assign(AB, IDS)
    assert (found.scored[Arm.CHALLENGER] == found.challenger_serves).all()
    assert (found.scored[Arm.CHAMPION] == ~found.challenger_serves).all()


def test_in_staged_the_challenger_serves_what_it_has_passed_and_both_score_the_present_cohort():
    cohorts = np.array([0, 1, 2, -1])
    found = assign(STAGED, IDS[:4], cohorts)
    assert found.scored[Arm.CHALLENGER].tolist() == [True, True, False, False]
    assert found.challenger_serves.tolist() == [True, True, False, False]
    assert found.scored[Arm.CHAMPION].tolist() == [False, True, True, True]


@pytest.mark.parametrize("plan", [AB, STAGED, ArmPlan("v1", "v2", mode="shadow"), ArmPlan("v1")])
def test_every_record_has_a_prediction_that_is_served(plan):
    cohorts = np.arange(len(IDS)) % 4 - 1
    found = assign(plan, IDS, cohorts)
    by_challenger = found.scored.get(Arm.CHALLENGER, np.zeros(len(IDS), dtype=bool))
    assert np.where(found.challenger_serves, by_challenger, found.scored[Arm.CHAMPION]).all()


@pytest.mark.parametrize("cohorts", [None, np.array([0, 1])])
def test_staged_needs_the_cohort_of_every_record(cohorts):
    with pytest.raises(DataError, match=r"cohort_of must have one .*, got (none|2) for 4"):
        assign(STAGED, IDS[:4], cohorts)


def test_known_records_are_assigned_as_ever():
    ids = pd.Series(["a", "b", "c", "1", "2", "\u00e9", "", "UA-1545"], dtype="str")
    assert chosen("v2", ids=ids).tolist() == [True, False, False, True, False, True, False, False]


def test_another_process_assigns_alike():
    code = (
        "import pandas as pd; from ctml_assets.core.rollout import ArmPlan, assign;"
        "plan = ArmPlan('v1', 'v2', mode='ab', share=0.5);"
        "ids = pd.Series([f'id-{n}' for n in range(64)]);"
        "print(assign(plan, ids).challenger_serves.astype(int).tolist())"
    )
    made = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert made.stdout.strip() == str(chosen("v2")[:64].astype(int).tolist())


def test_a_record_is_assigned_by_its_id_alone():
    order = np.random.default_rng(0).permutation(len(IDS))
    assert (chosen("v2")[order] == chosen("v2", ids=IDS.iloc[order])).all()
    assert (chosen("v2", ids=IDS[7:9]) == chosen("v2")[7:9]).all()
    twice = pd.concat([IDS[:9], IDS[:9]])
    assert (chosen("v2", ids=twice)[9:] == chosen("v2")[:9]).all()


@pytest.mark.parametrize("kind", ["str", "object", "string", "category"])
def test_it_does_not_matter_how_ids_are_stored(kind):
    assert (chosen("v2", ids=IDS[:500].astype(kind)) == chosen("v2")[:500]).all()


def test_numbers_are_assigned_as_they_are_written():
    numbers = pd.Series(np.arange(500))
    assert (chosen("v2", ids=numbers) == chosen("v2", ids=numbers.astype("str"))).all()


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.99])
def test_the_share_is_the_declared_one(share):
    ids = pd.Series([f"{number}" for number in range(200_000)], dtype="str")
    counts = [chosen(f"v{version}", share, ids).sum() for version in range(8)]
    wanted = share * len(ids)
    statistic = sum((count - wanted) ** 2 for count in counts) / (wanted * (1 - share))
    assert 0.001 < stats.chi2.sf(statistic, len(counts)) < 0.999


def test_a_larger_share_keeps_whom_it_had():
    assert (chosen("v2", 0.5) >= chosen("v2", 0.2)).all()


def test_every_rollout_deals_anew():
    one, other = chosen("v2"), chosen("v3")
    table = [
        [(one & other).sum(), (one & ~other).sum()],
        [(~one & other).sum(), (~one & ~other).sum()],
    ]
    assert stats.chi2_contingency(table).pvalue > 0.001


@pytest.mark.parametrize("share", [0.0, 1 - 1e-16])
def test_shares_at_the_ends(share):
    assert chosen("v2", share).mean() == round(share)


def test_a_missing_id_is_refused():
    ids = pd.Series(["a", None, "c", None], dtype="str")
    with pytest.raises(DataError, match="entities must be known in every row, got 2 missing of 4"):
        assign(AB, ids)


def test_no_records_have_no_arms():
    found = assign(AB, IDS[:0])
    assert len(found.challenger_serves) == 0
    assert cohort_numbers(FRAME[:0], LINES, ["origin=JFK"]).tolist() == []


@pytest.mark.parametrize(
    ("cohorts", "numbers"),
    [
        (["origin=LGA", "origin=JFK"], [-1, 1, 0, -1]),
        (["origin=<missing>"], [-1, -1, -1, 0]),
        (["hour=[0, 6)", "hour=[6, 24]"], [0, 1, 1, -1]),
        (["hour=<missing>"], [-1, -1, -1, 0]),
        (["origin=JFK, carrier=UA"], [-1, 0, -1, -1]),
        (["evening", "origin=LGA"], [-1, 0, 0, -1]),
        (["origin=LGA", "evening"], [-1, 1, 0, -1]),
        (["origin=EWR", "overall"], [0, 1, 1, 1]),
        (["origin=SFO"], [-1, -1, -1, -1]),
        ([], [-1, -1, -1, -1]),
    ],
)
def test_a_record_is_in_the_first_cohort_that_lists_it(cohorts, numbers):
    assert cohort_numbers(FRAME, LINES, cohorts).tolist() == numbers


def test_columns_of_lines_that_make_no_cohort_are_not_needed():
    assert "delay" not in FRAME
    with pytest.raises(DataError, match="delay"):
        cohort_numbers(FRAME, LINES, ["delay=3"])
