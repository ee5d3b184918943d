"""
The accounts at Cognito. People are known by their `sub` alone. Cognito takes it for a name where the account is
its own; the name of an account that another provider vouches for has to be looked up. boto3 blocks, so it runs in
threads. Who has no account there (any more) needs nothing done: every method is content with that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from services.auth.errors import IdentityUnavailable

if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

P = ParamSpec("P")
T = TypeVar("T")

_ABSENT: Final = "UserNotFoundException"
_UNREADABLE: Final = (KeyError, AttributeError, TypeError, ValueError)
"""What comes out of botocore, or out of us, when an answer is none: a page of a proxy, say, with status 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What Cognito holds about a user."""

    attributes: dict[str, str] = field(repr=False)
    status: str
    enabled: bool
    groups: tuple[str, ...]
    create_time: datetime | None
    update_time: datetime | None


class Cognito:
    """One user pool. Every method raises `IdentityUnavailable` when Cognito cannot answer."""

    def __init__(self, client: CognitoIdentityProviderClient, pool: str) -> None:
        self._cognito = client
        self._pool = pool

    @classmethod
    def open(cls, pool: str, endpoint: str) -> Cognito:
        """
        Args:
            pool: Id of the user pool.
            endpoint: The emulator's address; empty means AWS.
        """
        config = Config(
            # Whoever waits can call again: two tries that hang are over long before the call's own limit, and
            # hold their threads no longer. (`max_attempts` would count what comes after the first.)
            connect_timeout=2,
            read_timeout=3,
            retries={"mode": "standard", "total_max_attempts": 2},
            max_pool_connections=16,
        )
        client: CognitoIdentityProviderClient = boto3.client(  # pyright: ignore[reportUnknownMemberType]  # overloads for every AWS service
            "cognito-idp", endpoint_url=endpoint or None, config=config
        )
        return cls(client, pool)

    async def sign_out(self, user_id: str) -> None:
        """End every session: no refresh token is good any more."""
        await self._call(self._do, self._cognito.admin_user_global_sign_out, user_id)

    async def disable(self, user_id: str) -> None:
        """Let the user sign in no more."""
        await self._call(self._do, self._cognito.admin_disable_user, user_id)

    async def enable(self, user_id: str) -> None:
        """Let the user sign in again."""
        await self._call(self._do, self._cognito.admin_enable_user, user_id)

    async def delete(self, user_id: str) -> bool:
        """Remove the account; whether there was one."""
        return await self._call(self._do, self._cognito.admin_delete_user, user_id)

    async def account(self, user_id: str) -> Account | None:
        """Everything that is held about the user."""
        return await self._call(self._account, user_id)

    async def disabled(self) -> Sequence[str]:
        """Every user who is disabled now, or was a moment ago."""
        return await self._call(self._disabled)

    def _named(self, user_id: str, do: Callable[[str], T]) -> T | None:
        """Do something with the account, by the name that Cognito takes; None when there is no account."""
        try:
            # Without a look-up first, which may not find an account that was made a moment ago.
            return do(user_id)
        except ClientError as error:
            _raise_unless_absent(error)
        # A user id has no character that would need escaping here; see `kit.access.is_user_id`.
        users = self._cognito.list_users(UserPoolId=self._pool, Filter=f'sub = "{user_id}"', Limit=1)["Users"]
        if not users:
            return None
        try:
            return do(users[0].get("Username", ""))
        except ClientError as error:
            _raise_unless_absent(error)
            return None

    def _do(self, action: Callable[..., object], user_id: str) -> bool:
        return self._named(user_id, lambda name: action(UserPoolId=self._pool, Username=name)) is not None

    def _account(self, user_id: str) -> Account | None:
        return self._named(user_id, self._read)

    def _read(self, name: str) -> Account:
        user = self._cognito.admin_get_user(UserPoolId=self._pool, Username=name)
        pages = self._cognito.get_paginator("admin_list_groups_for_user").paginate(
            UserPoolId=self._pool, Username=name
        )
        groups = [group.get("GroupName", "") for page in pages for group in page["Groups"]]
        return Account(
            attributes={each["Name"]: each.get("Value", "") for each in user["UserAttributes"]},
            status=user.get("UserStatus", ""),
            enabled=user.get("Enabled", True),
            groups=tuple(sorted(groups)),
            create_time=user.get("UserCreateDate"),
            update_time=user.get("UserLastModifiedDate"),
        )

    def _disabled(self) -> list[str]:
        pages = self._cognito.get_paginator("list_users").paginate(
            UserPoolId=self._pool, Filter='status = "Disabled"', AttributesToGet=["sub"]
        )
        attributes = [each for page in pages for user in page["Users"] for each in user.get("Attributes", [])]
        return [each.get("Value", "") for each in attributes if each["Name"] == "sub"]

    async def _call(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await asyncio.to_thread(call, *args, **kwargs)
        except (ClientError, BotoCoreError, *_UNREADABLE):
            # Its text may name the user.
            raise IdentityUnavailable from None


def _raise_unless_absent(error: ClientError) -> None:
    if error.response.get("Error", {}).get("Code") != _ABSENT:
        raise error
