"""The laws that every lake keeps: a backend's test class inherits from LakeContract."""

import datetime as dt

import pytest

from ctml_assets.errors import LakeError
from ctml_assets.lake import KeyMissingError

ESCAPES = (
    "",
    "/etc/passwd",
    "../outside",
    "a/../../outside",
    "a/..",
    ".",
    "a/./b",
    "a//b",
    "a/",
    "~/a",
    ".hidden",
    "a/.tmp-1",
    "a\\b",
    "a\x00b",
    "a\nb",
    "a b",
    "a\n",
    "äb",
    "C:/a",
    "a" * 201,
    "/".join(["a" * 100] * 11),
)


class LakeContract:
    """The backend's class adds a fixture ``lake``: an empty one."""

    def test_what_was_written_is_read(self, lake):
        lake.write("a/b.bin", b"\x00\xff")
        assert lake.read("a/b.bin") == b"\x00\xff"
        assert lake.exists("a/b.bin")

    @pytest.mark.parametrize(
        ("last", "end"),
        [(0, b""), (1, b"e"), (4, b"bcde"), (5, b"abcde"), (6, b"abcde"), (10**9, b"abcde")],
    )
    def test_the_end_of_an_object_is_as_much_of_it_as_there_is(self, lake, last, end):
        lake.write("a/b.bin", b"abcde")
        assert lake.read("a/b.bin", last) == end
        assert lake.read("a/b.bin", last=last) == end

    def test_the_end_of_an_empty_object_is_empty(self, lake):
        lake.write("a", b"")
        assert lake.read("a", 8) == b""

    def test_the_end_of_a_missing_object_is_said_by_name(self, lake):
        with pytest.raises(KeyMissingError, match="'a/b'"):
            lake.read("a/b", 8)

    def test_an_empty_object_is_an_object(self, lake):
        lake.write("a/empty", b"")
        assert lake.read("a/empty") == b""
        assert lake.exists("a/empty")

    def test_write_replaces(self, lake):
        lake.write("a", b"a long first object")
        lake.write("a", b"short")
        assert lake.read("a") == b"short"

    def test_missing_key_is_said_by_name(self, lake):
        assert not lake.exists("a/b")
        with pytest.raises(KeyMissingError, match="'a/b'"):
            lake.read("a/b")

    def test_a_folder_is_no_object(self, lake):
        lake.write("a/b", b"x")
        assert not lake.exists("a")
        with pytest.raises(KeyMissingError):
            lake.read("a")

    def test_what_lies_below_an_object_is_missing(self, lake):
        lake.write("a", b"x")
        assert not lake.exists("a/b")
        with pytest.raises(KeyMissingError):
            lake.read("a/b")

    def test_only_the_first_write_if_absent_wins(self, lake):
        assert lake.write_if_absent("a/1", b"first") is True
        assert lake.write_if_absent("a/1", b"second") is False
        assert lake.read("a/1") == b"first"

    def test_a_file_is_stored_and_stays(self, lake, tmp_path):
        path = tmp_path / "made.bin"
        path.write_bytes(bytes(range(256)) * 10_000)
        lake.write("a/b.bin", b"old")
        assert lake.write_file("a/b.bin", path) is None
        assert lake.read("a/b.bin") == path.read_bytes() == bytes(range(256)) * 10_000
        path.write_bytes(b"changed later")
        assert lake.read("a/b.bin", 3) == b"\xfd\xfe\xff"

    def test_an_empty_file_is_an_object(self, lake, tmp_path):
        (tmp_path / "empty").touch()
        lake.write_file("a", tmp_path / "empty")
        assert lake.read("a") == b""

    @pytest.mark.parametrize("name", ["nowhere", "folder"])
    def test_a_file_that_cannot_be_read_changes_nothing(self, lake, tmp_path, name):
        (tmp_path / "folder").mkdir()
        lake.write("a", b"old")
        with pytest.raises(LakeError, match=f"file must be readable, got .*{name}"):
            lake.write_file("a", tmp_path / name)
        with pytest.raises(LakeError, match="file must be readable"):
            lake.write_file("b", tmp_path / name)
        assert lake.keys() == ["a"]
        assert lake.read("a") == b"old"

    def test_when_an_object_was_stored_is_known(self, lake, tmp_path):
        # Storages keep whole seconds, or take the time from a coarser clock.
        slack = dt.timedelta(seconds=2)
        (tmp_path / "made").write_bytes(b"x")
        for write in (
            lambda key: lake.write(key, b"x"),
            lambda key: lake.write_if_absent(key, b"x"),
            lambda key: lake.write_file(key, tmp_path / "made"),
        ):
            before = dt.datetime.now(dt.UTC)
            write("a/b")
            found = lake.modified("a/b")
            assert found.tzinfo is dt.UTC
            assert before - slack <= found <= dt.datetime.now(dt.UTC) + slack
            lake.delete("a/b")

    def test_when_a_missing_object_was_stored_is_not(self, lake):
        lake.write("a/b", b"x")
        for key in ("a", "a/c", "c", "a/b/c"):
            with pytest.raises(KeyMissingError, match=f"'{key}'"):
                lake.modified(key)

    def test_a_deleted_key_is_free_again(self, lake):
        lake.write("a", b"x")
        lake.delete("a")
        assert not lake.exists("a")
        assert lake.write_if_absent("a", b"y") is True

    def test_deleting_what_is_not_there_is_no_error(self, lake):
        lake.delete("a/b")
        assert lake.keys() == []

    def test_keys_are_sorted_and_below_the_prefix(self, lake):
        for key in ("t/b", "t/a", "t/a.x", "t/sub/c", "tt/d", "z"):
            lake.write(key, b"x")
        assert lake.keys("t") == ["t/a", "t/a.x", "t/b", "t/sub/c"]
        assert lake.keys("t/") == lake.keys("t")
        assert lake.keys() == ["t/a", "t/a.x", "t/b", "t/sub/c", "tt/d", "z"]
        assert lake.keys("nowhere") == []

    @pytest.mark.parametrize("key", ESCAPES)
    def test_29_no_key_leaves_the_lake(self, lake, key, tmp_path):
        lake.write("inside", b"x")
        made = tmp_path / "made"
        made.write_bytes(b"evil")
        calls = (
            lambda: lake.read(key),
            lambda: lake.read(key, 8),
            lambda: lake.write(key, b"evil"),
            lambda: lake.write_if_absent(key, b"evil"),
            lambda: lake.write_file(key, made),
            lambda: lake.exists(key),
            lambda: lake.modified(key),
            lambda: lake.delete(key),
        )
        for call in calls:
            with pytest.raises(LakeError, match="key must be"):
                call()
        assert lake.keys() == ["inside"]

    @pytest.mark.parametrize("prefix", ["..", "/", "/etc", "a/../..", "a//"])
    def test_29_no_prefix_leaves_the_lake(self, lake, prefix):
        with pytest.raises(LakeError, match="key must be"):
            lake.keys(prefix)
