"""
Receipts of erasures: signed here, verified by anybody, without Timbre:

    python -m services.auth.receipt ERASURE.json [PUBLIC_KEY.pem]

where ERASURE.json is what GetErasure answered, and PUBLIC_KEY.pem the key that the operator publishes. The
same without our code:

    jq -j .receipt.payload ERASURE.json > payload
    jq -r .receipt.signature ERASURE.json | base64 -d > signature
    openssl pkeyutl -verify -pubin -inkey PUBLIC_KEY.pem -rawin -in payload -sigfile signature
"""

from __future__ import annotations

import base64
import binascii
import json
import stat
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from services.auth.domain import Counts, Erasure, Receipt
from services.kit.config import ConfigError

_FIELDS: Final = {"erasure", "user_sha256", "create_time", "complete_time", "counts"}


class ReceiptInvalid(Exception):
    """This is no receipt of ours; the message says why."""


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """The key that signs receipts. Who has it can make proofs of what never happened."""

    private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """
        Raises:
            ConfigError: it is not an Ed25519 private key in PEM that only its owner can read.
        """
        try:
            if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ConfigError(f"{path}: others than its owner may use this private key; chmod it to 600")
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            raise ConfigError(f"{path}: no readable private key in PEM") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigError(f"{path}: not an Ed25519 private key")
        return cls(key)

    def sign(self, erasure: Erasure, complete_time: datetime, counts: Counts) -> Receipt:
        """Prove that everything of the user is gone, and what that was."""
        payload = canonical(
            {
                "erasure": erasure.name,
                "user_sha256": erasure.user_sha256.hex(),
                "create_time": _rfc3339(erasure.create_time),
                "complete_time": _rfc3339(complete_time),
                "counts": counts,
            }
        )
        public = self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return Receipt(payload, self.private.sign(payload.encode()), public.decode())


def canonical(content: object) -> str:
    """JSON in the one form that is signed: sorted keys, no spaces."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def _rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def verify(erasure: bytes, public_key: bytes | None = None) -> dict[str, Any]:
    """
    Check what GetErasure answered, as JSON, and return what the receipt says.

    Args:
        erasure: The answer.
        public_key: The key to trust, in PEM; without it the receipt's own is taken, which proves no more
            than that the receipt was not changed since.

    Raises:
        ReceiptInvalid: it is no answer, has no receipt, or the signature is not of this key and payload.
    """
    try:
        answer = json.loads(erasure)
        receipt = answer["receipt"]
        payload: bytes = receipt["payload"].encode()
        signature = base64.b64decode(receipt["signature"], validate=True)
        key = load_pem_public_key(public_key or receipt["publicKey"].encode())
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error, UnsupportedAlgorithm):
        raise ReceiptInvalid("there is no receipt in it, or no readable key for it") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ReceiptInvalid("the key is not an Ed25519 key")
    try:
        key.verify(signature, payload)
    except InvalidSignature:
        raise ReceiptInvalid("the signature is not of this key and payload") from None
    said = _read(payload)
    if said["erasure"] != answer.get("name"):
        raise ReceiptInvalid("the receipt is of another erasure")
    return said


def _read(payload: bytes) -> dict[str, Any]:
    # Whoever brings a key of their own can sign anything.
    try:
        said: dict[str, Any] = json.loads(payload)
        counts = [count for kinds in said["counts"].values() for count in kinds.values()]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ReceiptInvalid("what was signed is no receipt") from None
    if set(said) != _FIELDS or not all(isinstance(count, int) for count in counts):
        raise ReceiptInvalid("what was signed is no receipt")
    return said


def main(arguments: list[str]) -> int:
    """Verify a file. 0: it is a receipt; 1: it is not; 2: that was no question."""
    if len(arguments) not in (1, 2):
        sys.stderr.write("usage: python -m services.auth.receipt ERASURE.json [PUBLIC_KEY.pem]\n")
        return 2
    try:
        contents = [Path(argument).read_bytes() for argument in arguments]
        said = verify(*contents)
    except (ReceiptInvalid, OSError) as error:
        sys.stderr.write(f"NOT a valid receipt: {error}\n")
        return 1
    removed = sum(count for kinds in said["counts"].values() for count in kinds.values())
    sys.stdout.write(
        f"Valid receipt of {said['erasure']}\n"
        f"  user (SHA-256 of the id)  {said['user_sha256']}\n"
        f"  asked for                 {said['create_time']}\n"
        f"  completed                 {said['complete_time']}\n"
        f"  removed                   {removed} items\n"
    )
    if len(contents) == 1:
        sys.stdout.write(
            "Checked with the receipt's own key: compare it with the one the operator publishes.\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
