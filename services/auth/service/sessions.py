"""
Who may come in: tokens, signing out everywhere, accounts that are disabled. Every change is first entered
into the list, which all services follow, and then told to Cognito; while Cognito does not answer, the entry
stands.
"""

from __future__ import annotations

from datetime import datetime

from services.auth.adapters.cognito import Cognito
from services.auth.adapters.revocations import RevocationStore
from services.auth.domain import AccountState
from services.kit.access import AccessTokens, Caller
from services.kit.errors import Unauthenticated
from services.kit.revocations import AccountErased, State


class SessionService:
    def __init__(self, revocations: RevocationStore, cognito: Cognito, tokens: AccessTokens) -> None:
        self._revocations = revocations
        self._cognito = cognito
        self._tokens = tokens

    async def sign_out(self, caller: Caller) -> datetime:
        """
        End every session of the caller that began before now, and return that moment.

        Raises:
            IdentityUnavailable: Cognito did not answer; access tokens are revoked nevertheless.
        """
        async with self._revocations.changing() as connection:
            entry = await self._revocations.revoke(connection, caller.user_id, State.SIGNED_OUT)
        await self._cognito.sign_out(caller.user_id)
        if entry.state is State.SIGNED_OUT:
            await self._revocations.settle(entry)
        return entry.revoke_time

    async def verify_token(self, token: str) -> Caller | Unauthenticated:
        """
        Return whom a token speaks for, or why it is refused.

        Raises:
            Unavailable: nobody can tell just now.
        """
        try:
            return await self._tokens.verify(token)
        except Unauthenticated as refusal:
            return refusal

    async def set_account_state(self, user_id: str, state: AccountState) -> AccountState:
        """
        Refuse a user everywhere, or let them in again who sign in after now. Idempotent.

        Raises:
            AccountErased: nothing brings this user back.
            IdentityUnavailable: Cognito did not answer. A user who was to be disabled is refused
                nevertheless, one who was to be let in is not let in.
        """
        if state is AccountState.DISABLED:
            await self._disable(user_id)
        else:
            await self._enable(user_id)
        return state

    async def _disable(self, user_id: str) -> None:
        async with self._revocations.changing() as connection:
            entry = await self._revocations.revoke(connection, user_id, State.DISABLED)
        if entry.state is State.ERASED:
            raise AccountErased
        await self._cognito.disable(user_id)
        await self._revocations.settle(entry)

    async def _enable(self, user_id: str) -> None:
        entry = await self._revocations.of(user_id)
        if entry and entry.state is State.ERASED:
            raise AccountErased
        # Cognito first: as long as it calls the user disabled, the list would soon say so again.
        await self._cognito.enable(user_id)
        if entry is None or entry.state is not State.DISABLED:
            return
        async with self._revocations.changing() as connection:
            if await self._revocations.enable(connection, user_id) is None:
                raise AccountErased
