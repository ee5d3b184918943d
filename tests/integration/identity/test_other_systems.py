"""
Two systems on one machine. A token that "was not signed by the issuer" a moment after a start is one of two things: a
key that the service has not seen, or a token of somebody else's pool. The first cannot be with a pool that has just
been made; the second can, when two systems get hold of one port.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from local.emulator import Emulator
from local.serving import serving
from services.kit.access import AccessTokens, TokenInvalid
from services.kit.jwks import Jwks
from tests.fixtures.stack import Aws

PASSWORD = "A password 4 tests!"
"""Good enough for a pool with Cognito's own policy."""


def first_sign_in(cognito: Any, client: str) -> str:
    """The token of the pool's first person, who signs up at this moment."""
    email = f"{secrets.token_hex(8)}@example.org"
    cognito.sign_up(
        ClientId=client,
        Username=email,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": email}],
    )
    cognito.confirm_sign_up(ClientId=client, Username=email, ConfirmationCode="123456")
    parameters = {"USERNAME": email, "PASSWORD": PASSWORD}
    reply = cognito.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters)
    return reply["AuthenticationResult"]["AccessToken"]


def a_pool(aws: Aws) -> tuple[str, str]:
    cognito = aws.emulator.client("cognito-idp")
    made = cognito.create_user_pool(PoolName=secrets.token_hex(4), UsernameAttributes=["email"])
    pool = made["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    return pool, client["UserPoolClient"]["ClientId"]


def issuer(pool: str) -> str:
    return f"https://cognito-idp.{pool.partition('_')[0]}.amazonaws.com/{pool}"


async def test_the_first_token_of_a_new_pool_is_known_to_services_that_started_together_with_it(
    aws: Aws,
) -> None:
    """The pool's keys are made when they are first asked for, by whoever is first, and then are the same for all."""
    for _ in range(3):
        pool, client = a_pool(aws)
        cognito = aws.emulator.client("cognito-idp")
        async with AsyncExitStack() as stack:
            signing_in = asyncio.create_task(asyncio.to_thread(first_sign_in, cognito, client))
            services = await asyncio.gather(
                *(stack.enter_async_context(Jwks(aws.emulator.jwks(pool))) for _ in range(4))
            )
            token = await signing_in
            for keys in services:
                access = AccessTokens(issuer(pool), frozenset({client}), keys)
                assert (await access.verify(token)).client_id == client


async def test_a_token_of_another_pool_is_called_that(aws: Aws) -> None:
    """Both pools in one emulator, as two stacks that share a port would have them."""
    (ours, _), (theirs, client) = a_pool(aws), a_pool(aws)
    token = first_sign_in(aws.emulator.client("cognito-idp"), client)
    async with Jwks(aws.emulator.jwks(ours)) as keys:
        access = AccessTokens(issuer(ours), frozenset({client}), keys)
        with pytest.raises(TokenInvalid, match="another issuer"):
            await access.verify(token)
    assert theirs != ours


async def test_an_emulator_on_our_port_that_is_not_ours_does_not_count(aws: Aws, tmp_path: Path) -> None:
    theirs = aws.emulator
    for ours in (
        Emulator(theirs.port, tmp_path / "state", theirs.access_key, secrets.token_urlsafe(8)),
        Emulator(theirs.port, tmp_path / "state", theirs.access_key, theirs.secret_key),
    ):
        assert await theirs.healthy()
        assert not await ours.healthy()
    with pytest.raises(RuntimeError, match="did not start"), serving(ours.child(), tmp_path / "log"):
        pytest.fail("it was taken for the other one")
    assert await theirs.healthy()
