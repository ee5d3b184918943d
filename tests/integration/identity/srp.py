"""
The client's side of USER_SRP_AUTH, so that a password is proven and never sent: SRP-6a as in RFC 5054 section 2.5 over
the 3072-bit group of RFC 3526 section 4 with generator 2 and SHA-256, the key derived by HKDF (RFC 5869). What Cognito
adds, and AWS publishes only as code (amazon-cognito-identity-js): numbers are hashed as signed big-endian integers, the
password is mixed with the pool's name and the user's id, and a MAC over both, the secret block and a time is the proof.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient
    from types_boto3_cognito_idp.type_defs import (
        AuthenticationResultTypeTypeDef,
        InitiateAuthResponseTypeDef,
    )

# RFC 3526 gives the prime as a formula: 2^3072 - 2^3008 - 1 + 2^64 * ([2^2942 pi] + 1690314).
G = 2
_INFO = b"Caldera Derived Key"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _pi(bits: int) -> int:
    """The integer part of pi * 2^bits, by Machin's formula."""
    guard = 64
    one = 1 << (bits + guard)

    def arctan_inverse(x: int) -> int:
        power = total = one // x
        divisor, sign = 3, -1
        while power:
            power //= x * x
            total += sign * (power // divisor)
            divisor, sign = divisor + 2, -sign
        return total

    return (4 * (4 * arctan_inverse(5) - arctan_inverse(239))) >> guard


N = 2**3072 - 2**3008 - 1 + 2**64 * (_pi(2942) + 1690314)


def _bytes(number: int) -> bytes:
    # As Java writes a positive BigInteger: a leading zero byte where the highest bit would mean a sign.
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


K = _number(_hash(_bytes(N), _bytes(G)))


def timestamp(now: datetime | None = None) -> str:
    """The time as Cognito wants it, in English whatever the machine speaks: `Tue Mar 3 08:05:09 UTC 2026`."""
    now = now or datetime.now(UTC)
    return f"{_WEEKDAYS[now.weekday()]} {_MONTHS[now.month - 1]} {now.day} {now:%H:%M:%S} UTC {now.year}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt; its secret `a` is new each time."""

    pool: str
    client: str
    a: int = field(default_factory=lambda: secrets.randbits(256), repr=False)

    @property
    def public(self) -> int:
        return pow(G, self.a, N)

    def begin(self, cognito: CognitoIdentityProviderClient, email: str) -> InitiateAuthResponseTypeDef:
        return cognito.initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_SRP_AUTH",
            AuthParameters={"USERNAME": email, "SRP_A": f"{self.public:x}"},
        )

    def answer(self, challenge: dict[str, str], password: str, at: str) -> dict[str, str]:
        """What proves the password to who has sent this challenge."""
        user, block = challenge["USER_ID_FOR_SRP"], base64.b64decode(challenge["SECRET_BLOCK"])
        pool = self.pool.partition("_")[2]
        key = self._key(challenge, pool + user, password)
        proof = hmac.digest(key, (pool + user).encode() + block + at.encode(), "sha256")
        return {
            "USERNAME": user,
            "TIMESTAMP": at,
            "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(proof).decode(),
        }

    def _key(self, challenge: dict[str, str], identity: str, password: str) -> bytes:
        b, salt = int(challenge["SRP_B"], 16), int(challenge["SALT"], 16)
        assert b % N, "a server that sends zero knows the session's key beforehand"
        u = _number(_hash(_bytes(self.public), _bytes(b)))
        x = _number(_hash(_bytes(salt), _hash(f"{identity}:{password}".encode())))
        s = pow((b - K * pow(G, x, N)) % N, self.a + u * x, N)
        extracted = hmac.digest(_bytes(u), _bytes(s), "sha256")
        return hmac.digest(extracted, _INFO + b"\x01", "sha256")[:16]


def sign_in(
    cognito: CognitoIdentityProviderClient, pool: str, client: str, email: str, password: str
) -> AuthenticationResultTypeTypeDef:
    """
    Sign in without sending the password.

    Raises:
        botocore.exceptions.ClientError: as Cognito refuses.
    """
    exchange = Exchange(pool, client)
    begun = exchange.begin(cognito, email)
    assert begun.get("ChallengeName") == "PASSWORD_VERIFIER"
    challenge = begun.get("ChallengeParameters", {})
    reply = cognito.respond_to_auth_challenge(
        ClientId=client,
        ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses=exchange.answer(challenge, password, timestamp()),
    )
    return reply.get("AuthenticationResult", {})
