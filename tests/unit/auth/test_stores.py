"""Neighbours that are away are errors that can be retried, and say nothing of whom it was about."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.auth.adapters.cognito import Cognito
from services.auth.adapters.s3 import S3Exports
from services.auth.domain import Export, ExportState
from services.auth.errors import ExportStoreUnavailable, IdentityUnavailable
from services.kit.config import ConfigError

NOWHERE = "http://127.0.0.1:9"  # discard: nothing listens
USER = "11111111-aaaa-4aaa-8aaa-111111111111"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@pytest.fixture
def export() -> Export:
    return Export(
        id=uuid4(),
        user_id=USER,
        state=ExportState.READY,
        size_bytes=1,
        request_ids=(),
        create_time=datetime.now(UTC),
    )


@pytest.mark.parametrize("url", ["", "timbre-exports", "s3://", "s3://bucket/folder", "file:///tmp"])
def test_only_a_bucket_is_an_address(url: str) -> None:
    with pytest.raises(ConfigError, match="AUTH_EXPORTS"):
        S3Exports.open(url, NOWHERE)


async def test_a_store_that_is_away_is_unavailable(export: Export) -> None:
    archives = S3Exports.open("s3://timbre-exports", NOWHERE)
    with pytest.raises(ExportStoreUnavailable):
        await archives.remove(export)
    with pytest.raises(ExportStoreUnavailable):
        await archives.put(export, io.BytesIO(b"x"))


async def test_a_link_needs_no_store_and_its_key_names_nobody(export: Export) -> None:
    link = await S3Exports.open("s3://timbre-exports", NOWHERE).link(export)
    assert USER not in link.url
    assert str(export.id) in link.url
    assert link.url not in repr(link)


async def test_cognito_away_is_unavailable_and_quotes_nobody() -> None:
    cognito = Cognito.open("eu-west-1_pool", NOWHERE)
    for call in (cognito.sign_out, cognito.disable, cognito.enable, cognito.delete, cognito.account):
        with pytest.raises(IdentityUnavailable) as refusal:
            await call(USER)
        assert USER not in str(refusal.value)
