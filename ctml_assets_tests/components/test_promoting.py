"""From a verdict to the promotion record: admitted at once, or beside the champion."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from ctml_assets.components.promoting import compared_with
from ctml_assets.components.rollout_records import Signature
from ctml_assets.core.rollout import RolloutEvent
from ctml_assets.errors import ConflictError, RegistryError
from ctml_assets_tests.rollouts import NOW, REFERENCE, Life, rollout_spec
from ctml_assets_tests.worlds import day

SHADOW = {"mode": "shadow"}


@pytest.fixture
def life(tmp_path):
    return Life(tmp_path, rollout_spec())


@pytest.fixture
def shadowed(tmp_path):
    """A model with a champion as of day 9 and a rollout in shadow."""
    made = Life(tmp_path, rollout_spec(rollout=SHADOW))
    made.crown(9)
    return made


# admitted: at once


def test_the_first_candidate_becomes_number_one_with_its_reference(life):
    version = life.version(9)
    record = life.admit(life.evaluated(version))
    assert life.registry.champion() == record
    assert (record.number, record.version, record.previous) == (1, version, None)
    assert (record.reference_score, record.reference) == (-1.0, REFERENCE)
    assert (record.kind, record.by, record.run_id) == ("promotion", "gates", "run-1")
    assert record.reason == "improvement pass: gain +3.00%"
    assert record.promoted_at == "2024-06-01T06:00:00+00:00"
    assert record.serves_from == day(10)
    assert life.registry.rollout_events() == ()


def test_the_next_one_follows_the_champion_that_it_was_compared_with(life):
    first = life.crown(9)
    record = life.admit(life.evaluated(life.version(12)))
    assert (record.number, record.previous) == (2, first.version)


def test_a_champion_promoted_meanwhile_is_a_conflict_and_nothing_changes(life):
    life.crown(5)
    evaluation = life.evaluated(life.version(14))
    second = life.crown(9)
    with pytest.raises(ConflictError) as caught:
        life.admit(evaluation)
    assert str(caught.value) == (
        f"{evaluation['candidate']} was compared with champion number 1, but {second.version} is "
        "champion now; materialize candidate_evaluation again"
    )
    assert life.registry.champion() == second


@pytest.mark.parametrize("rollout", [{"mode": "immediate"}, SHADOW], ids=lambda it: it["mode"])
@pytest.mark.parametrize("approval", ["automatic", "manual"])
def test_a_repeated_run_finds_its_own_promotion(approval, rollout, tmp_path):
    life = Life(tmp_path, rollout_spec())
    life.crown(9)
    evaluation = life.evaluated(life.version(12))
    record = life.admit(evaluation)
    life.spec = rollout_spec(approval=approval, rollout=rollout)
    assert life.admit(evaluation, signed=Signature("gates", "run-2", NOW)) == record
    assert len(life.registry.history()) == 2
    assert life.registry.rollout_events() == ()


def test_a_repeated_first_run_finds_its_own_promotion(life):
    evaluation = life.evaluated(life.version(9))
    assert life.admit(evaluation) == life.admit(evaluation)
    assert len(life.registry.history()) == 1


def test_an_evaluation_without_a_champion_after_one_was_promoted_is_a_conflict(life):
    evaluation = life.evaluated(life.version(12))
    first = life.crown(9)
    with pytest.raises(ConflictError, match=f"number 0, but {first.version} is champion now"):
        life.admit(evaluation)


def test_a_champion_that_the_lake_has_lost_is_a_conflict(life):
    evaluation = life.evaluated(life.version(12), champion_number=2)
    with pytest.raises(ConflictError, match="champion number 2, but there is no champion now"):
        life.admit(evaluation)


def test_the_champion_that_was_compared_with_is_found_in_the_history(life):
    assert compared_with(life.registry, life.evaluated(life.version(5))) is None
    first = life.crown(9)
    assert compared_with(life.registry, life.evaluated(life.version(12))) == first


@pytest.mark.parametrize(
    "promotion",
    [{}, {"rollout": SHADOW}, {"approval": "manual"}],
    ids=["immediate", "shadow", "manual"],
)
def test_a_candidate_older_than_the_champion_is_refused(promotion, tmp_path):
    life = Life(tmp_path, rollout_spec(**promotion))
    champion = life.crown(9)
    older = life.evaluated(life.version(8))
    with pytest.raises(RegistryError, match=f"as_of must be {day(9)} or later, the champion's"):
        life.admit(older)
    assert life.registry.history() == (champion,)
    assert life.registry.rollout_events() == ()


def test_one_of_the_champions_own_day_is_not_older(life):
    life.crown(9)
    assert life.admit(life.evaluated(life.version(9, error=3.0))).number == 2


def test_a_candidate_without_a_score_is_never_promoted(life):
    evaluation = life.evaluated(life.version(9), reference_score=None, reason="0 labelled rows")
    with pytest.raises(RegistryError, match="must have a score on its test rows, got none: 0 lab"):
        life.admit(evaluation)
    assert life.registry.champion() is None


# admitted: beside the champion


def test_the_first_champion_is_promoted_although_its_rollout_is_in_shadow(tmp_path):
    life = Life(tmp_path, rollout_spec(rollout=SHADOW))
    assert life.admit(life.evaluated(life.version(9))).number == 1
    assert life.registry.rollout_events() == ()


def test_so_is_one_whose_champion_cannot_score(shadowed):
    evaluation = shadowed.evaluated(shadowed.version(12), evidence={"champion": None})
    assert shadowed.admit(evaluation).number == 2


def test_a_candidate_begins_its_rollout_beside_the_champion(shadowed):
    evaluation = shadowed.evaluated(shadowed.version(12))
    event = shadowed.admit(evaluation)
    assert isinstance(event, RolloutEvent)
    assert (event.kind, event.version, event.champion_number) == (
        "started",
        evaluation["candidate"],
        1,
    )
    assert (event.day, event.evaluation, event.stage) == (day(13), 1, 0)
    assert event.rollout == shadowed.spec.promotion.rollout
    assert (event.by, event.run_id, event.reason) == ("gates", "run-1", evaluation["reason"])
    assert len(shadowed.registry.history()) == 1
    assert shadowed.admit(evaluation) == event
    assert len(shadowed.registry.rollout_events()) == 1


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_a_rollout_rejected_begins_again_only_if_somebody_approves_it(by_hand, shadowed):
    shadowed.spec = rollout_spec(rollout=SHADOW | {"min_days": 2, "max_days": 2})
    evaluation = shadowed.evaluated(shadowed.version(12))
    shadowed.admit(evaluation)
    shadowed.live(13, 14)
    end = shadowed.registry.rollout_events()[-1]
    assert end.outcome == "rejected"
    # the same run again evaluates again: what was measured of the process differs
    again = shadowed.evaluated(evaluation["candidate"], reason="passed again")
    assert again["evaluation"] == 2
    done = shadowed.admit(again, approved=by_hand)
    assert done == end if not by_hand else (done.kind, done.number) == ("started", 3)
    assert len(shadowed.registry.rollout_events()) == (3 if by_hand else 2)


# two at once


@pytest.mark.parametrize("promotion", [{}, {"rollout": SHADOW}, {"approval": "manual"}])
def test_of_two_candidates_at_once_one_goes_on_and_the_other_is_a_conflict(promotion, tmp_path):
    for turn in range(5):
        life = Life(tmp_path / str(turn), rollout_spec(**promotion))
        champion = life.crown(9)
        both = [life.evaluated(life.version(number)) for number in (12, 13)]
        with ThreadPoolExecutor(2) as pool:
            ended = [*pool.map(partial(_attempt, life), both)]
        events, history = life.registry.rollout_events(), life.registry.history()
        lost = [it for it in ended if isinstance(it, RegistryError)]
        if promotion:
            # one after the other, the newer one takes the older one's place, and says so
            begins = "started" if "rollout" in promotion else "waiting"
            kinds = [begins] if lost else [begins, "ended", begins]
            assert [it.kind for it in events] == kinds
            assert history == (champion,)
        else:
            assert (len(lost), len(history), events) == (1, 2, ())
            assert history[-1] in ended


def _attempt(life, evaluation):
    try:
        return life.admit(evaluation)
    except RegistryError as error:
        return error


def test_of_two_processes_that_promote_one_wins(life):
    champion = life.crown(9)
    both = [life.evaluated(life.version(number, error=2.0)) for number in (12, 12)]
    both += [life.evaluated(life.version(12, error=3.0))]
    children = [_forked(lambda it=it: life.admit(it)) for it in both]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    last = life.registry.champion()
    assert life.registry.history() == (champion, last)
    won = [it["candidate"] == last.version for it in both]
    # who promotes the same candidate finds it promoted
    assert codes == [0 if it else 1 for it in won]


def _forked(body):
    child = os.fork()
    if child:
        return child
    try:
        body()
    except ConflictError:
        os._exit(1)
    except BaseException:  # noqa: BLE001 - a child must not run the parent's tests
        os._exit(2)
    os._exit(0)
