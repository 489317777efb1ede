import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.rollout import Arm, ArmPlan, assign
from ctml_assets.core.scoring import as_outputs, logged_columns
from ctml_assets.core.scoring.batch import as_batch
from ctml_assets.core.scoring.rows import ArmError, log_schema, score
from ctml_assets.core.scoring.scorer import Scorer
from ctml_assets.errors import DataError
from ctml_assets_tests.core.scoring.raws import as_arrow, sound, spec_of

AT = dt.datetime(2024, 3, 6, 1, 0)  # noqa: DTZ001
TASKS = ("binary_classification", "multiclass_classification", "regression")


class Saying:
    """A model that says the same of every row, plus its number of nights."""

    def __init__(self, offset, strange_from=None):
        self.offset, self.strange_from = offset, strange_from

    def predict_proba(self, frame):
        said = self.offset + frame["nights"].to_numpy() / 1_000
        if self.strange_from is not None:
            said = np.where(frame["nights"] >= self.strange_from, np.nan, said)
        return np.column_stack([1 - said, said])


def scorer(version, offset, strange_from=None):
    features = ("nights", "rate", "city", "channel")
    return Scorer(version, Saying(offset, strange_from), features, None, None)


SPEC = spec_of(monitoring={"metric": "roc_auc", "slices": [{"column": "city"}]})
RAW = sound(200)
SCORERS = {
    Arm.CHAMPION: scorer("v1", 0.1),
    Arm.CHALLENGER: scorer("v2", 0.5),
    Arm.FORMER: scorer("v0", 0.3),
}


def logged(plan, scorers=SCORERS, spec=SPEC):
    batch = as_batch(as_arrow(RAW), spec)
    found = score(batch, plan, scorers, spec=spec, predicted_at=AT)
    return pd.concat([it.table.to_pandas() for it in found], ignore_index=True)


def served_once(frame):
    served = frame[frame["served"]]
    return sorted(served["record_id"]) == sorted(RAW["guest"])


PLANS = [
    ArmPlan("v1"),
    ArmPlan("v1", former="v0"),
    ArmPlan("v1", "v2", mode="shadow"),
    ArmPlan("v1", "v2", "v0", mode="ab", share=0.3),
    ArmPlan("v1", "v2", mode="staged", cohorts=("city=oslo", "city=rome"), stage=0),
    ArmPlan("v1", "v2", mode="staged", cohorts=("city=oslo", "city=rome"), stage=1),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.mode)
def test_each_record_is_served_once_and_each_arm_speaks_for_itself(plan):
    frame = logged(plan)
    assert tuple(frame) == logged_columns(SPEC)
    assert served_once(frame)
    assert not frame.duplicated(["record_id", "event_time", "arm"]).any()
    versions = {"champion": "v1", "challenger": "v2", "former": "v0"}
    assert (frame["version"] == frame["arm"].map(versions)).all()
    offsets = {"v1": 0.1, "v2": 0.5, "v0": 0.3}
    nights = RAW.set_index("guest")["nights"]
    wanted = frame["version"].map(offsets) + frame["record_id"].map(nights) / 1_000
    np.testing.assert_array_equal(as_outputs(frame, SPEC), wanted)
    assert (frame["predicted_at"] == AT).all()
    times = RAW.set_index("guest")["ts"]
    assert (frame["event_time"] == frame["record_id"].map(times)).all()


def test_in_shadow_nobody_acts_on_the_challenger():
    frame = logged(ArmPlan("v1", "v2", mode="shadow"))
    assert frame.groupby("arm")["served"].all().to_dict() == {"champion": True, "challenger": False}
    assert frame["arm"].value_counts().to_dict() == {"champion": 200, "challenger": 200}


def test_ab_follows_the_assignment():
    plan = ArmPlan("v1", "v2", mode="ab", share=0.3)
    frame = logged(plan)
    assert len(frame) == 200
    wanted = RAW["guest"][assign(plan, RAW["guest"]).challenger_serves]
    challengers = frame[frame["arm"] == "challenger"]
    assert sorted(challengers["record_id"]) == sorted(wanted)
    assert challengers["served"].all()


def test_a_stage_serves_its_cohort():
    plan = ArmPlan("v1", "v2", mode="staged", cohorts=("city=oslo", "city=rome"), stage=0)
    frame = logged(plan)
    oslo = set(RAW["guest"][RAW["city"] == "oslo"])
    challengers = frame[frame["arm"] == "challenger"]
    assert set(challengers["record_id"]) == oslo
    assert challengers["served"].all()
    of_oslo = frame[(frame["arm"] == "champion") & frame["record_id"].isin(oslo)]
    assert len(of_oslo) == len(oslo)
    assert not of_oslo["served"].any()


def test_a_record_is_assigned_alike_in_any_batch():
    plan = ArmPlan("v1", "v2", mode="ab", share=0.5)
    whole = logged(plan).set_index("record_id")["arm"]
    parts = []
    for start in range(0, 200, 30):
        batch = as_batch(RAW.iloc[start : start + 30], SPEC)
        found = score(batch, plan, SCORERS, spec=SPEC, predicted_at=AT)
        parts += [it.table.to_pandas() for it in found]
    in_parts = pd.concat(parts).set_index("record_id")["arm"]
    assert in_parts.sort_index().equals(whole.sort_index())


SHADOW, AB = ArmPlan("v1", "v2", "v0", mode="shadow"), ArmPlan("v1", "v2", mode="ab", share=0.5)


@pytest.mark.parametrize(
    ("plan", "arm"), [(SHADOW, Arm.CHALLENGER), (SHADOW, Arm.FORMER), (AB, Arm.CHALLENGER)]
)
def test_a_challenger_or_former_champion_that_cannot_predict_a_record_is_told_by_its_arm(plan, arm):
    scorers = SCORERS | {arm: scorer("v9", 0.5, strange_from=30)}
    with pytest.raises(ArmError, match="predictions of v9 must be finite") as caught:
        logged(plan, scorers)
    assert caught.value.arm is arm


@pytest.mark.parametrize(
    ("plan", "arm"), [(SHADOW, Arm.CHALLENGER), (SHADOW, Arm.FORMER), (AB, Arm.CHALLENGER)]
)
def test_whatever_error_of_another_arm_than_the_champion_is_told_by_its_arm(plan, arm):
    broken = Scorer("v9", None, ("nights",), None, None)
    with pytest.raises(ArmError, match=r"v9 must predict \d+ records, got Attr") as caught:
        logged(plan, SCORERS | {arm: broken})
    assert caught.value.arm is arm


def test_an_error_of_the_champion_is_its_own():
    broken = Scorer("v9", None, ("nights",), None, None)
    with pytest.raises(AttributeError):
        logged(SHADOW, SCORERS | {Arm.CHAMPION: broken})
    strange = scorer("v9", 0.5, strange_from=20)
    with pytest.raises(DataError, match="predictions of v9 must be finite") as caught:
        logged(AB, SCORERS | {Arm.CHAMPION: strange})
    assert not isinstance(caught.value, ArmError)


def test_what_the_champion_cannot_predict_in_the_challengers_cohort_is_left_out_of_it():
    plan = ArmPlan("v1", "v2", mode="staged", cohorts=("city=oslo",), stage=0)
    of_oslo = RAW["city"] == "oslo"
    strange = int(RAW.loc[of_oslo, "nights"].max())
    others = RAW.loc[~of_oslo, "nights"] >= strange
    raw = RAW.assign(nights=RAW["nights"].mask(~of_oslo & others, 0))
    batch = as_batch(as_arrow(raw), SPEC)
    scorers = SCORERS | {Arm.CHAMPION: scorer("v1", 0.1, strange_from=strange)}
    champion, challenger = score(batch, plan, scorers, spec=SPEC, predicted_at=AT)
    few = int((raw["nights"] < strange).sum())
    assert (len(champion.outputs), len(challenger.outputs)) == (few, int(of_oslo.sum()))
    assert np.isfinite(champion.outputs).all()


def test_no_rows_are_no_tables():
    batch = as_batch(sound(0), SPEC)
    assert score(batch, PLANS[3], SCORERS, spec=SPEC, predicted_at=AT) == []


@pytest.mark.parametrize("task", TASKS)
def test_the_types_of_every_task(task):
    frame = log_schema(spec_of(task)).empty_table().to_pandas()
    assert tuple(frame) == logged_columns(spec_of(task))
    kinds = {"binary_classification": "int64", "regression": "float64"}
    assert frame["prediction"].dtype == kinds.get(task, "str")
