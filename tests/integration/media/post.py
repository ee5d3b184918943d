"""A queue of a test's own with news from the emulator, made as `infra/aws.yaml` makes the one of the stack."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.fixtures.stack import Aws

RECEIVES = 3
"""Deliveries until a message goes to the dead letters."""


@dataclass(frozen=True, slots=True)
class Post:
    """The queue and its dead letters."""

    aws: Aws
    url: str
    dead_url: str

    def send(self, *events: Any) -> None:
        """Put messages into the queue: texts as they are, anything else as JSON."""
        sqs = self.aws.emulator.client("sqs")
        for event in events:
            body = event if isinstance(event, str) else json.dumps(event)
            sqs.send_message(QueueUrl=self.url, MessageBody=body)

    def waiting(self) -> int:
        """Messages that are in the queue, also those that somebody has just received."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.aws.emulator.client("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return sum(int(found["Attributes"][name]) for name in names)

    def dead(self) -> list[str]:
        reply = self.aws.emulator.client("sqs").receive_message(
            QueueUrl=self.dead_url, MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [message["Body"] for message in reply.get("Messages", [])]


def arrived(bucket: str, key: str, event_id: str = "") -> dict[str, Any]:
    """An event as S3 sends it by EventBridge."""
    return {
        "version": "0",
        "id": event_id or secrets.token_hex(16),
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "000000000000",
        "time": "2026-11-25T12:00:00Z",
        "region": "eu-west-1",
        "resources": [f"arn:aws:s3:::{bucket}"],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket},
            "object": {"key": key, "size": 3, "etag": "900150983cd24fb0d6963f7d28e17f72", "sequencer": "0"},
            "request-id": "ABCDEFGH12345678",
            "requester": "000000000000",
            "source-ip-address": "127.0.0.1",
            "reason": "PostObject",
        },
    }


def heard(job: str, status: str = "COMPLETED", event_id: str = "") -> dict[str, Any]:
    """An event as Transcribe sends it by EventBridge."""
    return {
        "version": "0",
        "id": event_id or secrets.token_hex(16),
        "detail-type": "Transcribe Job State Change",
        "source": "aws.transcribe",
        "account": "000000000000",
        "time": "2026-11-25T12:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": {"TranscriptionJobName": job, "TranscriptionJobStatus": status},
    }


@contextmanager
def post(aws: Aws, *, visibility: int = 30) -> Iterator[Post]:
    """Make a queue and the rules that fill it, and remove them."""
    sqs, events = aws.emulator.client("sqs"), aws.emulator.client("events")
    name = f"t-{secrets.token_hex(6)}"
    dead_url = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    redrive = {"deadLetterTargetArn": _arn(sqs, dead_url), "maxReceiveCount": str(RECEIVES)}
    attributes = {"VisibilityTimeout": str(visibility), "RedrivePolicy": json.dumps(redrive)}
    url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": _arn(sqs, url),
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    patterns = {
        f"{name}-s3": {"source": ["aws.s3"], "detail": {"bucket": {"name": [aws.resources.bucket]}}},
        f"{name}-transcribe": {"source": ["aws.transcribe"]},
    }
    for rule, pattern in patterns.items():
        events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": _arn(sqs, url)}])
    try:
        yield Post(aws, url, dead_url)
    finally:
        for rule in patterns:
            events.remove_targets(Rule=rule, Ids=["queue"])
            events.delete_rule(Name=rule)
        for made in (url, dead_url):
            sqs.delete_queue(QueueUrl=made)


def _arn(sqs: Any, url: str) -> str:
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def until_empty(post: Post, seconds: float = 60) -> None:
    """Wait until every message was dealt with."""
    deadline = time.monotonic() + seconds
    while post.waiting():
        assert time.monotonic() < deadline, "messages are left in the queue"
        time.sleep(0.05)
