"""A receipt is true for ever, or it is none."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from services.auth.domain import Erasure, Receipt, added
from services.auth.receipt import ReceiptInvalid, ReceiptKey, main, verify
from services.kit.config import ConfigError
from tests.fixtures.tokens import write_service_keys

ERASURE = Erasure(
    id="e" * 43,
    user_sha256=b"\x01" * 32,
    user_id="ada",
    create_time=datetime(2026, 1, 2, 4, 4, 5, tzinfo=timezone(timedelta(hours=1))),
    receipt=None,
)


@pytest.fixture
def key(tmp_path: Path) -> ReceiptKey:
    write_service_keys(tmp_path, ["receipt", "other"])
    return ReceiptKey.load(tmp_path / "private/receipt.pem")


@pytest.fixture
def receipt(key: ReceiptKey) -> Receipt:
    counts = {"media": {"s3.object_versions": 21}, "auth": {"cognito.users": 1}}
    return key.sign(ERASURE, datetime(2026, 1, 2, 3, 4, 6, 5, tzinfo=UTC), counts)


def answer(receipt: Receipt, **changes: Any) -> bytes:
    """What GetErasure says in JSON."""
    written = {
        "payload": receipt.payload,
        "signature": base64.b64encode(receipt.signature).decode(),
        "publicKey": receipt.public_key,
        **changes,
    }
    return json.dumps({"name": ERASURE.name, "state": "STATE_DONE", "receipt": written}).encode()


def test_the_payload_is_canonical(receipt: Receipt) -> None:
    assert receipt.payload == (
        '{"complete_time":"2026-01-02T03:04:06.000005Z",'
        '"counts":{"auth":{"cognito.users":1},"media":{"s3.object_versions":21}},'
        '"create_time":"2026-01-02T03:04:05.000000Z",'
        f'"erasure":"erasures/{"e" * 43}","user_sha256":"{"01" * 32}"}}'
    )


def test_a_receipt_is_verified_with_the_published_key_or_its_own(receipt: Receipt, tmp_path: Path) -> None:
    assert verify(answer(receipt))["user_sha256"] == "01" * 32
    assert verify(answer(receipt), (tmp_path / "public/receipt.pem").read_bytes())


def test_another_key_another_payload_and_another_erasure_are_refused(
    receipt: Receipt, tmp_path: Path
) -> None:
    with pytest.raises(ReceiptInvalid, match="signature"):
        verify(answer(receipt), (tmp_path / "public/other.pem").read_bytes())
    with pytest.raises(ReceiptInvalid, match="signature"):
        verify(answer(receipt, payload=receipt.payload.replace("21", "22")))
    with pytest.raises(ReceiptInvalid, match="another erasure"):
        verify(answer(receipt).replace(b'"name": "erasures/ee', b'"name": "erasures/ff'))


@pytest.mark.parametrize(
    "changes", [{"signature": "?"}, {"publicKey": ""}, {"payload": None}, {"signature": None}]
)
def test_what_is_damaged_is_refused(receipt: Receipt, changes: dict[str, Any]) -> None:
    with pytest.raises(ReceiptInvalid):
        verify(answer(receipt, **changes))


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b'{"receipt": null}', b"\xff"])
def test_what_is_no_answer_is_refused(content: bytes) -> None:
    with pytest.raises(ReceiptInvalid):
        verify(content)


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"counts":{}}', '{"counts":{"media":7}}'])
def test_what_is_signed_but_no_receipt_is_refused(key: ReceiptKey, receipt: Receipt, payload: str) -> None:
    signed = replace(receipt, payload=payload, signature=key.private.sign(payload.encode()))
    with pytest.raises(ReceiptInvalid, match="no receipt"):
        verify(answer(signed))


def test_a_key_of_another_kind_is_refused(receipt: Receipt, tmp_path: Path) -> None:
    rsa = generate_private_key(65537, 2048)
    public = rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(ReceiptInvalid, match="Ed25519"):
        verify(answer(receipt), public)
    private = tmp_path / "rsa.pem"
    private.touch(mode=0o600)
    private.write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ConfigError, match="not an Ed25519 private key"):
        ReceiptKey.load(private)


def test_a_signing_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    write_service_keys(tmp_path, ["receipt"])
    path = tmp_path / "private/receipt.pem"
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod"):
        ReceiptKey.load(path)


def test_the_command_says_how_it_is_used_and_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert main([str(tmp_path / "nothing")]) == 1
    assert "NOT a valid receipt" in capsys.readouterr().err


def test_counts_of_several_steps_add_up() -> None:
    steps = [{"media": {"a": 1, "b": 2}}, {}, {"media": {"a": 3}, "auth": {"c": 0}}]
    assert added(steps) == {"media": {"a": 4, "b": 2}, "auth": {"c": 0}}
