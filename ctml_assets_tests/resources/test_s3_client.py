import threading

import pytest

from ctml_assets.errors import LakeError
from ctml_assets.resources import LakeResource, s3_client
from ctml_assets.resources.s3_client import client_of_process, lake_in_bucket
from ctml_assets_tests.s3_server import CREDENTIALS


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    """A client is of the environment in which it was made: none comes in, and none gets out."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    s3_client._client.cache_clear()
    yield
    s3_client._client.cache_clear()


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Write AWS's shared files."""
    (tmp_path / "config").write_text("[profile team]\nregion = eu-west-3\n")
    (tmp_path / "credentials").write_text(
        "[team]\naws_access_key_id = AKIATEAM\naws_secret_access_key = s3cr3t\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


@pytest.mark.parametrize(
    ("root", "bucket", "prefix"),
    [
        ("s3://bookings", "bookings", ""),
        ("s3://bookings/", "bookings", ""),
        ("s3://my.bookings-2/a/b_c=1/", "my.bookings-2", "a/b_c=1"),
    ],
)
def test_a_root_is_a_bucket_and_a_prefix(root, bucket, prefix):
    lake = lake_in_bucket(root, "", "", "")
    assert (lake.bucket, lake.prefix) == (bucket, prefix)


@pytest.mark.parametrize(
    "root",
    [
        "s3://",
        "s3:///a",
        "s3://Bookings/a",
        "s3://a",
        "s3://key:secret@bookings/a",
        "s3://bookings:443/a",
        "s3://bookings?a",
        "bookings://a",
    ],
)
def test_29_another_root_is_refused(root):
    with pytest.raises(LakeError, match="root must be a folder or s3://bucket/prefix"):
        lake_in_bucket(root, "", "", "")


@pytest.mark.parametrize(
    "prefix", ["a//b", "../a", "a/..", "/a", "a//", "a b", ".a", "a?b", "a/./b"]
)
def test_29_a_prefix_is_as_strict_as_a_key(prefix):
    with pytest.raises(LakeError, match="key must be"):
        lake_in_bucket(f"s3://bookings/{prefix}", "", "", "")


def test_equal_settings_are_one_lake_and_one_client():
    first, second = (LakeResource(root="s3://bookings/a").open() for _ in range(2))
    assert first is second
    other = LakeResource(root="s3://bookings/b").open()
    assert other.client() is first.client()
    assert LakeResource(root="s3://bookings/a", region_name="eu-west-1").open() is not first


def test_threads_share_a_client():
    known = client_of_process("", "", "")
    met = []
    threads = [
        threading.Thread(target=lambda: met.append(client_of_process("", "", ""))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == [known] * 4


def test_what_is_declared_goes_before_the_environment(settings, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://elsewhere:1")
    client = client_of_process("http://minio:9000", "eu-central-1", "team")
    assert client.meta.endpoint_url == "http://minio:9000"
    assert client.meta.region_name == "eu-central-1"


def test_a_profile_brings_its_region_and_its_credentials(settings, monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    client = client_of_process("", "", "team")
    assert client.meta.region_name == "eu-west-3"
    assert "X-Amz-Credential=AKIATEAM" in client.generate_presigned_url(
        "get_object", {"Bucket": "bookings", "Key": "a"}
    )


def test_the_environment_leads_to_a_store(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://minio:9001")
    assert client_of_process("", "", "").meta.endpoint_url == "http://minio:9001"


def test_waits_and_tries_are_bounded():
    config = client_of_process("", "", "").meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": 6}
    assert (config.connect_timeout, config.read_timeout) == (5, 30)


def test_a_missing_profile_is_told_when_the_lake_is_used(settings):
    lake = LakeResource(root="s3://bookings/a", profile_name="nobody").open()
    with pytest.raises(LakeError, match="ProfileNotFound; give this process AWS credentials"):
        lake.exists("a")


def test_missing_credentials_are_told(settings, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    lake = LakeResource(root="s3://bookings/a").open()
    with pytest.raises(LakeError, match="NoCredentialsError; give this process AWS credentials"):
        lake.write_if_absent("a", b"x")


def test_a_region_that_is_none_is_told():
    lake = LakeResource(root="s3://bookings/a", region_name="not a region").open()
    with pytest.raises(LakeError, match="InvalidRegionError; name the bucket's own region"):
        lake.keys()


@pytest.mark.parametrize(
    "endpoint", ["http://user:s3cr3t@minio:9000", "minio s3cr3t", "https://s3cr3t@minio"]
)
@pytest.mark.parametrize("declared", [True, False])
def test_29_an_endpoint_with_a_password_is_refused_and_not_shown(endpoint, declared, monkeypatch):
    if not declared:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    lake = lake_in_bucket("s3://bookings/a", endpoint if declared else "", "", "")
    with pytest.raises(LakeError, match=r"endpoint_url .* must be http\(s\)://host:port") as error:
        lake.read("a")
    assert "s3cr3t" not in str(error.value)
    assert error.value.__cause__ is None
