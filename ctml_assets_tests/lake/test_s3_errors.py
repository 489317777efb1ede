import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from ctml_assets.errors import LakeError
from ctml_assets.lake import KeyMissingError
from ctml_assets.lake.s3_errors import explained

ROOT = "s3://bookings/lake"


def refused(code, status, message="said"):
    answer = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "PutObject")


def told(error):
    with pytest.raises(LakeError) as caught, explained("write", "a/b", ROOT):
        raise error
    return str(caught.value)


@pytest.mark.parametrize(
    ("code", "status", "remedy"),
    [
        ("NoSuchBucket", 404, "make the bucket, or correct its name"),
        ("404", 404, "make the bucket, or correct its name"),
        ("AccessDenied", 403, "s3:GetObject, s3:PutObject and s3:DeleteObject below the prefix"),
        ("InvalidAccessKeyId", 403, "check credentials and clock"),
        ("ExpiredToken", 400, "check credentials and clock"),
        ("RequestTimeTooSkewed", 403, "check credentials and clock"),
        ("PermanentRedirect", 301, "name the bucket's own region"),
        ("AuthorizationHeaderMalformed", 400, "name the bucket's own region"),
        ("ConditionalRequestConflict", 409, "run again"),
        ("KeyTooLongError", 400, "will not have this request"),
        ("NotImplemented", 501, "overloaded or failing"),
        ("SlowDown", 503, "overloaded or failing; run again later"),
        ("InternalError", 500, "overloaded or failing; run again later"),
    ],
)
def test_a_refusal_says_what_to_do(code, status, remedy):
    text = told(refused(code, status))
    assert text.startswith(f"lake: cannot write 'a/b' in {ROOT}: {code} said; ")
    assert remedy in text


def test_a_refusal_without_words_shows_its_status():
    assert "in s3://bookings/lake: 503; the store" in told(
        ClientError({"ResponseMetadata": {"HTTPStatusCode": 503}}, "PutObject")
    )


def test_a_long_message_is_cut():
    assert len(told(refused("InternalError", 500, "x" * 10_000))) < 500


def test_a_refused_part_of_a_file_is_told_as_the_refusal():
    def send():
        try:
            raise refused("AccessDenied", 403)
        except ClientError as error:
            raise S3UploadFailedError(f"Failed to upload: {error}")  # noqa: B904 - as boto3 does

    with (
        pytest.raises(LakeError, match="AccessDenied said; check credentials"),
        explained("write", "a", ROOT),
    ):
        send()


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (NoCredentialsError(), "NoCredentialsError; give this process AWS credentials"),
        (
            EndpointConnectionError(endpoint_url="http://user:s3cr3t@minio"),
            "EndpointConnectionError; check the network and the endpoint",
        ),
        (ConnectionResetError(104, "s3cr3t"), "ConnectionResetError; check the network"),
    ],
)
def test_what_the_network_says_is_not_repeated(error, remedy):
    text = told(error)
    assert remedy in text
    assert "s3cr3t" not in text


@pytest.mark.parametrize("error", [KeyMissingError("a"), LakeError("b"), ZeroDivisionError()])
def test_other_errors_pass(error):
    with pytest.raises(type(error)) as caught, explained("read", "a", ROOT):
        raise error
    assert caught.value is error
