"""
The checks of `doctor.py` for AWS: the bucket, the user pool, the queue, Transcribe. Each asks for something harmless
that needs the very right the service needs, so that a wrong region, name, role or clock shows itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from services.kit.doctor import Check, Trouble, http_time, same_time

_MEANINGS: Final = (
    (
        {"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"},
        "the credentials have expired",
        "renew them; a role needs no renewal",
    ),
    (
        {
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "InvalidToken",
        },
        "AWS does not know these credentials",
        "correct AWS_ROLE_ARN, or the access key and its secret",
    ),
    (
        {"AccessDenied", "AccessDeniedException", "403", "Forbidden"},
        "{what}: the role may not ask for it, or it is somebody else's",
        "correct {variable}, or take the service's role of infra/aws.yaml (AWS_ROLE_ARN)",
    ),
    (
        {"PermanentRedirect", "AuthorizationHeaderMalformed", "301"},
        "{what} is in another region",
        "correct AWS_DEFAULT_REGION",
    ),
    (
        {"NoSuchBucket", "404", "ResourceNotFoundException", "QueueDoesNotExist"}
        | {"AWS.SimpleQueueService.NonExistentQueue"},
        "{what} does not exist in this region",
        "correct {variable} or AWS_DEFAULT_REGION",
    ),
    (
        {"RequestTimeTooSkewed", "RequestExpired"},
        "the clock here is too far off for AWS",
        "set this machine's clock by NTP",
    ),
)
"""What AWS's codes of refusal mean here. All of them last until somebody changes something."""
_NO_SUCH_JOB: Final = {"NotFoundException", "BadRequestException"}


def bucket(variable: str, url: str, endpoint: str) -> Check:
    """Whether the bucket is there, in our region, and ours to list."""
    name = urlsplit(url).netloc

    def ask() -> str:
        s3 = _client("s3", endpoint)
        reply = s3.list_objects_v2(Bucket=name, MaxKeys=1)
        _same_clock(reply)
        headers = s3.head_bucket(Bucket=name)["ResponseMetadata"]["HTTPHeaders"]
        there, here = headers.get("x-amz-bucket-region"), s3.meta.region_name
        if there and here and there != here:
            raise Trouble(
                f"{name} is in {there}, and this is {here}", "correct AWS_DEFAULT_REGION", lasting=True
            )
        return f"bucket {name} can be listed"

    return Check(variable, lambda: _asked(ask, variable, f"bucket {name}"))


def user_pool(variable: str, pool: str, clients: frozenset[str], endpoint: str) -> Check:
    """Whether the user pool is there and ours to read."""

    def ask() -> str:
        reply = _client("cognito-idp", endpoint).describe_user_pool(UserPoolId=pool)
        _same_clock(reply)
        return f"user pool {pool}, {len(clients)} app clients accepted"

    return Check(variable, lambda: _asked(ask, variable, f"user pool {pool}"))


def queue(variable: str, url: str, endpoint: str) -> Check:
    """Whether the queue is there, ours to read, and has somewhere to put what nobody can deal with."""
    name = url.rpartition("/")[2]

    def ask() -> str:
        sqs = _client("sqs", endpoint)
        reply = sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["RedrivePolicy", "ApproximateNumberOfMessages"]
        )
        _same_clock(reply)
        held = reply.get("Attributes", {})
        if "RedrivePolicy" not in held:
            raise Trouble(f"queue {name} has no dead letters", "deploy infra/aws.yaml again", lasting=True)
        return f"queue {name}, {held.get('ApproximateNumberOfMessages', '?')} events waiting"

    return Check(variable, lambda: _asked(ask, variable, f"queue {name}"))


def transcribe(variable: str, region: str, endpoint: str) -> Check:
    """Whether we may ask Amazon Transcribe for jobs; for one that does not exist."""

    def ask() -> str:
        try:
            _client("transcribe", endpoint, region).get_transcription_job(
                TranscriptionJobName="timbre-doctor"
            )
        except ClientError as error:
            if _code(error) not in _NO_SUCH_JOB:
                raise
        return f"Transcribe in {region} may be asked"

    return Check(variable, lambda: _asked(ask, variable, "Transcribe"))


async def _asked(ask: Callable[[], str], variable: str, what: str) -> str:
    try:
        return await asyncio.to_thread(ask)
    except NoCredentialsError:
        fix = "set AWS_ROLE_ARN (on Fly.io), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        raise Trouble("there are no credentials of AWS", fix, lasting=True) from None
    except NoRegionError:
        raise Trouble("there is no region", "set AWS_DEFAULT_REGION", lasting=True) from None
    except ClientError as error:
        _same_clock(error.response)
        raise _trouble(_code(error), variable, what) from None
    except BotoCoreError:
        raise Trouble("AWS cannot be reached", "see region and network", lasting=False) from None


def _trouble(code: str, variable: str, what: str) -> Trouble:
    for codes, said, fix in _MEANINGS:
        if code in codes:
            return Trouble(said.format(what=what), fix.format(variable=variable), lasting=True)
    return Trouble(f"AWS answers {code or 'an error'}", "see AWS's status page", lasting=False)


def _same_clock(reply: Any) -> None:
    headers = reply.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    same_time(http_time(headers.get("date")), "AWS")


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _client(service: str, endpoint: str, region: str | None = None) -> Any:
    config = Config(
        connect_timeout=2,
        read_timeout=4,
        retries={"mode": "standard", "total_max_attempts": 2},
        s3={"addressing_style": "path" if endpoint else "virtual"},
    )
    # A session of its own: the shared one would keep the credentials it found first.
    make = cast("Callable[..., Any]", boto3.Session().client)  # pyright: ignore[reportUnknownMemberType]  # overloads for every AWS service
    return make(service, endpoint_url=endpoint or None, region_name=region, config=config)
