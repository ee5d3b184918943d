"""
Who may not come in any more, although their token has not expired: the list that auth keeps, as each service
holds it. A service that has seen the list goes on with what it knows while auth is away; one that has not seen
it yet lets no user in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from hashlib import sha256

from services.kit.errors import Unauthenticated, Unavailable
from services.kit.jose import Claims


class TokenRevoked(Unauthenticated):
    """You have signed out everywhere; sign in again."""

    reason = "TOKEN_REVOKED"


class AccountDisabled(Unauthenticated):
    """This account is disabled."""

    reason = "ACCOUNT_DISABLED"


class AccountErased(Unauthenticated):
    """This account is erased."""

    reason = "ACCOUNT_ERASED"


class State(IntEnum):
    """What is revoked; the numbers are the contract's."""

    SIGNED_OUT = 1
    DISABLED = 2
    ERASED = 3


@dataclass(frozen=True, slots=True)
class Revocation:
    """Sessions that began at or before `revoke_time` (seconds since 1970) are refused, or all of them."""

    state: State
    revoke_time: float


def hashed(user_id: str) -> bytes:
    """The name of a user in the list: it names nobody who does not know the id."""
    return sha256(user_id.encode()).digest()


class Revocations:
    """The list as this process knows it."""

    def __init__(self) -> None:
        self._known: dict[bytes, Revocation] = {}
        self._seen = asyncio.Event()

    @classmethod
    def none(cls) -> Revocations:
        """A list that is known, and empty for ever."""
        nobody = cls()
        nobody.replace({})
        return nobody

    def replace(self, known: Mapping[bytes, Revocation]) -> None:
        """From now on this is the list."""
        self._known = dict(known)
        self._seen.set()

    def add(self, changes: Mapping[bytes, Revocation]) -> None:
        """Take in what is new or has changed."""
        self._known.update(changes)

    async def seen(self) -> None:
        """Wait for the list."""
        await self._seen.wait()

    def check(self, claims: Claims) -> None:
        """
        Raises:
            TokenRevoked, AccountDisabled, AccountErased: the user of these claims is not let in.
            Unavailable: nobody can tell yet.
        """
        if not self._seen.is_set():
            raise Unavailable("Sessions cannot be checked yet; try again.", retry_after=timedelta(seconds=1))
        if not self._known:
            return
        found = self._known.get(hashed(claims["sub"]))
        if found is None:
            return
        if found.state is State.ERASED:
            raise AccountErased
        if found.state is State.DISABLED:
            raise AccountDisabled
        # Cognito keeps `auth_time` when a token is renewed: it tells when the session began.
        if claims.get("auth_time", claims.get("iat", 0)) <= found.revoke_time:
            raise TokenRevoked

    def is_erased(self, user_id: str) -> bool:
        """Whether nothing may be done for this user any more."""
        found = self._known.get(hashed(user_id)) if self._known else None
        return found is not None and found.state is State.ERASED
