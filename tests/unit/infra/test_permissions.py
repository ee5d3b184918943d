"""
Least privilege, held to a list: every right in `infra/aws.yaml` is one that is meant, and one that code uses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parents[3]
AUDIO, EXPORTS = "${Audio.Arn}/u/*", "${Exports.Arn}/*"
OBJECTS = ("GetObject", "PutObject", "DeleteObject", "DeleteObjectVersion", "AbortMultipartUpload")
LISTS = ("ListBucket", "ListBucketVersions", "ListBucketMultipartUploads")
ACCOUNTS = (
    "AdminDeleteUser",
    "AdminDisableUser",
    "AdminEnableUser",
    "AdminGetUser",
    "AdminListGroupsForUser",
    "AdminUserGlobalSignOut",
    "DescribeUserPool",
    "ListUsers",
)


def rights(service: str, resource: str, *actions: str) -> set[tuple[str, str]]:
    return {(f"{service}:{action}", resource) for action in actions}


def bucket(name: str, objects: str) -> set[tuple[str, str]]:
    return (
        rights("s3", objects, *OBJECTS)
        | rights("s3", f"{name}.Arn", *LISTS)
        | rights("kms", "Key.Arn", "Decrypt", "GenerateDataKey")
    )


def database(user: str, *servers: str) -> set[tuple[str, str]]:
    place = "arn:${AWS::Partition}:rds-db:${AWS::Region}:${AWS::AccountId}:dbuser"
    return {("rds-db:connect", f"{place}:${{{server}.DbiResourceId}}/{user}") for server in servers}


JOBS = "arn:${AWS::Partition}:transcribe:${AWS::Region}:${AWS::AccountId}:transcription-job/timbre-*"
ALLOWED = {
    "AuthRole": rights("cognito-idp", "UserPool.Arn", *ACCOUNTS)
    | bucket("Exports", EXPORTS)
    | database("auth", "Postgres"),
    "MediaRole": bucket("Audio", AUDIO) | database("media", "Postgres"),
    "MediaWorkerRole": bucket("Audio", AUDIO)
    | rights("sqs", "Events.Arn", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    | rights("transcribe", "*", "StartTranscriptionJob")
    | rights("transcribe", JOBS, "GetTranscriptionJob", "DeleteTranscriptionJob")
    | database("media", "Postgres"),
    "ProfileRole": database("profile", "Postgres", "Replica"),
    "MatchRole": database("match", "Postgres"),
    "OperatorRole": rights(
        "cognito-idp", "UserPool.Arn", "AdminAddUserToGroup", "AdminRemoveUserFromGroup", "ListUsersInGroup"
    )
    | rights(
        "sqs",
        "DeadEvents.Arn",
        "StartMessageMoveTask",
        "ReceiveMessage",
        "DeleteMessage",
        "GetQueueAttributes",
    )
    | rights("sqs", "Events.Arn", "SendMessage")
    | rights("secretsmanager", "Postgres.MasterUserSecret.SecretArn", "GetSecretValue")
    | rights("kms", "Key.Arn", "Decrypt"),
}
WITHOUT_RESOURCE = {"transcribe:StartTranscriptionJob"}
"""AWS knows no resource for these, so `*` is the only one they can have; a condition narrows them."""
ON_OUR_BEHALF = {"kms:Decrypt", "kms:GenerateDataKey"}
"""Made by S3 and Secrets Manager with our rights when we ask them for something encrypted."""
CALLED = {
    "s3:DeleteObjectVersion": "delete_objects",
    "s3:DeleteObject": "delete_objects",
    "s3:ListBucket": "list_objects_v2",
    "s3:PutObject": "(?:put_object|upload_fileobj)",
    "sqs:DeleteMessage": "delete_message_batch",
    "s3:ListBucketVersions": "list_object_versions",
    "s3:ListBucketMultipartUploads": "list_multipart_uploads",
    "rds-db:connect": "generate_db_auth_token",
}
"""What the code calls, where its name is not the action's."""
CODE = {
    "AuthRole": ("services/auth", "services/kit"),
    "MediaRole": ("services/media", "services/kit"),
    "MediaWorkerRole": ("services/media", "services/kit"),
    "ProfileRole": ("services/profile", "services/kit"),
    "MatchRole": ("services/match", "services/kit"),
}


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as its long ones."""


def short_form(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", short_form)  # pyright: ignore[reportUnknownMemberType]  # its stub says nothing
TEMPLATE: dict[str, Any] = yaml.load((ROOT / "infra/aws.yaml").read_text(), Loader)
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
ROLES = {name: each["Properties"] for name, each in RESOURCES.items() if each["Type"] == "AWS::IAM::Role"}


class Statement(NamedTuple):
    actions: list[str]
    resources: list[str]
    condition: dict[str, Any]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]  # YAML


def text(value: Any) -> str:
    """A resource as it is written: `Audio.Arn` for `!GetAtt`, the text of `!Sub`."""
    if isinstance(value, dict):
        (value,) = value.values()  # pyright: ignore[reportUnknownVariableType]  # one of CloudFormation's functions
    return str(value)  # pyright: ignore[reportUnknownArgumentType]


def statements(role: str) -> Iterator[Statement]:
    for policy in ROLES[role]["Policies"]:
        for given in policy["PolicyDocument"]["Statement"]:
            each = given["Fn::If"][1] if "Fn::If" in given else given
            assert each["Effect"] == "Allow"
            resources = [text(resource) for resource in listed(each["Resource"])]
            yield Statement(listed(each["Action"]), resources, each.get("Condition", {}))


def granted(role: str) -> list[tuple[str, str]]:
    return [
        (action, resource)
        for each in statements(role)
        for action in each.actions
        for resource in each.resources
    ]


def test_every_role_is_known() -> None:
    assert set(ROLES) == set(ALLOWED)
    kinds = {each["Type"] for each in RESOURCES.values()}
    assert not kinds & {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"}
    assert not any("ManagedPolicyArns" in role for role in ROLES.values())


@pytest.mark.parametrize("role", sorted(ALLOWED))
def test_a_role_may_do_what_is_meant_and_no_more(role: str) -> None:
    given = granted(role)
    assert set(given) == ALLOWED[role]
    assert len(given) == len(set(given)), "said twice"


@pytest.mark.parametrize("role", sorted(ALLOWED))
def test_nothing_is_granted_on_everything(role: str) -> None:
    for each in statements(role):
        assert not [action for action in each.actions if "*" in action]
        if "*" in each.resources:
            assert set(each.actions) <= WITHOUT_RESOURCE
            assert each.condition, "what cannot be narrowed by resource is narrowed by a condition"


@pytest.mark.parametrize("role", sorted(ALLOWED))
def test_the_key_is_used_through_its_stores_only(role: str) -> None:
    for each in statements(role):
        if any(action.startswith("kms:") for action in each.actions):
            assert "kms:ViaService" in each.condition["StringEquals"]


@pytest.mark.parametrize("role", sorted(CODE))
def test_every_right_is_used_by_code(role: str) -> None:
    source = "".join(path.read_text() for folder in CODE[role] for path in (ROOT / folder).rglob("*.py"))
    for action, _ in granted(role):
        if action not in ON_OUR_BEHALF:
            call = CALLED.get(action) or snake(action.partition(":")[2])
            assert re.search(rf"\b{call}\b", source), f"{action}: nobody calls {call}"


def test_every_right_of_the_operator_is_used_by_the_handbook() -> None:
    handbook = (ROOT / "docs/operations.md").read_text()
    indirect = {
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:SendMessage",
    }  # the move of messages makes them
    for action, _ in granted("OperatorRole"):
        if action not in ON_OUR_BEHALF | indirect:
            assert snake(action.partition(":")[2]).replace("_", "-") in handbook, action


def test_who_may_take_a_role_is_said_by_name() -> None:
    for name, role in ROLES.items():
        trust: dict[str, Any] = role["AssumeRolePolicyDocument"]
        elsewhere: dict[str, Any] = trust["Fn::If"][2] if "Fn::If" in trust else trust
        assert elsewhere["Statement"][0]["Principal"]["AWS"]["Ref"] in {
            "TrustedPrincipal",
            "OperatorPrincipal",
        }
        if name != "OperatorRole":
            fly: str = trust["Fn::If"][1]["Fn::Sub"]
            assert '"${FlyOrganization}:${FlyApp}:*"' in fly
            assert '"sts.amazonaws.com"' in fly


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
