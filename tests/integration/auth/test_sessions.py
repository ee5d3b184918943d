"""Who may come in: what a token says, signing out everywhere, disabled accounts."""

from __future__ import annotations

import time
from typing import Any

import grpc
import pytest
from botocore.exceptions import ClientError

from services.kit.revocations import State, hashed
from tests.fixtures.tokens import ADA, CLIENT, Issuer
from tests.integration.auth.harness import Person, System, refused, until
from timbre.auth.v1 import auth_pb2 as pb

UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED
NOWHERE = "http://127.0.0.1:9"  # discard: nothing listens


def state_of(system: System, user: str) -> str | None:
    return system.value("SELECT state FROM revocations WHERE user_sha256 = %s", hashed(user))


def cognito_user(person: Person) -> dict[str, Any]:
    cognito = person.system.aws.emulator.client("cognito-idp")
    return cognito.admin_get_user(UserPoolId=person.system.aws.resources.user_pool, Username=person.email)


async def test_a_session_says_what_the_token_proves(ada: Person) -> None:
    session = await ada.get_session()
    assert session.user_id == ada.user
    assert session.client_id == ada.claims["client_id"]
    assert list(session.groups) == []
    assert session.expire_time.ToSeconds() == ada.claims["exp"]


async def test_signing_out_refuses_older_sessions_at_once_and_later_ones_not(ada: Person) -> None:
    before = time.time()
    revoked = await ada.sign_out()
    assert revoked.revoke_time.ToMicroseconds() / 1e6 == pytest.approx(before, abs=5)
    await ada.refused_soon("TOKEN_REVOKED")
    await ada.sign_in_again()
    assert (await ada.get_session()).user_id == ada.user


async def test_signing_out_ends_sessions_at_cognito_too(ada: Person) -> None:
    await ada.sign_out()
    cognito = ada.system.aws.emulator.client("cognito-idp")
    with pytest.raises(ClientError, match="revoked"):
        cognito.get_user(AccessToken=ada.session.access_token)
    settled = "SELECT settle_time IS NOT NULL FROM revocations WHERE user_sha256 = %s"
    assert ada.system.value(settled, hashed(ada.user))


async def test_signing_out_one_leaves_the_others_in(ada: Person, bob: Person) -> None:
    await ada.sign_out()
    await ada.refused_soon("TOKEN_REVOKED")
    assert (await bob.get_session()).user_id == bob.user


async def test_a_token_is_verified_for_those_who_cannot(ada: Person) -> None:
    request = pb.VerifyTokenRequest(token=ada.session.access_token)
    verdict = await ada.stub.VerifyToken(request, metadata=ada.as_service("media"))
    assert verdict.session == await ada.get_session()


@pytest.mark.parametrize(
    ("kept", "added", "reason"), [(8, "", "TOKEN_MALFORMED"), (-8, "AAAAAAAA", "TOKEN_INVALID")]
)
async def test_a_bad_token_is_an_answer(ada: Person, kept: int, added: str, reason: str) -> None:
    request = pb.VerifyTokenRequest(token=ada.session.access_token[:kept] + added)
    verdict = await ada.stub.VerifyToken(request, metadata=ada.as_service("operator"))
    assert verdict.refusal.reason == reason
    assert verdict.refusal.message


async def test_a_revoked_token_is_an_answer(ada: Person) -> None:
    await ada.sign_out()
    await ada.refused_soon("TOKEN_REVOKED")
    request = pb.VerifyTokenRequest(token=ada.session.access_token)
    verdict = await ada.stub.VerifyToken(request, metadata=ada.as_service("media"))
    assert verdict.refusal.reason == "TOKEN_REVOKED"


async def test_a_disabled_user_is_refused_until_enabled(ada: Person) -> None:
    answer = await ada.set_state(pb.ACCOUNT_STATE_DISABLED)
    assert answer.state == pb.ACCOUNT_STATE_DISABLED
    await ada.refused_soon("ACCOUNT_DISABLED")
    assert cognito_user(ada)["Enabled"] is False
    answer = await ada.set_state(pb.ACCOUNT_STATE_ACTIVE)
    assert answer.state == pb.ACCOUNT_STATE_ACTIVE
    assert cognito_user(ada)["Enabled"] is True
    await ada.refused_soon("TOKEN_REVOKED")
    await ada.sign_in_again()
    await ada.get_session()


async def test_making_somebody_active_who_is_signs_nobody_out(ada: Person) -> None:
    await ada.set_state(pb.ACCOUNT_STATE_ACTIVE)
    assert state_of(ada.system, ada.user) is None
    await ada.get_session()


async def test_who_is_disabled_at_cognito_itself_is_refused_within_two_seconds(ada: Person) -> None:
    await ada.get_session()
    cognito = ada.system.aws.emulator.client("cognito-idp")
    cognito.admin_disable_user(UserPoolId=ada.system.aws.resources.user_pool, Username=ada.email)
    await ada.refused_soon("ACCOUNT_DISABLED")


async def test_who_was_let_in_again_is_not_disabled_by_an_older_list(ada: Person) -> None:
    await ada.set_state(pb.ACCOUNT_STATE_DISABLED)
    await ada.set_state(pb.ACCOUNT_STATE_ACTIVE)
    # Cognito still says so, as a list from before would.
    cognito = ada.system.aws.emulator.client("cognito-idp")
    cognito.admin_disable_user(UserPoolId=ada.system.aws.resources.user_pool, Username=ada.email)
    polls = "SELECT count(*) FROM revocations WHERE state = 'DISABLED'"
    async with ada.system.person() as other:
        cognito.admin_disable_user(UserPoolId=ada.system.aws.resources.user_pool, Username=other.email)
        await until(lambda: state_of(ada.system, other.user) == "DISABLED")
    assert ada.system.value(polls) >= 1
    assert state_of(ada.system, ada.user) == "SIGNED_OUT"


async def test_only_the_named_services_may_disable(ada: Person) -> None:
    request = pb.SetAccountStateRequest(state=pb.ACCOUNT_STATE_DISABLED)
    for metadata in (ada.as_service("media"), ada.me):
        with refused(grpc.StatusCode.PERMISSION_DENIED, "PERMISSION_DENIED"):
            await ada.stub.SetAccountState(request, metadata=metadata)


async def test_without_cognito_access_is_revoked_all_the_same(lonely: System) -> None:
    with lonely.service(TIMBRE_AWS_ENDPOINT=NOWHERE):
        async with lonely.person() as ada, lonely.person() as bob:
            with refused(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"):
                await ada.sign_out()
            await ada.refused_soon("TOKEN_REVOKED")
            with refused(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE"):
                await bob.set_state(pb.ACCOUNT_STATE_DISABLED)
            await bob.refused_soon("ACCOUNT_DISABLED")
    # Cognito would still renew their tokens, so neither entry runs out.
    unsettled = "SELECT count(*) FROM revocations WHERE settle_time IS NULL"
    assert lonely.value(unsettled) == 2


@pytest.mark.parametrize("stronger", [State.DISABLED, State.ERASED])
async def test_signing_out_weakens_nothing(lonely: System, stronger: State) -> None:
    """As when a call was let in a moment before the account was disabled or erased."""
    with lonely.service():
        async with lonely.person() as ada:
            with lonely.sql() as sql:
                sql.execute(
                    "INSERT INTO revocations VALUES (%s, %s, now(), NULL, NULL, 0)",
                    (hashed(ada.user), stronger.name),
                )
                # Nobody is told: the service has not heard of it yet.
            await ada.sign_out()
            assert state_of(lonely, ada.user) == stronger.name


async def test_tokens_of_every_kind_are_judged_as_the_contract_says(lonely: System) -> None:
    with (
        Issuer() as issuer,
        lonely.service(
            TIMBRE_TOKEN_ISSUER=issuer.url,
            TIMBRE_TOKEN_JWKS=issuer.jwks_url,
            TIMBRE_TOKEN_CLIENTS=CLIENT,
        ),
    ):
        tokens = {
            "": issuer.mint(groups=["moderators", "ambassadors"]),
            "TOKEN_EXPIRED": issuer.mint(exp=int(time.time()) - 3600),
            "TOKEN_INVALID": issuer.mint(token_use="id"),
        }
        async with lonely.person() as ada:
            for reason, token in tokens.items():
                request = pb.VerifyTokenRequest(token=token)
                verdict = await ada.stub.VerifyToken(request, metadata=ada.as_service("profile"))
                assert verdict.refusal.reason == reason
                if not reason:
                    assert list(verdict.session.groups) == ["ambassadors", "moderators"]
                    assert (verdict.session.user_id, verdict.session.client_id) == (ADA, CLIENT)
