"""A lake in a bucket behind a network and a store that fail."""

import traceback
from types import SimpleNamespace

import numpy as np
import pytest

from ctml_assets.errors import ConflictError, LakeError
from ctml_assets.lake import Registry
from ctml_assets.resources import LakeResource, s3_client
from ctml_assets_tests.faulting_proxy import Fault, faulting_proxy
from ctml_assets_tests.lake.models import add_version, line, promote

TRIES = 6
ROUNDS = 40
# Twice as long each time; the first time a second, if the store asks to slow down.
LONGEST_SECONDS = 1 + 2 + 4 + 8 + 16
# What a client repeats by itself.
QUICK = (
    Fault.LOST,
    Fault.UNANSWERED,
    Fault.ERROR,
    Fault.BUSY,
    Fault.DONE_ERROR,
    Fault.DONE_BUSY,
)
TRANSIENT = (*QUICK, Fault.LATE)
# Enough for an answer of a busy machine, where a timeout is not what is tested.
PATIENCE_SECONDS, LATE_SECONDS = 0.7, 1.2


@pytest.fixture
def waits(monkeypatch):
    """Skip the waits between tries, and keep how long they were to be."""
    kept = []
    clock = SimpleNamespace(sleep=kept.append)
    monkeypatch.setattr("botocore.endpoint.time", clock)
    monkeypatch.setattr("ctml_assets.lake.s3.time", clock)
    return kept


@pytest.fixture
def direct(s3_root):
    return LakeResource(root=s3_root).open()


@pytest.fixture
def proxy(s3_endpoint):
    with faulting_proxy(s3_endpoint, LATE_SECONDS) as made:
        yield made


@pytest.fixture
def lake(request, s3_root, proxy, waits, monkeypatch):
    """Return the lake as the proxy lets it be seen, by the project's own client."""
    parameters = getattr(request.node, "callspec", SimpleNamespace(params={})).params
    if parameters.get("fault") is Fault.LATE:
        monkeypatch.setattr(s3_client, "_READ_SECONDS", PATIENCE_SECONDS)
    made = LakeResource(root=s3_root, endpoint_url=proxy.url).open()
    made.write_if_absent("first", b"")
    proxy.seen.clear()
    return made


@pytest.mark.parametrize("fault", TRANSIENT)
def test_11_failures_in_a_row_are_outlived(lake, proxy, direct, waits, fault):
    proxy.plan = [fault] * (TRIES - 1)
    lake.write("a", b"x")
    assert proxy.seen == ["PUT"] * TRIES
    assert len(waits) == TRIES - 1
    assert 0 < sum(waits) <= LONGEST_SECONDS
    assert direct.read("a") == b"x"


@pytest.mark.parametrize("fault", TRANSIENT)
def test_11_an_own_write_that_got_no_answer_is_known_again(lake, proxy, direct, fault):
    proxy.plan = [fault] * (TRIES - 1)
    assert lake.write_if_absent("a", b"x") is True
    assert direct.read("a") == b"x"
    assert lake.write_if_absent("a", b"x") is False


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ERROR, Fault.BUSY])
def test_11_another_write_of_the_same_bytes_is_not_taken_for_the_own(lake, proxy, direct, fault):
    assert direct.write_if_absent("a", b"the same") is True
    proxy.plan = [fault, fault]
    assert lake.write_if_absent("a", b"the same") is False


@pytest.mark.parametrize("fault", TRANSIENT)
def test_11_too_many_failures_are_told_and_not_repeated_for_ever(lake, proxy, waits, fault):
    calls = (
        lambda: lake.write_if_absent("b", b"x"),
        lambda: lake.read("first"),
        lambda: lake.write("a", b"x"),
        lambda: lake.exists("first"),
        lambda: lake.keys(),
        lambda: lake.delete("first"),
    )
    for call in calls[:2] if fault is Fault.LATE else calls:
        waits.clear()
        proxy.seen.clear()
        proxy.plan = [fault] * 100
        with pytest.raises(LakeError, match=r"cannot \w+ '.*' in s3://.*; .*run again"):
            call()
        assert len(proxy.seen) == TRIES
        assert sum(waits) <= LONGEST_SECONDS


def test_11_what_was_stored_unheard_is_found_when_run_again(lake, proxy):
    proxy.plan = [Fault.DONE_ERROR] * TRIES
    with pytest.raises(LakeError, match="may have been stored"):
        lake.write_if_absent("a", b"run 7")
    assert lake.write_if_absent("a", b"run 7") is False
    assert lake.read("a") == b"run 7"


def test_11_a_conflict_is_tried_again_a_few_times(lake, proxy, waits):
    proxy.plan = [Fault.CONFLICT] * 5
    assert lake.write_if_absent("a", b"x") is True
    assert len(waits) == 5
    assert sum(waits) <= 1.5 * (0.1 + 0.2 + 0.4 + 0.8 + 1.6)
    proxy.plan = [Fault.CONFLICT] * 6
    with pytest.raises(LakeError, match=r"ConditionalRequestConflict planned; .*run again"):
        lake.write_if_absent("b", b"x")
    assert lake.exists("b") is False


def test_11_a_conflict_that_another_won_is_lost(lake, proxy, direct):
    direct.write_if_absent("a", b"theirs")
    proxy.plan = [Fault.CONFLICT, Fault.BUSY]
    assert lake.write_if_absent("a", b"mine") is False
    assert direct.read("a") == b"theirs"


@pytest.mark.parametrize("last", [None, 1000])
def test_11_an_answer_that_is_cut_off_is_read_again(lake, proxy, direct, last):
    direct.write("a", b"0123456789" * 100)
    proxy.plan = [Fault.CUT, Fault.CUT]
    assert lake.read("a", last) == b"0123456789" * 100
    assert proxy.seen == ["GET"] * 3
    proxy.plan = [Fault.CUT] * 3
    with pytest.raises(LakeError, match=r"cannot read 'a' .*check the network"):
        lake.read("a", last)


def test_11_what_is_refused_is_not_repeated(lake, proxy):
    for call in (lambda: lake.read("first"), lambda: lake.write("a", b"x"), lake.keys):
        proxy.seen.clear()
        proxy.plan = [Fault.DENIED]
        with pytest.raises(LakeError, match=r"AccessDenied planned; .*s3:ListBucket"):
            call()
        assert len(proxy.seen) == 1


def test_11_a_file_sent_in_parts_outlives_failures(lake, proxy, direct, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(np.random.default_rng(0).bytes(10_000_000))
    direct.write("large", b"old")
    proxy.plan = [Fault.BUSY, None, Fault.LOST, Fault.ERROR, None, Fault.UNANSWERED]
    lake.write_file("large", path)
    assert direct.read("large") == path.read_bytes()
    direct.write("large", b"old")
    proxy.plan = [None, *[Fault.ERROR] * 100]
    with pytest.raises(LakeError, match=r"cannot write 'large' .*InternalError planned.*run again"):
        lake.write_file("large", path)
    assert direct.read("large") == b"old"


def test_29_no_secret_stands_in_an_error(s3_root, proxy, waits, monkeypatch):
    secrets = {"AWS_SECRET_ACCESS_KEY": "Se/cr3t-key", "AWS_SESSION_TOKEN": "t0ken=="}
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    lake = LakeResource(root=s3_root, endpoint_url=proxy.url).open()
    for fault in (*QUICK, Fault.DENIED):
        proxy.plan = [fault] * 100
        with pytest.raises(LakeError) as caught:
            lake.write("a", b"x")
        told = "".join(traceback.format_exception(caught.value))
        assert [value for value in secrets.values() if value in told] == []


@pytest.mark.slow
def test_11_no_failure_promotes_twice_or_loses_a_promotion(lake, proxy, direct):
    """A promoter in a failing network among others in a sound one; it runs again after an error."""
    failing, sound = Registry(lake, "m"), Registry(direct, "m")
    mine = [add_version(sound, line(slope)).version for slope in (1, 2)]
    theirs = [add_version(sound, line(slope)).version for slope in (3, 4)]
    rng = np.random.default_rng(11)
    heard, errors = {}, 0
    for number in range(ROUNDS):
        seen = sound.champion()
        if rng.random() < 0.3:
            # Somebody else is faster.
            rival = next(it for it in theirs if seen is None or it != seen.version)
            promote(sound, rival, seen, run_id=f"other-{number}")
        version = next(it for it in mine if seen is None or it != seen.version)
        # Bursts, as outages are: some are longer than the client's patience.
        proxy.plan = [
            fault
            for _ in range(3)
            for fault in (
                *[None] * int(rng.integers(0, 5)),
                *[rng.choice([*QUICK, Fault.CONFLICT])] * int(rng.integers(0, 6)),
            )
        ]
        while True:
            try:
                made = promote(failing, version, seen, run_id=f"run-{number}")
            except ConflictError:
                break
            except LakeError:
                errors += 1
            else:
                heard[made.number] = made.run_id
                break
    history = sound.history()
    assert [record.number for record in history] == list(range(1, len(history) + 1))
    runs = [record.run_id for record in history]
    assert len(set(runs)) == len(runs), "nobody promoted twice"
    assert {it.number: it.run_id for it in history if it.run_id.startswith("run-")} == heard
    assert errors > 3
    assert len(heard) > ROUNDS / 3
    assert len(runs) - len(heard) > ROUNDS / 10
