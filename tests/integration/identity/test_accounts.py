"""What becomes of sessions when the account behind them is disabled, deleted, or in another group than before."""

from __future__ import annotations

import asyncio
import time

import grpc
import pytest
from botocore.exceptions import ClientError

from tests.fixtures.tokens import ADA, CLIENT, Issuer
from tests.integration.auth.harness import System, refused
from tests.integration.identity import srp
from tests.integration.identity.gate import PASSWORD, WITHIN_SECONDS, Gate, claims, next_second, until
from timbre.auth.v1 import auth_pb2 as pb


def signed_in(gate: Gate, email: str) -> str:
    """An access token of a new session."""
    return srp.sign_in(gate.cognito, gate.pool, gate.web.client, email, PASSWORD).get("AccessToken", "")


def bearer(token: str) -> tuple[tuple[str, str]]:
    return (("authorization", f"Bearer {token}"),)


def groups(gate: Gate, token: str) -> list[str]:
    return gate.call("GET", "/v1/session", token).json()["groups"]


def test_who_is_disabled_at_cognito_is_refused_and_cannot_come_back(gate: Gate) -> None:
    email = gate.new_person()
    tokens = gate.web.signed_in(email, PASSWORD)
    assert not gate.refusal(tokens["access_token"])
    gate.cognito.admin_disable_user(UserPoolId=gate.pool, Username=email)
    assert gate.refused_soon(tokens["access_token"]) == "ACCOUNT_DISABLED"
    assert gate.web.renew(tokens["refresh_token"]).status_code == 400
    with pytest.raises(ClientError, match="disabled"):
        signed_in(gate, email)


def test_who_is_disabled_and_then_deleted_at_cognito_stays_refused(gate: Gate) -> None:
    """How an operator removes somebody at Cognito: a deletion alone cannot be seen, what was seen before it stays."""
    email = gate.new_person()
    token = signed_in(gate, email)
    gate.cognito.admin_disable_user(UserPoolId=gate.pool, Username=email)
    assert gate.refused_soon(token) == "ACCOUNT_DISABLED"
    gate.cognito.admin_delete_user(UserPoolId=gate.pool, Username=email)
    time.sleep(WITHIN_SECONDS)  # Cognito's list does not name the user any more
    assert gate.refusal(token) == "ACCOUNT_DISABLED"


def test_a_deletion_at_cognito_alone_ends_with_the_access_token(gate: Gate) -> None:
    """Nothing new is issued, so a session that goes on ends within the quarter of an hour of its token."""
    email = gate.new_person()
    tokens = gate.web.signed_in(email, PASSWORD)
    gate.cognito.admin_delete_user(UserPoolId=gate.pool, Username=email)
    assert gate.web.renew(tokens["refresh_token"]).status_code == 400
    said = claims(tokens["access_token"])
    assert said["exp"] - said["iat"] <= 15 * 60
    assert not gate.refusal(tokens["access_token"])


def test_who_was_deleted_at_cognito_can_still_sign_out_and_be_erased(gate: Gate) -> None:
    email = gate.new_person()
    token = signed_in(gate, email)
    gate.cognito.admin_delete_user(UserPoolId=gate.pool, Username=email)
    erasure = gate.call("DELETE", "/v1/account", token)
    assert erasure.status_code == 200
    name = erasure.json()["name"]
    until(lambda: gate.call("GET", f"/v1/{name}", token).json()["state"] == "STATE_DONE")
    assert gate.refused_soon(token) == "ACCOUNT_ERASED"


def test_the_same_address_signed_up_again_is_somebody_else(gate: Gate) -> None:
    """Nobody inherits anything by an address: only the `sub` says who it is."""
    email = gate.new_person()
    before = gate.user_id(signed_in(gate, email))
    gate.cognito.admin_delete_user(UserPoolId=gate.pool, Username=email)
    gate.sign_up(email)
    gate.cognito.admin_confirm_sign_up(UserPoolId=gate.pool, Username=email)
    assert gate.user_id(signed_in(gate, email)) != before


def test_another_address_makes_nobody_somebody_else(gate: Gate) -> None:
    email = gate.new_person()
    before = gate.user_id(signed_in(gate, email))
    gate.cognito.admin_update_user_attributes(
        UserPoolId=gate.pool,
        Username=email,
        UserAttributes=[
            {"Name": "email", "Value": f"new-{email}"},
            {"Name": "email_verified", "Value": "true"},
        ],
    )
    assert gate.user_id(signed_in(gate, f"new-{email}")) == before
    with pytest.raises(ClientError):
        signed_in(gate, email)


def test_one_person_in_two_apps_is_one_user(gate: Gate) -> None:
    email = gate.new_person()
    token, other = (app.signed_in(email, PASSWORD)["access_token"] for app in (gate.web, gate.second))
    assert gate.user_id(token) == gate.user_id(other)
    assert claims(token)["client_id"] != claims(other)["client_id"]


def test_a_token_for_an_app_that_is_none_of_ours_is_refused(gate: Gate) -> None:
    """The same pool, the same person, the same keys: only `client_id` tells."""
    token = gate.foreign.signed_in(gate.new_person(), PASSWORD)["access_token"]
    assert gate.refusal(token) == "TOKEN_INVALID"


def test_a_group_counts_from_the_next_token_until_the_last_one_ends(gate: Gate) -> None:
    email = gate.new_person()
    before = signed_in(gate, email)
    gate.cognito.admin_add_user_to_group(UserPoolId=gate.pool, Username=email, GroupName="moderators")
    moderating = signed_in(gate, email)
    assert (groups(gate, before), groups(gate, moderating)) == ([], ["moderators"])
    gate.cognito.admin_remove_user_from_group(UserPoolId=gate.pool, Username=email, GroupName="moderators")
    assert groups(gate, moderating) == ["moderators"]
    assert groups(gate, signed_in(gate, email)) == []


async def test_who_must_lose_a_group_at_once_is_disabled_and_enabled(gate: Gate) -> None:
    email = gate.new_person()
    gate.cognito.admin_add_user_to_group(UserPoolId=gate.pool, Username=email, GroupName="moderators")
    moderating = signed_in(gate, email)
    gate.cognito.admin_remove_user_from_group(UserPoolId=gate.pool, Username=email, GroupName="moderators")
    tokens, user = gate.system.tokens("operator"), claims(moderating)["sub"]
    async with gate.system.person() as somebody:
        for state in (pb.ACCOUNT_STATE_DISABLED, pb.ACCOUNT_STATE_ACTIVE):
            request = pb.SetAccountStateRequest(state=state)
            await somebody.stub.SetAccountState(request, metadata=bearer(tokens.mint("auth", user)))
    assert gate.refused_soon(moderating) == "TOKEN_REVOKED"
    next_second()
    assert groups(gate, signed_in(gate, email)) == []


async def test_a_renewed_token_that_kept_its_sign_in_time_stays_revoked(lonely: System) -> None:
    """As Cognito on AWS renews: later `iat` and `exp`, the same `auth_time`."""
    with (
        Issuer() as issuer,
        lonely.service(TIMBRE_TOKEN_JWKS=issuer.jwks_url, TIMBRE_TOKEN_CLIENTS=CLIENT),
    ):
        now, iss = int(time.time()), lonely.aws.resources.issuer
        old = issuer.mint(iss=iss, auth_time=now - 600, iat=now - 600, exp=now + 300)
        renewed = issuer.mint(iss=iss, auth_time=now - 600, iat=now + 20, exp=now + 920, jti="token-2")
        later = issuer.mint(iss=iss, auth_time=now + 20, jti="token-3")
        async with lonely.person() as person:
            await person.stub.SignOut(pb.SignOutRequest(), metadata=bearer(old))
            await asyncio.sleep(WITHIN_SECONDS / 2)
            for token in (old, renewed):
                with refused(grpc.StatusCode.UNAUTHENTICATED, "TOKEN_REVOKED"):
                    await person.stub.GetSession(pb.GetSessionRequest(), metadata=bearer(token))
            session = await person.stub.GetSession(pb.GetSessionRequest(), metadata=bearer(later))
            assert session.user_id == ADA
