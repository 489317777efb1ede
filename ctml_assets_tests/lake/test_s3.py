import datetime as dt
import os
import pickle
import threading
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from ctml_assets.errors import LakeError
from ctml_assets.lake import KeyMissingError
from ctml_assets.lake.s3 import S3Lake
from ctml_assets.resources import LakeResource
from ctml_assets_tests.lake.children import exit_code
from ctml_assets_tests.lake.lake_contract import LakeContract


@pytest.fixture
def lake(s3_root):
    return LakeResource(root=s3_root).open()


class TestS3Lake(LakeContract):
    @pytest.fixture
    def lake(self, lake):
        return lake


class TestWholeBucket(LakeContract):
    """A lake without a prefix."""

    @pytest.fixture
    def lake(self, lake):
        return S3Lake(lake.bucket, "", lake.client)


def names(lake):
    found = lake.client().list_objects_v2(Bucket=lake.bucket).get("Contents", ())
    return [it["Key"] for it in found]


def put(lake, name, data=b"x"):
    lake.client().put_object(Bucket=lake.bucket, Key=name, Body=data)


def test_the_root_is_shown_as_a_url(lake, s3_root):
    assert lake.root == s3_root
    assert S3Lake("bookings", "", lake.client).root == "s3://bookings"


def test_objects_lie_below_the_prefix(lake):
    lake.write("a/b", b"x")
    assert names(lake) == ["some/lake/a/b"]


def test_lakes_of_one_bucket_do_not_see_one_another(lake):
    beside = S3Lake(lake.bucket, "some/lake2", lake.client)
    lake.write("a", b"x")
    beside.write("b", b"y")
    put(lake, "some/other")
    put(lake, "some/lake")
    assert lake.keys() == ["a"]
    assert beside.keys() == ["b"]
    lake.delete("b")
    assert beside.read("b") == b"y"


def test_folders_of_a_console_and_hidden_objects_are_no_keys(lake):
    lake.write("a/b", b"x")
    for name in ("some/lake/", "some/lake/a/", "some/lake/a/.hidden"):
        put(lake, name, b"")
    assert lake.keys() == ["a/b"]
    assert lake.keys("a") == ["a/b"]


def test_more_keys_than_a_page_holds(lake):
    for number in range(7):
        lake.write(f"a/{number}", b"x")
    client = lake.client()

    class Pages:
        def paginate(self, **wanted):
            return client.get_paginator("list_objects_v2").paginate(
                **wanted, PaginationConfig={"PageSize": 3}
            )

    class Small:
        def get_paginator(self, _name):
            return Pages()

    assert S3Lake(lake.bucket, lake.prefix, Small).keys("a") == [f"a/{n}" for n in range(7)]


def test_a_large_file_goes_in_parts(lake, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(os.urandom(20_000_000))
    lake.write_file("large", path)
    found = lake.client().head_object(Bucket=lake.bucket, Key="some/lake/large")
    assert found["ETag"].endswith('-3"'), "three parts"
    assert lake.read("large") == path.read_bytes()


@pytest.mark.parametrize(
    "call",
    [
        lambda lake: lake.read("a"),
        lambda lake: lake.read("a", 8),
        lambda lake: lake.read("a", 0),
        lambda lake: lake.exists("a"),
        lambda lake: lake.modified("a"),
        lambda lake: lake.keys(),
        lambda lake: lake.write("a", b"x"),
        lambda lake: lake.write_if_absent("a", b"x"),
        lambda lake: lake.write_file("a", Path(__file__)),
        lambda lake: lake.delete("a"),
    ],
)
def test_a_missing_bucket_is_never_a_missing_object(lake, call):
    gone = S3Lake("no-such-bucket", "lake", lake.client)

    with pytest.raises(LakeError, match="make the bucket, or correct its name") as caught:
        call(gone)
    assert not isinstance(caught.value, KeyMissingError)
    assert "s3://no-such-bucket/lake" in str(caught.value)


def test_the_end_of_an_empty_object_of_a_store_that_refuses_the_range(lake):
    """AWS answers so; moto sends the empty object."""

    class Strict:
        def get_object(self, **_wanted):
            answer = {
                "Error": {"Code": "InvalidRange"},
                "ResponseMetadata": {"HTTPStatusCode": 416},
            }
            raise ClientError(answer, "GetObject")

    assert S3Lake(lake.bucket, lake.prefix, Strict).read("a", 8) == b""


def test_no_range_is_asked_for_that_stores_understand_in_different_ways(lake):
    lake.write("a", b"whole")
    client = lake.client()

    class Loose:
        """``bytes=-0`` cannot be met: some refuse it, some send everything."""

        head_object = client.head_object

        def get_object(self, **_wanted):
            return client.get_object(Bucket=lake.bucket, Key="some/lake/a")

    assert S3Lake(lake.bucket, lake.prefix, Loose).read("a", 0) == b""


def test_a_store_that_ignores_the_condition_is_refused_before_anything_is_lost(lake):
    lake.write("registry/1", b"first")
    client = lake.client()
    puts = []

    class Ignorant:
        def put_object(self, *, IfNoneMatch, **wanted):
            puts.append(IfNoneMatch)
            return client.put_object(**wanted)

    with pytest.raises(LakeError, match="must refuse a write with If-None-Match"):
        S3Lake(lake.bucket, lake.prefix, Ignorant).write_if_absent("registry/1", b"second")
    assert lake.read("registry/1") == b"first"
    assert puts == ["*", "*"]


def test_the_condition_is_tried_once_a_process(lake, s3_root, monkeypatch):
    lake.write_if_absent("a", b"x")
    assert names(lake) == ["some/lake/.if-none-match", "some/lake/a"]
    lake.client().delete_object(Bucket=lake.bucket, Key="some/lake/.if-none-match")
    LakeResource(root=s3_root).open().write_if_absent("b", b"x")
    assert names(lake) == ["some/lake/a", "some/lake/b"]


def test_of_many_threads_one_wins_every_key(lake):
    wins = []

    def race(me):
        data = f"{me}".encode()
        keys = (f"race/{number}" for number in range(20))
        wins.extend((key, data) for key in keys if lake.write_if_absent(key, data))

    racers = [threading.Thread(target=race, args=(me,)) for me in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(wins) == [(key, lake.read(key)) for key in lake.keys("race")]
    assert len(wins) == 20


def test_a_process_has_one_client_and_a_fork_its_own(lake, s3_root):
    here = lake.client()
    assert LakeResource(root=s3_root).open().client() is here

    def child():
        assert lake.client() is not here
        lake.write("child", b"x")

    assert exit_code(child) == 0
    assert lake.read("child") == b"x"


def test_a_lake_can_be_sent_to_another_process(lake):
    lake.write("a", b"x")
    assert pickle.loads(pickle.dumps(lake)).read("a") == b"x"  # noqa: S301 - our own


def test_what_was_stored_when_is_utc(lake):
    lake.write("a", b"x")
    assert lake.modified("a").utcoffset() == dt.timedelta(0)


@pytest.mark.parametrize("last", [None, 0, 8])
def test_a_store_out_of_reach_is_no_missing_object(lake, last):
    strict = boto3.session.Session().client(
        "s3", endpoint_url="http://127.0.0.1:9", config=Config(retries={"total_max_attempts": 1})
    )
    with pytest.raises(LakeError, match="EndpointConnectionError; check the network") as caught:
        S3Lake(lake.bucket, lake.prefix, lambda: strict).read("a", last)
    assert not isinstance(caught.value, KeyMissingError)
