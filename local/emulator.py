"""
The AWS emulator as a child process, and how to reach it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3

from local.child import Child
from local.health import http_answers
from local.setup import EMULATOR_PYTHON

REGION = "eu-west-1"
_SERVICES = "s3,cognito-idp,sqs,events,transcribe,cloudformation,sts,iam,kms"


@dataclass(frozen=True)
class Emulator:
    """An emulator on 127.0.0.1:`port` that keeps its state in the folder `state`."""

    port: int
    state: Path
    access_key: str
    secret_key: str = field(repr=False)
    """The root credentials that it accepts; without them it refuses, as AWS does."""
    hears: bool = False
    """Whether Transcribe writes down what is really said, by the bundled model, and not always the same words."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def identity(self) -> str:
        """What this emulator is asked for by, and no other on the same port answers to."""
        return sha256(f"{self.access_key}\n{self.secret_key}\n{self.state.resolve()}".encode()).hexdigest()

    @cached_property
    def credentials(self) -> dict[str, str]:
        """The AWS_* variables with which a process reaches it."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": REGION,
            # Nothing on this machine may ask the cloud's metadata address or read the user's own account.
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def jwks(self, user_pool: str) -> str:
        """Where the pool's keys are. Its tokens name the issuer on AWS; only the keys are served here."""
        return f"{self.endpoint}/{user_pool}/.well-known/jwks.json"

    def child(self) -> Child:
        """Describe the process. Makes the state folder."""
        scratch = self.state / "tmp"
        for folder in (self.state, scratch):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Child(
            name="emulator",
            argv=[str(EMULATOR_PYTHON), "-I", str(Path(__file__).with_name("emulator_main.py"))],
            env={**self.credentials, **self._settings(scratch), **self._ears()},
            healthy=self.healthy,
        )

    def _settings(self, scratch: Path) -> dict[str, str]:
        return {
            "AUTH": "true",  # checks signatures, policies and codes; without it everything is allowed
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "SERVICES": _SERVICES,
            "IOT_MTLS_ENABLED": "0",  # otherwise a second listener, on every interface
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.state.resolve()),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str((self.state / "s3").resolve()),
            "TMPDIR": str(scratch.resolve()),
            "DOCKER_HOST": "unix:///nonexistent",  # it would look for containers to remove
            "EMULATOR_IDENTITY": self.identity,
            "LOG_LEVEL": "WARNING",  # below that it writes addresses of people and presigned URLs
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _ears(self) -> dict[str, str]:
        return {"EMULATED_SPEECH": sys.executable, "HF_HUB_OFFLINE": "1"} if self.hears else {}

    async def healthy(self) -> bool:
        """Whether this emulator answers. Another one, which came first to the port, does not count."""
        return await http_answers(f"{self.endpoint}/_ministack/ready?{self.identity}")

    def client(self, service: str) -> Any:
        """Open a boto3 client of the AWS service `service`, as root."""
        return boto3.client(  # pyright: ignore[reportUnknownMemberType, reportCallIssue, reportUnknownVariableType]  # the stubs know a few services by literal name
            service,  # pyright: ignore[reportArgumentType]  # as above
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
        )
