"""
The queue of events, in SQS: received by long polling, deleted once dealt with. What is not deleted comes back
after the queue's visibility timeout, and after too many times goes to the dead letters.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from services.kit.config import ConfigError

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

T = TypeVar("T")

AT_ONCE = 10
"""Messages received together: the most that SQS hands out."""
WAIT_SECONDS = 20
_PATH_PARTS = 3


class QueueUnavailable(Exception):
    """SQS cannot be reached, or refuses."""


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery; `receives` counts the deliveries of the same message so far."""

    id: str
    body: str = field(repr=False)
    receipt: str = field(repr=False)
    receives: int


class EventQueue:
    """One queue. Every method raises `QueueUnavailable` when SQS cannot answer."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._sqs = client
        self._url = url

    @classmethod
    def open(cls, url: str, endpoint: str) -> EventQueue:
        """
        Args:
            url: The queue's URL.
            endpoint: The emulator's address; empty means AWS.
        """
        parts = urlsplit(url)
        plain = parts.scheme == "http" and endpoint
        if not (parts.scheme == "https" or plain) or len(parts.path.split("/")) != _PATH_PARTS:
            raise ConfigError(
                "MEDIA_EVENTS: must be the URL of an SQS queue, https://sqs.REGION.../ACCOUNT/NAME"
            )
        config = Config(
            connect_timeout=2,
            read_timeout=WAIT_SECONDS + 10,
            retries={"mode": "standard", "total_max_attempts": 1},
        )
        client: SQSClient = boto3.client("sqs", endpoint_url=endpoint or None, config=config)  # pyright: ignore[reportUnknownMemberType]  # overloads for every AWS service
        return cls(client, url)

    async def receive(self) -> Sequence[Message]:
        """Wait up to 20 seconds for messages; there may be none."""
        reply = await _detached(
            lambda: self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=AT_ONCE,
                WaitTimeSeconds=WAIT_SECONDS,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        )
        return [
            Message(
                found.get("MessageId", ""),
                found.get("Body", ""),
                found.get("ReceiptHandle", ""),
                int(found.get("Attributes", {}).get("ApproximateReceiveCount", "1")),
            )
            for found in reply.get("Messages", [])
        ]

    async def delete(self, messages: Sequence[Message]) -> None:
        """Let these not come back. One that could not be deleted comes back, which does no harm."""
        if messages:
            entries = [
                {"Id": str(number), "ReceiptHandle": message.receipt}
                for number, message in enumerate(messages)
            ]
            await _detached(lambda: self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries))  # pyright: ignore[reportArgumentType]  # a TypedDict by another name


async def _detached(call: Callable[[], T]) -> T:
    """
    Run a blocking call in a thread that nobody waits for at the end: a process that is told to stop must not
    sit out a long poll.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def tell(settle: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(lambda: None if answer.done() else settle())

    def work() -> None:
        try:
            result = call()
        except (ClientError, BotoCoreError):  # their texts may quote a signed request
            tell(lambda: answer.set_exception(QueueUnavailable()))
        except Exception as error:  # noqa: BLE001 - the caller's, not the thread's
            tell(lambda error=error: answer.set_exception(error))
        else:
            tell(lambda: answer.set_result(result))

    threading.Thread(target=work, daemon=True, name="sqs").start()
    return await answer
