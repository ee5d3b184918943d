"""Signing up, and signing in without ever sending the password."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from tests.integration.identity import srp
from tests.integration.identity.gate import PASSWORD, Gate, claims
from tests.integration.identity.hosted import Browser, form_of

CODE = "123456"
"""What the emulator's confirmation mails always say."""
WRONG = "Incorrect username or password."


def code_of(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def test_a_proven_password_leads_to_a_session(gate: Gate) -> None:
    email = gate.new_person()
    tokens = srp.sign_in(gate.cognito, gate.pool, gate.web.client, email, PASSWORD)
    token = tokens.get("AccessToken", "")
    assert gate.user_id(token) == claims(token)["sub"]
    assert tokens.get("ExpiresIn") == 15 * 60


@pytest.mark.parametrize("password", ["a password for Tests", "", "x" * 256])
def test_a_wrong_password_is_refused(gate: Gate, password: str) -> None:
    with pytest.raises(ClientError) as refused:
        srp.sign_in(gate.cognito, gate.pool, gate.web.client, gate.new_person(), password)
    assert code_of(refused.value) == "NotAuthorizedException"


def test_nobody_learns_who_has_an_account(gate: Gate) -> None:
    """The stranger gets a challenge too, the same salt each time, and the same refusal in the end."""
    refusals = set[str]()
    for email in (gate.new_person(), "stranger@example.org"):
        with pytest.raises(ClientError) as refused:
            srp.sign_in(gate.cognito, gate.pool, gate.web.client, email, "not the password")
        refusals.add(str(refused.value))
        salts = {
            srp.Exchange(gate.pool, gate.web.client)
            .begin(gate.cognito, email)
            .get("ChallengeParameters", {})["SALT"]
            for _ in range(2)
        }
        assert len(salts) == 1
    assert len(refusals) == 1
    assert WRONG in refusals.pop()


def test_a_proof_is_for_its_own_exchange_and_moment(gate: Gate) -> None:
    email = gate.new_person()
    exchange = srp.Exchange(gate.pool, gate.web.client)
    challenge, other = (exchange.begin(gate.cognito, email).get("ChallengeParameters", {}) for _ in range(2))
    good = exchange.answer(challenge, PASSWORD, srp.timestamp())
    for changed in (
        {**good, "TIMESTAMP": srp.timestamp(datetime(2020, 2, 2, tzinfo=UTC))},
        {**good, "PASSWORD_CLAIM_SECRET_BLOCK": other["SECRET_BLOCK"]},
        {**good, "PASSWORD_CLAIM_SIGNATURE": "A" * 43 + "="},
    ):
        with pytest.raises(ClientError) as refused:
            gate.cognito.respond_to_auth_challenge(
                ClientId=gate.web.client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=changed
            )
        assert code_of(refused.value) == "NotAuthorizedException"


def test_a_client_that_sends_a_multiple_of_the_prime_proves_nothing(gate: Gate) -> None:
    """RFC 5054 2.5.4: the key would be zero whatever the password is."""
    email = gate.new_person()
    begun = gate.cognito.initiate_auth(
        ClientId=gate.web.client,
        AuthFlow="USER_SRP_AUTH",
        AuthParameters={"USERNAME": email, "SRP_A": f"{srp.N:x}"},
    )
    answer = srp.Exchange(gate.pool, gate.web.client).answer(
        begun.get("ChallengeParameters", {}), PASSWORD, srp.timestamp()
    )
    with pytest.raises(ClientError) as refused:
        gate.cognito.respond_to_auth_challenge(
            ClientId=gate.web.client, ChallengeName="PASSWORD_VERIFIER", ChallengeResponses=answer
        )
    assert code_of(refused.value) == "NotAuthorizedException"


@pytest.mark.parametrize(("password", "accepted"), [("eleven char", False), ("twelve chars", True)])
def test_a_password_needs_length_and_nothing_else(gate: Gate, password: str, accepted: bool) -> None:
    email = f"{secrets.token_hex(8)}@example.org"
    if accepted:
        gate.sign_up(email, password)
        return
    with pytest.raises(ClientError) as refused:
        gate.sign_up(email, password)
    assert code_of(refused.value) == "InvalidPasswordException"


def test_nobody_comes_in_before_the_address_is_confirmed(gate: Gate) -> None:
    email = f"{secrets.token_hex(8)}@example.org"
    gate.sign_up(email)
    with pytest.raises(ClientError) as refused:
        srp.sign_in(gate.cognito, gate.pool, gate.web.client, email, PASSWORD)
    assert code_of(refused.value) == "UserNotConfirmedException"
    with Browser() as browser:
        form = browser.open(f"{gate.web.pages}/oauth2/authorize", **gate.web.begin().parameters())
        form_of(browser.submit(form, username=email, password=PASSWORD))  # the page again, and no code
    for wrong in ("000000", "12345"):
        with pytest.raises(ClientError) as refused:
            gate.cognito.confirm_sign_up(ClientId=gate.web.client, Username=email, ConfirmationCode=wrong)
        assert code_of(refused.value) == "CodeMismatchException"
    gate.cognito.confirm_sign_up(ClientId=gate.web.client, Username=email, ConfirmationCode=CODE)
    assert srp.sign_in(gate.cognito, gate.pool, gate.web.client, email, PASSWORD)
