"""Only a queue's URL is accepted, and a queue that is away is unavailable."""

from __future__ import annotations

import pytest

from services.kit.config import ConfigError
from services.media.adapters.sqs import EventQueue, Message, QueueUnavailable

NOWHERE = "http://127.0.0.1:9"  # discard: nothing listens


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("events", NOWHERE),
        ("sqs://events", NOWHERE),
        (f"{NOWHERE}/events", NOWHERE),
        (f"{NOWHERE}/111122223333/events", ""),  # plain text, to AWS
    ],
)
def test_only_a_queues_url_is_an_address(url: str, endpoint: str) -> None:
    with pytest.raises(ConfigError, match="MEDIA_EVENTS"):
        EventQueue.open(url, endpoint)


async def test_a_queue_that_is_away_is_unavailable() -> None:
    queue = EventQueue.open(f"{NOWHERE}/111122223333/events", NOWHERE)
    with pytest.raises(QueueUnavailable):
        await queue.receive()
    with pytest.raises(QueueUnavailable):
        await queue.delete([Message("id", "body", "receipt", 1)])
    await queue.delete([])
