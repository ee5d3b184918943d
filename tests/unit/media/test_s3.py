"""The store's address is checked at the start, and its absence is an error that can be retried."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.kit.config import ConfigError
from services.media.adapters.s3 import S3Audio, Upload
from services.media.errors import AudioStoreUnavailable

NOWHERE = "http://127.0.0.1:9"  # discard: nothing listens


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.mark.parametrize("url", ["", "timbre-audio", "s3://", "s3://bucket/folder", "file:///tmp"])
def test_only_a_bucket_is_an_address(url: str) -> None:
    with pytest.raises(ConfigError, match="MEDIA_AUDIO"):
        S3Audio.open(url, NOWHERE)


async def test_a_store_that_is_away_is_unavailable(tmp_path: Path) -> None:
    audio = S3Audio.open("s3://timbre-audio", NOWHERE)
    with pytest.raises(AudioStoreUnavailable):
        await audio.look("u/someone/something")
    with pytest.raises(AudioStoreUnavailable):
        await audio.download("u/someone/something", Upload(1, "tag"), tmp_path / "audio")


async def test_a_ticket_needs_no_store_and_shows_no_secret() -> None:
    audio = S3Audio.open("s3://timbre-audio", NOWHERE)
    ticket = await audio.ticket("u/a/b", content_type="audio/webm;codecs=opus", size_bytes=10)
    assert ticket.url == f"{NOWHERE}/timbre-audio"
    assert ticket.fields["key"] == "u/a/b"
    assert ticket.fields["Content-Type"] == "audio/webm;codecs=opus"
    assert ticket.fields["x-amz-signature"] not in repr(ticket)
