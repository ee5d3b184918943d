"""What `infra/aws.yaml` promises about what lies still: encrypted, private, kept and removed in time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as plain text: `!Ref X` is "X"."""


def plain(loader: Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node, deep=True)


Loader.add_multi_constructor("!", plain)  # pyright: ignore[reportUnknownMemberType]  # its stub says nothing
TEMPLATE: dict[str, Any] = yaml.load((ROOT / "infra/aws.yaml").read_text(), Loader)
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
BUCKETS = [name for name, each in RESOURCES.items() if each["Type"] == "AWS::S3::Bucket"]


def properties(name: str) -> dict[str, Any]:
    return RESOURCES[name]["Properties"]


def test_the_linter_has_nothing_to_say() -> None:
    lint = Path(sys.executable).with_name("cfn-lint")
    result = subprocess.run([lint, "infra/aws.yaml"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_private_and_encrypted_with_our_key(name: str) -> None:
    bucket = properties(name)
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "Key.Arn"}
    (owner,) = bucket["OwnershipControls"]["Rules"]
    assert owner["ObjectOwnership"] == "BucketOwnerEnforced"


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_refuses_plain_http_old_tls_and_other_keys(name: str) -> None:
    given: list[Any] = properties(f"{name}Policy")["PolicyDocument"]["Statement"]
    policy: list[dict[str, Any]] = [part[1] if isinstance(part, list) else part for part in given]
    assert {each["Sid"]: next(iter(each["Condition"])) for each in policy} == {
        "TlsOnly": "Bool",
        "ModernTlsOnly": "NumericLessThan",
        "KmsOnly": "Null",
        "OurKeyOnly": "Null",
    }
    for each in policy:
        assert (each["Effect"], each["Principal"]) == ("Deny", "*")


@pytest.mark.parametrize("name", BUCKETS)
def test_what_is_deleted_or_given_up_is_gone_within_a_day(name: str) -> None:
    rules = properties(name)["LifecycleConfiguration"]["Rules"]
    assert {"DaysAfterInitiation": 1} in [rule.get("AbortIncompleteMultipartUpload") for rule in rules]
    assert {"NoncurrentDays": 1} in [rule.get("NoncurrentVersionExpiration") for rule in rules]
    assert "VersioningConfiguration" not in properties(name)


def test_the_database_is_encrypted_kept_and_reached_by_tls_only() -> None:
    server = properties("Postgres")
    settings = properties("DatabaseSettings")["Parameters"]
    assert settings["rds.force_ssl"] == "1"
    assert server["DBParameterGroupName"] == "DatabaseSettings"
    assert properties("Replica")["DBParameterGroupName"] == "DatabaseSettings"
    for name in ("StorageEncrypted", "DeletionProtection", "EnableIAMDatabaseAuthentication"):
        assert server[name] is True
    assert server["ManageMasterUserPassword"] is True
    assert "MasterUserPassword" not in server
    assert RESOURCES["Postgres"]["DeletionPolicy"] == "Snapshot"
    assert server["KmsKeyId"] == "Key.Arn"


def test_the_database_logs_nothing_that_people_said() -> None:
    settings = properties("DatabaseSettings")["Parameters"]
    assert settings["log_error_verbosity"] == "terse"
    assert settings["log_min_error_statement"] == "panic"
    assert settings["log_statement"] == "none"
    assert settings["log_min_duration_statement"] == "-1"


def test_a_second_factor_is_offered_and_a_new_address_proven_first() -> None:
    pool = properties("UserPool")
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])
    assert pool["AutoVerifiedAttributes"] == ["email"]
    assert pool["UserAttributeUpdateSettings"]["AttributesRequireVerificationBeforeUpdate"] == ["email"]


def test_secrets_are_never_shown_and_other_ways_to_sign_in_are_off() -> None:
    for name, parameter in TEMPLATE["Parameters"].items():
        assert parameter.get("NoEcho", False) is name.endswith("Secret"), name
    for name in ("GoogleClientId", "OidcIssuer", "FlyOrganization", "TrustedPrincipal", "OperatorPrincipal"):
        assert TEMPLATE["Parameters"][name]["Default"] == ""
    providers = properties("WebClient")["SupportedIdentityProviders"]
    assert providers == [
        "COGNITO",
        ["HasGoogle", "Google", "AWS::NoValue"],
        ["HasOidc", "Oidc", "AWS::NoValue"],
    ]


def test_only_our_rules_put_events_into_the_queue() -> None:
    allow, deny = properties("EventsPolicy")["PolicyDocument"]["Statement"]
    assert allow["Condition"]["ArnEquals"]["aws:SourceArn"] == ["AudioArrived.Arn", "JobEnded.Arn"]
    assert deny[1]["Effect"] == "Deny"
    assert properties("Events")["RedrivePolicy"] == {
        "deadLetterTargetArn": "DeadEvents.Arn",
        "maxReceiveCount": 5,
    }


def test_every_log_group_forgets_and_every_alarm_says_what_to_do() -> None:
    for each in RESOURCES.values():
        if each["Type"] == "AWS::Logs::LogGroup":
            assert each["Properties"]["RetentionInDays"] <= 30
        if each["Type"] == "AWS::CloudWatch::Alarm":
            assert len(each["Properties"]["AlarmDescription"]) > 40
            assert each["Condition"].endswith("Alarms")


def test_what_people_own_outlives_the_stack() -> None:
    for name in ("UserPool", "Audio", "Key"):
        assert RESOURCES[name]["DeletionPolicy"] == "Retain"
        assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain"
