"""What a bucket's refusals and a network's failures mean to those who use the lake."""

from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    InvalidRegionError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from ctml_assets.errors import LakeError

NOT_FOUND, CONFLICT, TAKEN, EMPTY, SERVER_ERROR = 404, 409, 412, 416, 500
_SHOWN_CHARACTERS = 200
_CREDENTIALS = (
    CredentialRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
_ELSEWHERE = frozenset(
    {"301", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint"}
)
_REGION = "name the bucket's own region (region_name, or AWS_DEFAULT_REGION)"
_RIGHTS = "s3:GetObject, s3:PutObject and s3:DeleteObject below the prefix, s3:ListBucket"


@contextmanager
def explained(verb: str, key: str, root: str) -> Iterator[None]:
    """Turn what the client raises into an error that says what to do, and holds no secret.

    Parameters
    ----------
    verb, key, root
        What was to be done with which object (or prefix) of which lake.

    Raises
    ------
    LakeError
        In the place of any error of boto3, botocore or the network.
    """
    try:
        yield
    except (ClientError, BotoCoreError, Boto3Error, OSError) as error:
        cause = refusal(error)
        raise LakeError(
            f"lake: cannot {verb} {key!r} in {root}: {_told(error, cause)}; {_remedy(error, cause)}"
        ) from error


def refusal(error: BaseException) -> ClientError | None:
    """Return what the store said, also if a transfer of many parts wrapped it; None: nothing."""
    for it in (error, error.__context__):
        if isinstance(it, ClientError):
            return it
    return None


def status_of(error: ClientError) -> int:
    """Return the HTTP status of a refusal; 0 if there is none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def code_of(error: ClientError) -> str:
    """Return the store's name of a refusal; the status, if it gave none."""
    return str(error.response.get("Error", {}).get("Code", "") or status_of(error))


def _told(error: BaseException, cause: ClientError | None) -> str:
    if cause is None:
        # Other texts may quote an address or what a credential helper printed.
        return type(error).__name__
    message = str(cause.response.get("Error", {}).get("Message", ""))
    return f"{code_of(cause)} {message[:_SHOWN_CHARACTERS]}".strip()


def _remedy(error: BaseException, cause: ClientError | None) -> str:
    if isinstance(error, _CREDENTIALS):
        return "give this process AWS credentials: AWS_* variables, a profile, or a role"
    if isinstance(error, InvalidRegionError):
        return _REGION
    if cause is None:
        return (
            "check the network and the endpoint (AWS_ENDPOINT_URL), then run again; a write may "
            "have been stored"
        )
    code, status = code_of(cause), status_of(cause)
    if status == NOT_FOUND:
        return "make the bucket, or correct its name in the lake's root"
    if code in _ELSEWHERE:
        return _REGION
    if status in (401, 403) or "Token" in code:
        return f"check credentials and clock, and give them {_RIGHTS} on the bucket"
    if status == CONFLICT:
        return "others write the same key all the time; run again"
    if status < SERVER_ERROR:
        return "the store will not have this request; its manual has the code"
    return "the store is overloaded or failing; run again later, a write may have been stored"
