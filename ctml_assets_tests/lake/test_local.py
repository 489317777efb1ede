import errno
import os
import resource
import subprocess
import sys

import pytest

from ctml_assets.errors import LakeError
from ctml_assets.lake import LocalLake
from ctml_assets_tests.lake.children import exit_code, killed_at
from ctml_assets_tests.lake.lake_contract import LakeContract


class TestLocalLake(LakeContract):
    @pytest.fixture
    def lake(self, tmp_path):
        return LocalLake(tmp_path / "not" / "yet" / "there")


@pytest.fixture
def lake(tmp_path):
    return LocalLake(tmp_path)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_temporary_files_are_no_keys(lake, tmp_path):
    lake.write("a/b", b"x")
    (tmp_path / "a" / ".tmp-1234").write_bytes(b"torn")
    assert lake.keys() == ["a/b"]


def test_nothing_is_left_beside_the_object(lake, tmp_path):
    lake.write("a", b"x")
    lake.write_if_absent("b", b"x")
    lake.write_if_absent("b", b"y")
    assert names(tmp_path) == ["a", "b"]


def test_another_user_may_read_what_the_umask_lets_him(lake, tmp_path):
    before = os.umask(0o027)
    try:
        lake.write("a", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "free disk space"),
        (errno.EDQUOT, "free disk space"),
        (errno.EACCES, "the right to read and write"),
        (errno.EROFS, "the right to read and write"),
        (errno.EIO, "reachable"),
    ],
)
@pytest.mark.parametrize("step", ["write", "fsync", "open"])
def test_10_a_failing_disk_is_explained_and_leaves_the_old_object(
    lake, tmp_path, monkeypatch, number, remedy, step
):
    lake.write("a", b"old")

    def fail(*_args, **_kwargs):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, step, fail)
        with pytest.raises(LakeError, match=f"cannot write 'a' in .*{remedy}"):
            lake.write("a", b"new")
        with pytest.raises(LakeError, match=f"cannot write 'b' in .*{remedy}"):
            lake.write_if_absent("b", b"new")
        with pytest.raises(LakeError, match=f"cannot write 'a' in .*{remedy}"):
            lake.write_file("a", tmp_path / "a")
    assert lake.read("a") == b"old"
    assert names(tmp_path) == ["a"]


def test_10_a_full_disk_leaves_no_torn_file(lake, tmp_path):
    lake.write("a", b"old")

    def fill():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        for write in (lake.write, lake.write_if_absent):
            with pytest.raises(LakeError, match="free disk space"):
                write("b", b"x" * 1_000_000)
            with pytest.raises(LakeError, match="free disk space"):
                lake.write("a", b"x" * 1_000_000)

    assert exit_code(fill) == 0
    assert lake.read("a") == b"old"
    assert names(tmp_path) == ["a"]


def test_a_file_system_without_hard_links_is_explained(lake, tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", fail)
    with pytest.raises(LakeError, match="hard links"):
        lake.write_if_absent("a", b"x")
    assert names(tmp_path) == []


def test_an_object_in_the_way_of_a_folder_is_explained(lake):
    lake.write("a", b"x")
    with pytest.raises(LakeError, match="no file stands in its way"):
        lake.write("a/b", b"x")


def test_a_folder_in_the_way_of_an_object_is_explained(lake):
    lake.write("a/b", b"x")
    for write in (lake.write, lake.write_if_absent):
        with pytest.raises(LakeError, match="cannot write 'a'"):
            write("a", b"x")


def test_10_a_file_too_large_for_the_disk_leaves_the_old_object(lake, tmp_path):
    made = tmp_path / "made"
    made.write_bytes(b"x" * 3_000_000)
    lake.write("lake/a", b"old")

    def fill():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_500_000, 2_500_000))
        with pytest.raises(LakeError, match="free disk space"):
            lake.write_file("lake/a", made)

    assert exit_code(fill) == 0
    assert lake.read("lake/a") == b"old"
    assert names(tmp_path / "lake") == ["a"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("name", ["write", "write_file", "write_if_absent"])
def test_a_writer_killed_at_any_step_leaves_old_or_new(lake, tmp_path, name, after):
    (tmp_path / "made").write_bytes(b"new")

    def write(key, data):
        source = tmp_path / "made" if name == "write_file" else data
        getattr(lake, name)(key, source)

    old = None if name == "write_if_absent" else b"old"
    step, killed = 0, True
    while killed:
        key = f"{name}/{step}"
        if old is not None:
            lake.write(key, old)
        killed = killed_at(step, after=after, body=lambda key=key: write(key, b"new"))
        found = lake.read(key) if lake.exists(key) else None
        assert found in (old, b"new")
        write(key, b"new")
        assert lake.read(key) == b"new"
        step += 1
    assert step > 6, "every system call of a write was hit"


RACE = """
import sys
from pathlib import Path
from ctml_assets.lake import LocalLake
lake, me = LocalLake(Path(sys.argv[1])), sys.argv[2]
sys.stdin.readline()
print(sum(lake.write_if_absent(f"race/{i}", me.encode() * 1000) for i in range(200)))
"""


def test_of_many_processes_one_wins_every_key(lake, tmp_path):
    racers = [
        subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-c", RACE, str(tmp_path), str(me)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for me in range(3)
    ]
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    wins = [int(racer.communicate(timeout=60)[0]) for racer in racers]
    assert sum(wins) == 200
    stored = [lake.read(key) for key in lake.keys("race")]
    assert len(stored) == 200
    assert [sum(data == str(me).encode() * 1000 for data in stored) for me in range(3)] == wins
