import datetime as dt
import io

import boto3
import pandas as pd
import pytest
from moto import mock_aws

from ctml_assets.errors import DataError
from ctml_assets.sources import NoDataError
from ctml_assets.sources.path import PathSource
from ctml_assets.sources.storage import open_stream

DAY = dt.datetime(2024, 5, 2)  # noqa: DTZ001 - sources are asked in UTC without a zone
NEXT = DAY + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.fixture
def bucket():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="bookings")
        yield client


def test_a_day_is_cut_from_one_object(bucket):
    buffer = io.BytesIO()
    times = pd.to_datetime(["2024-05-01 23:59", "2024-05-02 08:00", "2024-05-03 00:00"])
    pd.DataFrame({"ts": times, "x": [1, 2, 3]}).to_parquet(buffer)
    bucket.put_object(Bucket="bookings", Key="a/all.parquet", Body=buffer.getvalue())
    got = PathSource("s3://bookings/a/all.parquet", "ts").read(DAY, NEXT, "2024-05-02")
    assert got["x"].tolist() == [2]


def test_an_object_per_partition(bucket):
    bucket.put_object(Bucket="bookings", Key="a/2024-05-02.csv", Body=b"ts,x\n2024-05-02,2\n")
    got = PathSource("s3://bookings/a/{partition}.csv", "ts").read(DAY, NEXT, "2024-05-02")
    assert got["x"].tolist() == [2]


def test_a_missing_object_is_no_data(bucket):
    with pytest.raises(NoDataError, match=r"s3://bookings/a\.csv: object must exist, got none"):
        open_stream("s3://bookings/a.csv")


def test_a_missing_bucket_is_a_mistake_and_not_a_day_without_data(bucket):
    with pytest.raises(DataError, match="NoSuchBucket") as caught:
        open_stream("s3://booking/a.csv")
    assert not isinstance(caught.value, NoDataError)


@pytest.mark.parametrize("location", ["s3://bookings", "s3://bookings/", "s3:///a.csv"])
def test_an_incomplete_address_says_what_is_missing(location):
    with pytest.raises(DataError, match=r"must be s3://bucket/key, got no (key|bucket)"):
        open_stream(location)


def test_the_endpoint_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(DataError, match=r"127\.0\.0\.1:9"):
        open_stream("s3://bookings/a.csv")
