"""
Deploys `infra/aws.yaml` to the emulator, as an operator deploys it to AWS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError
from types_boto3_cloudformation import CloudFormationClient
from types_boto3_cloudformation.literals import CapabilityType
from types_boto3_cloudformation.type_defs import ParameterTypeDef, WaiterConfigTypeDef

from local.emulator import Emulator
from local.setup import ROOT

STACK = "timbre"
_ROOT = "arn:aws:iam::000000000000:root"
_TEMPLATE = ROOT / "infra/aws.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the stack made, by its outputs."""

    region: str
    user_pool: str
    client: str
    issuer: str
    jwks: str
    sign_in_domain: str
    bucket: str
    exports: str
    events_queue: str
    dead_events_queue: str


def deploy(emulator: Emulator, origins: Sequence[str]) -> Resources:
    """
    Create the stack or bring it up to date, and wait; nothing to change is success too.

    Args:
        origins: Where the web page is served from: may upload, and may receive people who signed in.

    Raises:
        botocore.exceptions.WaiterError: a resource could not be made.
    """
    client: CloudFormationClient = emulator.client("cloudformation")
    template, parameters = _TEMPLATE.read_text(), _parameters(origins)
    wait: WaiterConfigTypeDef = {"Delay": 1, "MaxAttempts": 60}
    may: list[CapabilityType] = ["CAPABILITY_IAM"]
    try:
        client.create_stack(StackName=STACK, TemplateBody=template, Parameters=parameters, Capabilities=may)
        client.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig=wait)
    except client.exceptions.AlreadyExistsException:
        try:
            client.update_stack(
                StackName=STACK, TemplateBody=template, Parameters=parameters, Capabilities=may
            )
            client.get_waiter("stack_update_complete").wait(StackName=STACK, WaiterConfig=wait)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
    return _resources(client, emulator)


def _parameters(origins: Sequence[str]) -> list[ParameterTypeDef]:
    values = {
        "WebOrigins": ",".join(origins),
        "CallbackUrls": ",".join(f"{origin}/signed-in" for origin in origins),
        "LogoutUrls": ",".join(f"{origin}/" for origin in origins),
        "DomainPrefix": "timbre-local",
        "PasswordSignIn": "true",
        "RequireTls": "false",
        # Our own PostgreSQL is used instead, and nobody is to be woken.
        "Database": "false",
        "Alarms": "false",
        # The roles are made, so that tests can take them; the services here are root.
        "TrustedPrincipal": _ROOT,
        "OperatorPrincipal": _ROOT,
    }
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def _resources(client: CloudFormationClient, emulator: Emulator) -> Resources:
    stack = client.describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {
        output.get("OutputKey", ""): output.get("OutputValue", "") for output in stack.get("Outputs", [])
    }
    return Resources(
        region=outputs["Region"],
        user_pool=outputs["UserPoolId"],
        client=outputs["ClientId"],
        issuer=outputs["Issuer"],
        jwks=emulator.jwks(outputs["UserPoolId"]),
        sign_in_domain=outputs["SignInDomain"],
        bucket=outputs["AudioBucket"],
        exports=outputs["ExportsBucket"],
        events_queue=outputs["EventsQueueUrl"],
        dead_events_queue=outputs["DeadEventsQueueUrl"],
    )
