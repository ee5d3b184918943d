"""
The accounts at Cognito. People are known by their `sub` alone, which Cognito's calls do not take: each begins
by looking up the name of the account. boto3 blocks, so it runs in threads. Who has no account there (any more)
needs nothing done: every method is content with that.
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
            connect_timeout=2,
            read_timeout=5,
            retries={"mode": "standard", "max_attempts": 3},
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

    def _name(self, user_id: str) -> str | None:
        # A user id has no character that would need escaping here; see `kit.access.is_user_id`.
        users = self._cognito.list_users(UserPoolId=self._pool, Filter=f'sub = "{user_id}"', Limit=1)["Users"]
        return users[0].get("Username") if users else None

    def _do(self, action: Callable[..., object], user_id: str) -> bool:
        name = self._name(user_id)
        if name is None:
            return False
        try:
            action(UserPoolId=self._pool, Username=name)
        except ClientError as error:
            if _code(error) != _ABSENT:
                raise
            return False
        return True

    def _account(self, user_id: str) -> Account | None:
        name = self._name(user_id)
        if name is None:
            return None
        pages = self._cognito.get_paginator("admin_list_groups_for_user").paginate(
            UserPoolId=self._pool, Username=name
        )
        try:
            user = self._cognito.admin_get_user(UserPoolId=self._pool, Username=name)
            groups = [group.get("GroupName", "") for page in pages for group in page.get("Groups", [])]
        except ClientError as error:
            if _code(error) != _ABSENT:
                raise
            return None
        return Account(
            attributes={each["Name"]: each.get("Value", "") for each in user.get("UserAttributes", [])},
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
        except (ClientError, BotoCoreError):
            # Its text may name the user.
            raise IdentityUnavailable from None


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
