"""
How services know each other: every call between them carries a token of its own, signed with the caller's
Ed25519 key, good for one callee, one minute and one use, and naming the user it is made for.
"""

from __future__ import annotations

import re
import secrets
import stat
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from jwt.algorithms import OKPAlgorithm

from services.kit import jose
from services.kit.access import Caller, TokenExpired, TokenInvalid, is_user_id, malformed
from services.kit.config import ConfigError
from services.kit.errors import ResourceExhausted

LIFETIME = 60
"""Seconds that a service token lives, at most."""
LEEWAY = 5
"""Seconds that the clocks of two services may differ."""
NOBODY = "-"
"""The acting user of a call that is made for no user."""
TYPE = "timbre-service+jwt"
"""`typ` of a service token."""

_EDDSA = OKPAlgorithm()
_TOKEN_ID = re.compile(r"[0-9A-Za-z_-]{16,64}")


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """This service's private key, and the public keys of all services by name."""

    name: str
    """This service: the name under which the directory lists its public key."""
    private: Ed25519PrivateKey = field(repr=False)
    public: Mapping[str, Ed25519PublicKey]

    @classmethod
    def load(cls, private_pem_path: Path, public_dir: Path) -> Self:
        """
        Read `<service>.pem` files from the directory, once: a new service is known after a restart.

        Raises:
            ConfigError: a file is missing or no Ed25519 PEM, others can read the private key, two services
                share a key, or the private key's public half is not in the directory.
        """
        private = _read_private(private_pem_path)
        public = {path.stem: _read_public(path) for path in sorted(public_dir.glob("*.pem"))}
        names = {key.public_bytes_raw(): name for name, key in public.items()}
        if len(names) != len(public):
            raise ConfigError(f"{public_dir}: two services share a key")
        name = names.get(private.public_key().public_bytes_raw())
        if name is None:
            raise ConfigError(f"{private_pem_path}: its public key is not in {public_dir}")
        return cls(name, private, public)


class ServiceTokens:
    """
    Mints tokens for calls to other services and verifies those of calls from them.

    A token is accepted once: its id is remembered until it has expired. The memory is this process's own, so
    a copy of the service or a restart inside the minute cannot see it; against those, the short life and the
    private network stand. Mint one token for each attempt of a call, retries included.
    """

    algorithm = "EdDSA"

    def __init__(
        self, keys: ServiceKeys, *, clock: Callable[[], float] = time.time, remembered: int = 100_000
    ) -> None:
        """
        Args:
            keys: Whose tokens to mint and to accept.
            clock: Seconds since 1970.
            remembered: How many used tokens to remember; one more within a minute is refused, not forgotten.
        """
        self._keys, self._clock = keys, clock
        self._used: dict[tuple[str, str], float] = {}
        self._remembered = remembered

    def mint(self, audience: str, acting_user: str) -> str:
        """Return a token for one call to the service `audience`, made for the user `acting_user`."""
        now = int(self._clock())
        claims = {
            "iss": self._keys.name,
            "aud": audience,
            "iat": now,
            "exp": now + LIFETIME,
            "jti": secrets.token_urlsafe(16),
            "act": {"sub": acting_user},
        }
        return jose.compose({"alg": self.algorithm, "typ": TYPE}, claims, self._keys.private.sign)

    async def verify(self, token: str) -> Caller:
        """
        Return the calling service and the user it acts for.

        Raises:
            TokenMalformed, TokenExpired, TokenInvalid: it is not a valid service token, or was used before.
            ResourceExhausted: more calls within a minute than can be remembered.
        """
        try:
            jws = jose.parse(token)
            claims = jose.read_claims(jws)
        except jose.Malformed as error:
            raise malformed(error) from None
        if jws.header != jose.Header(self.algorithm, None, TYPE):
            raise TokenInvalid("This is not a service token.")
        issuer = claims.get("iss", "")
        key = self._keys.public.get(issuer)
        if key is None or not _EDDSA.verify(jws.signed, key, jws.signature):
            raise TokenInvalid("The token was not signed by a service that is known here.")
        caller = self._caller(issuer, claims)
        self._use_once(issuer, caller.token_id)
        return caller

    def _caller(self, issuer: str, claims: jose.Claims) -> Caller:
        now = self._clock()
        if claims.get("aud") != self._keys.name:
            raise TokenInvalid("The token is meant for another service.")
        if "iat" not in claims or "exp" not in claims or claims["exp"] - claims["iat"] > LIFETIME:
            raise TokenInvalid("The token lives too long.")
        if claims["iat"] > now + LEEWAY:
            raise TokenInvalid("The token is not valid yet.")
        if claims["exp"] <= now - LEEWAY:
            raise TokenExpired
        user, token_id = claims.get("act", {}).get("sub"), claims.get("jti", "")
        if not is_user_id(user) or not _TOKEN_ID.fullmatch(token_id):
            raise TokenInvalid("The token names no user, or has no id.")
        expires = datetime.fromtimestamp(claims["exp"], UTC)
        return Caller(user_id=user, service=issuer, expires=expires, token_id=token_id)

    def _use_once(self, issuer: str, token_id: str) -> None:
        now = self._clock()
        while self._used and next(iter(self._used.values())) < now:
            del self._used[next(iter(self._used))]
        if (issuer, token_id) in self._used:
            raise TokenInvalid("The token was used before.")
        if len(self._used) >= self._remembered:
            raise ResourceExhausted("Too many calls from other services at once.")
        # No token that is accepted now is good for longer; the same span for all keeps the oldest entry first.
        self._used[issuer, token_id] = now + LIFETIME + 2 * LEEWAY


def _read_private(path: Path) -> Ed25519PrivateKey:
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(f"{path}: others than its owner may use this private key; chmod it to 600")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigError(f"{path}: no readable private key in PEM") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{path}: not an Ed25519 private key")
    return key


def _read_public(path: Path) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm):
        raise ConfigError(f"{path}: no readable public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"{path}: not an Ed25519 public key")
    return key
