"""
The roles of `infra/aws.yaml`, taken at the emulator, which holds callers to their policies as AWS does: each may
do what its service does, and nothing that another's does. (`tests/unit/infra` compares every statement.)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from tests.fixtures.stack import Aws

Client = Callable[[str], Any]


@pytest.fixture
def as_role(aws: Aws) -> Callable[[str], Client]:
    """`as_role("Media")("s3")` is a client with the rights of MediaRole."""
    stack = aws.emulator.client("cloudformation").describe_stacks(StackName="timbre")["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def take(role: str) -> Client:
        taken = aws.emulator.client("sts").assume_role(
            RoleArn=outputs[f"{role}RoleArn"], RoleSessionName="tests"
        )["Credentials"]

        def client(service: Any) -> Any:
            return boto3.client(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
                service,
                endpoint_url=aws.emulator.endpoint,
                region_name=aws.resources.region,
                aws_access_key_id=taken["AccessKeyId"],
                aws_secret_access_key=taken["SecretAccessKey"],
                aws_session_token=taken["SessionToken"],
            )

        return client

    return take


def refused(call: Callable[..., Any], **arguments: Any) -> bool:
    """Whether the call is refused for want of a right."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response.get("Error", {}).get("Code") in {
        "AccessDenied",
        "AccessDeniedException",
        "403",
    }


def test_media_reaches_audio_and_nothing_else(aws: Aws, as_role: Callable[[str], Client]) -> None:
    media, bucket, key = as_role("Media"), aws.resources.bucket, f"u/{secrets.token_hex(8)}"
    media("s3").put_object(Bucket=bucket, Key=key, Body=b"OggS")
    assert media("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == b"OggS"
    media("s3").delete_object(Bucket=bucket, Key=key)
    assert media("s3").list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"] == 0
    assert refused(media("s3").put_object, Bucket=bucket, Key="elsewhere", Body=b"")
    assert refused(media("s3").list_objects_v2, Bucket=aws.resources.exports)
    assert refused(media("cognito-idp").list_users, UserPoolId=aws.resources.user_pool)
    assert refused(media("sqs").receive_message, QueueUrl=aws.resources.events_queue)


async def test_a_ticket_carries_the_rights_of_the_role(aws: Aws, as_role: Callable[[str], Client]) -> None:
    for key, status in ((f"u/{secrets.token_hex(8)}", 204), ("elsewhere", 403)):
        post = as_role("Media")("s3").generate_presigned_post(aws.resources.bucket, key)
        async with httpx.AsyncClient() as client:
            reply = await client.post(post["url"], data=post["fields"], files={"file": ("take", b"OggS")})
        assert reply.status_code == status


def test_the_worker_takes_events_and_touches_no_account(aws: Aws, as_role: Callable[[str], Client]) -> None:
    worker = as_role("MediaWorker")
    worker("sqs").get_queue_attributes(QueueUrl=aws.resources.events_queue, AttributeNames=["All"])
    assert refused(worker("sqs").receive_message, QueueUrl=aws.resources.dead_events_queue)
    assert refused(worker("cognito-idp").list_users, UserPoolId=aws.resources.user_pool)


def test_auth_reaches_accounts_and_archives_and_no_audio(aws: Aws, as_role: Callable[[str], Client]) -> None:
    auth = as_role("Auth")
    auth("cognito-idp").list_users(UserPoolId=aws.resources.user_pool, Limit=1)
    auth("s3").put_object(Bucket=aws.resources.exports, Key="somebody/archive.zip", Body=b"PK")
    assert refused(auth("s3").list_objects_v2, Bucket=aws.resources.bucket)
    assert refused(
        auth("cognito-idp").admin_add_user_to_group,
        UserPoolId=aws.resources.user_pool,
        Username="somebody",
        GroupName="moderators",
    )


def test_the_operator_hears_nobody(aws: Aws, as_role: Callable[[str], Client]) -> None:
    operator = as_role("Operator")
    members = operator("cognito-idp").list_users_in_group(
        UserPoolId=aws.resources.user_pool, GroupName="moderators"
    )
    assert isinstance(members["Users"], list)
    operator("sqs").get_queue_attributes(QueueUrl=aws.resources.dead_events_queue, AttributeNames=["All"])
    for bucket in (aws.resources.bucket, aws.resources.exports):
        assert refused(operator("s3").list_objects_v2, Bucket=bucket)


def test_nothing_is_stored_under_another_encryption(aws: Aws, as_role: Callable[[str], Client]) -> None:
    # That another key of KMS is refused too is in the policy, but the emulator does not read that condition.
    for role, bucket in (("Media", aws.resources.bucket), ("Auth", aws.resources.exports)):
        put = as_role(role)("s3").put_object
        assert refused(put, Bucket=bucket, Key="u/x", Body=b"", ServerSideEncryption="AES256")
