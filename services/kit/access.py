"""
Who is calling. A user's token is verified in three stages: structure (`jose`), signature by a key of the issuer
(`jwks`), claims. The gatekeeper hands each token to the one verifier for its algorithm.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from services.kit import jose
from services.kit.errors import Unauthenticated
from services.kit.jwks import Jwks
from services.kit.revocations import AccountErased, Revocations

MAX_LEEWAY = 60.0
"""Seconds that clocks may differ."""

_USER_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")


class TokenMissing(Unauthenticated):
    """An access token is required: send `authorization: Bearer <token>`."""

    reason = "TOKEN_MISSING"


class TokenMalformed(Unauthenticated):
    """The authorization header does not hold a well-formed token."""

    reason = "TOKEN_MALFORMED"


class TokenExpired(Unauthenticated):
    """The token has expired; sign in again."""

    reason = "TOKEN_EXPIRED"


class TokenInvalid(Unauthenticated):
    """The token is not valid here."""

    reason = "TOKEN_INVALID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who a verified token speaks for."""

    user_id: str
    """The user's Cognito `sub`: the caller, or the user on whose behalf a service calls."""
    service: str | None = None
    """The calling service; `None` when the user calls."""
    groups: frozenset[str] = frozenset()
    """The user's Cognito groups; empty when a service calls."""
    client_id: str | None = None
    """The app client the user signed in with; `None` when a service calls."""
    expires: datetime
    """When the token ends, in UTC."""
    token_id: str = ""
    """The token's `jti`."""


class Verifier(Protocol):
    """Turns the tokens of one algorithm into callers."""

    @property
    def algorithm(self) -> str: ...

    async def verify(self, token: str) -> Caller:
        """Return the caller or raise `Unauthenticated`."""
        ...


class Gatekeeper:
    """
    Finds out who calls from a call's metadata.

    The token's algorithm alone picks the verifier, and each verifier again accepts only its own: a user's
    token can never be taken for a service's, nor the other way round.
    """

    def __init__(self, *verifiers: Verifier, revocations: Revocations | None = None) -> None:
        self._verifiers = {verifier.algorithm: verifier for verifier in verifiers}
        self._revocations = revocations or Revocations.none()

    async def authenticate(
        self, metadata: Iterable[tuple[str, str | bytes]] | None, *, erased_too: bool = False
    ) -> Caller:
        """
        Return the caller.

        Args:
            metadata: Of the call.
            erased_too: Let in who is erased, and services that act for them.

        Raises:
            Unauthenticated: there is no token, or it is not valid, or its user is not let in any more.
            KeysUnavailable: its signature cannot be checked right now.
        """
        try:
            caller = await self._verified(metadata)
        except AccountErased as refusal:
            if erased_too and refusal.caller:
                return refusal.caller
            raise
        # A service may act for a user who has no token any more, but not for one who is gone.
        if caller.service and not erased_too and self._revocations.is_erased(caller.user_id):
            raise AccountErased
        return caller

    async def _verified(self, metadata: Iterable[tuple[str, str | bytes]] | None) -> Caller:
        token = bearer(metadata)
        try:
            algorithm = jose.read_header(token.partition(".")[0]).algorithm
        except jose.Malformed as error:
            raise malformed(error) from None
        verifier = self._verifiers.get(algorithm)
        if verifier is None:
            raise TokenInvalid("The token is signed with an algorithm that is not accepted.")
        return await verifier.verify(token)


def bearer(metadata: Iterable[tuple[str, str | bytes]] | None) -> str:
    """
    Return the token of the one `authorization: Bearer <token>` entry.

    Raises:
        TokenMissing: there is no such entry.
        TokenMalformed: there are several, or it is not a bearer token.
    """
    values = [value for name, value in metadata or () if name.lower() == "authorization"]
    if not values:
        raise TokenMissing
    if len(values) > 1:
        raise TokenMalformed("There is more than one authorization header.")
    value = values[0]
    scheme, _, token = value.partition(" ") if isinstance(value, str) else ("", "", "")
    if scheme.lower() != "bearer" or not token:
        raise TokenMalformed
    return token


def malformed(error: jose.Malformed) -> TokenMalformed:
    return TokenMalformed(f"The token is malformed: {error}.")


def is_user_id(value: object) -> bool:
    """Whether this can be a user's id: a UUID or the like, and nothing that needs escaping anywhere."""
    return isinstance(value, str) and _USER_ID.fullmatch(value) is not None


def _anybody(_claims: jose.Claims) -> None:
    """Let everybody in who has a valid token."""


@dataclass(frozen=True, slots=True)
class _Verified:
    caller: Caller
    claims: jose.Claims
    kid: str
    key: RSAPublicKey


class AccessTokens:
    """
    Verifies Cognito access tokens.

    A verdict is remembered under the token's hash. It holds only while the key that it rests on is one of the
    issuer's; expiry and revocation are checked at every use.
    """

    algorithm = "RS256"

    def __init__(
        self,
        issuer: str,
        clients: frozenset[str],
        keys: Jwks,
        *,
        clock: Callable[[], float] = time.time,
        leeway: float = 30.0,
        check: Callable[[jose.Claims], None] = _anybody,
        remembered: int = 10_000,
    ) -> None:
        """
        Args:
            issuer: The only accepted `iss`, compared character by character.
            clients: The app clients whose tokens are accepted (Cognito access tokens have no `aud`).
            keys: The issuer's keys, already entered.
            clock: Seconds since 1970.
            leeway: Seconds that the issuer's clock may differ from ours, at most 60.
            check: Raises when these claims were revoked since they were issued; called at every use.
            remembered: How many verdicts to keep.
        """
        if not issuer or not clients or "" in clients:
            raise ValueError("access tokens need an issuer and at least one client")
        if not 0 <= leeway <= MAX_LEEWAY:
            raise ValueError("the leeway must be between 0 and 60 seconds")
        self._issuer, self._clients, self._keys = issuer, clients, keys
        self._clock, self._leeway, self._check = clock, leeway, check
        self._verdicts: OrderedDict[bytes, _Verified] = OrderedDict()
        self._remembered = remembered

    async def verify(self, token: str) -> Caller:
        """
        Return the user this token was issued to.

        Raises:
            TokenMalformed, TokenExpired, TokenInvalid: it is not a valid access token.
            Unauthenticated: it is, but was revoked; `caller` says whose it is.
            KeysUnavailable: its key is not known and cannot be fetched right now.
        """
        digest = sha256(token.encode(errors="replace")).digest()
        verdict = self._verdicts.get(digest)
        if verdict is None or self._keys.known(verdict.kid) is not verdict.key:
            verdict = await self._judge(token)
            self._verdicts[digest] = verdict
            if len(self._verdicts) > self._remembered:
                self._verdicts.popitem(last=False)
        self._verdicts.move_to_end(digest)
        if verdict.claims["exp"] <= self._clock() - self._leeway:
            raise TokenExpired
        try:
            self._check(verdict.claims)
        except Unauthenticated as refusal:
            refusal.caller = verdict.caller
            raise
        return verdict.caller

    async def _judge(self, token: str) -> _Verified:
        try:
            jws = jose.parse(token)
            claims = jose.read_claims(jws)
        except jose.Malformed as error:
            raise malformed(error) from None
        if claims.get("iss") != self._issuer:
            # Before any key: another issuer's tokens shall not make us fetch ours, and whoever mixes up two
            # systems is told so.
            raise TokenInvalid("The token comes from another issuer.")
        kid = jws.header.kid
        key = (self._keys.known(kid) or await self._keys.find(kid)) if kid else None
        if kid is None or key is None or not jose.is_signed_by(key, jws):
            raise TokenInvalid("The token was not signed by the issuer.")
        return _Verified(self._caller(claims), claims, kid, key)

    def _caller(self, claims: jose.Claims) -> Caller:
        latest = self._clock() + self._leeway
        if claims.get("token_use") != "access":
            raise TokenInvalid("This is not an access token; ID tokens are not accepted.")
        if claims.get("client_id") not in self._clients:
            raise TokenInvalid("The token was issued to another app.")
        if "exp" not in claims:
            raise TokenInvalid("The token never expires.")
        if claims.get("nbf", 0) > latest or claims.get("iat", 0) > latest:
            raise TokenInvalid("The token is not valid yet.")
        if not is_user_id(claims.get("sub")):
            raise TokenInvalid("The token names no user.")
        return Caller(
            user_id=claims["sub"],
            groups=frozenset(claims.get("cognito:groups", ())),
            client_id=claims["client_id"],
            expires=datetime.fromtimestamp(claims["exp"], UTC),
            token_id=claims.get("jti", ""),
        )
