"""The store's address is checked at the start, and its absence is an error that can be retried."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

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
    with pytest.raises(AudioStoreUnavailable), (tmp_path / "audio").open("wb") as file:
        await audio.download("u/someone/something", Upload(1, "tag"), file)
    for call in (audio.put("u/a", b"clip", "audio/mp4"), audio.below("u/a"), audio.remove("u/a")):
        with pytest.raises(AudioStoreUnavailable):
            await call
    with pytest.raises(AudioStoreUnavailable):
        await anext(audio.pieces("u/a"))


async def test_a_ticket_needs_no_store_and_shows_no_secret() -> None:
    audio = S3Audio.open("s3://timbre-audio", NOWHERE)
    ticket = await audio.ticket("u/a/b", content_type="audio/webm;codecs=opus", size_bytes=10)
    assert ticket.url == f"{NOWHERE}/timbre-audio"
    assert ticket.fields["key"] == "u/a/b"
    assert ticket.fields["Content-Type"] == "audio/webm;codecs=opus"
    assert ticket.fields["x-amz-signature"] not in repr(ticket)


async def test_a_link_needs_no_store_and_shows_no_secret() -> None:
    audio = S3Audio.open("s3://timbre-audio", NOWHERE)
    link = await audio.link(
        "u/a/b", content_type="audio/mp4", filename="clip.m4a", lifetime=timedelta(minutes=5)
    )
    asked = parse_qs(urlsplit(link.url).query)
    assert asked["X-Amz-Expires"] == ["300"]
    assert asked["response-content-type"] == ["audio/mp4"]
    assert asked["X-Amz-Signature"][0] not in repr(link)
