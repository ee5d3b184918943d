"""Signing in on the hosted pages with PKCE, from the app's first redirect to a session, and out again."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.fixtures.stack import ORIGIN
from tests.integration.identity.gate import PASSWORD, Gate, claims, next_second
from tests.integration.identity.hosted import Browser, form_of


def code_for(gate: Gate, email: str) -> tuple[str, Mapping[str, str]]:
    """A code that was not redeemed yet, and what redeems it."""
    attempt = gate.web.begin()
    with Browser() as browser:
        form = browser.open(f"{gate.web.pages}/oauth2/authorize", **attempt.parameters())
        code = attempt.code_of(browser.submit(form, username=email, password=PASSWORD))
    return code, {"code_verifier": attempt.verifier}


def test_a_sign_in_leads_to_a_session_of_that_person(gate: Gate) -> None:
    tokens = gate.web.signed_in(gate.new_person(), PASSWORD)
    access = claims(tokens["access_token"])
    assert gate.user_id(tokens["access_token"]) == access["sub"]
    assert (access["token_use"], access["client_id"]) == ("access", gate.web.client)
    assert access["exp"] - access["iat"] == 15 * 60


def test_only_the_access_token_opens_the_gate(gate: Gate) -> None:
    tokens = gate.web.signed_in(gate.new_person(), PASSWORD)
    assert claims(tokens["id_token"])["aud"] == gate.web.client
    assert gate.refusal(tokens["id_token"]) == "TOKEN_INVALID"
    assert gate.refusal(tokens["refresh_token"]) in {"TOKEN_INVALID", "TOKEN_MALFORMED"}


def test_state_and_nonce_come_back_as_they_were_sent(gate: Gate) -> None:
    attempt = gate.web.begin()
    with Browser() as browser:
        form = browser.open(f"{gate.web.pages}/oauth2/authorize", **attempt.parameters())
        answer = browser.submit(form, username=gate.new_person(), password=PASSWORD)
    tokens = attempt.redeem(attempt.code_of(answer)).json()
    assert claims(tokens["id_token"])["nonce"] == attempt.nonce
    assert "nonce" not in claims(tokens["access_token"])


@pytest.mark.parametrize("state", ["somebody else's", "a&code=forged", 'x"><script>', "é+%20"])
def test_a_state_that_was_tampered_with_comes_back_tampered_and_as_one_value(gate: Gate, state: str) -> None:
    """So that the app, which compares it, sees that this is not the sign-in that it began."""
    attempt = gate.web.begin()
    with Browser() as browser:
        form = browser.open(f"{gate.web.pages}/oauth2/authorize", **attempt.parameters())
        answer = browser.submit(form, username=gate.new_person(), password=PASSWORD, state=state)
    brought = parse_qs(urlsplit(answer.headers["location"]).query)
    assert brought["state"] == [state]
    assert len(brought["code"]) == 1
    with pytest.raises(AssertionError):
        attempt.code_of(answer)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "another-verifier-of-forty-three-characters-or-more"},
        {"code_verifier": ""},
        {"redirect_uri": f"{ORIGIN}/"},
        {"redirect_uri": ""},
        {"client_id": "second"},
        {"client_id": "nobody"},
        {"code": "made-up"},
        {"grant_type": "password"},
    ],
    ids=lambda changes: "-".join(changes) + ("-missing" if "" in changes.values() else ""),
)
def test_a_code_is_redeemed_by_its_own_sign_in_only(gate: Gate, changes: dict[str, str]) -> None:
    if changes.get("client_id") == "second":
        changes = {"client_id": gate.second.client}
    code, proof = code_for(gate, gate.new_person())
    form = {**proof, **changes}
    refused = gate.web.begin().redeem(form.pop("code", code), **form)
    assert refused.status_code == 400
    assert refused.json()["error"] in {"invalid_grant", "invalid_client", "unsupported_grant_type"}
    assert "access_token" not in refused.text


def test_a_code_is_good_once(gate: Gate) -> None:
    code, proof = code_for(gate, gate.new_person())
    attempt = gate.web.begin()
    assert attempt.redeem(code, **proof).status_code == 200
    again = attempt.redeem(code, **proof)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_a_code_put_into_another_browser_is_refused(gate: Gate) -> None:
    """Somebody who lures a victim into finishing the attacker's sign-in: the victim's app has its own verifier."""
    code, _ = code_for(gate, gate.new_person())
    refused = gate.web.begin().redeem(code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": f"{ORIGIN}/elsewhere"},
        {"redirect_uri": f"{ORIGIN}/signed-in/../x"},
        {"redirect_uri": "https://evil.example/signed-in"},
        {"client_id": "nobody"},
        {"response_type": "token"},
    ],
    ids=["path", "dots", "host", "client", "implicit"],
)
def test_a_sign_in_that_would_lead_elsewhere_is_not_begun(gate: Gate, changes: dict[str, str]) -> None:
    with Browser() as browser:
        parameters = gate.web.begin().parameters(**changes)
        refused = browser.get(f"{gate.web.pages}/oauth2/authorize", **parameters)
    assert refused.status_code == 400
    assert "location" not in refused.headers


@pytest.mark.parametrize(
    "changes", [{"code_challenge_method": "plain"}, {"scope": "openid admin"}], ids=["plain", "scope"]
)
def test_what_the_app_may_not_ask_for_is_told_to_the_app(gate: Gate, changes: dict[str, str]) -> None:
    attempt = gate.web.begin()
    with Browser() as browser:
        refused = browser.get(f"{gate.web.pages}/oauth2/authorize", **attempt.parameters(**changes))
    told = parse_qs(urlsplit(refused.headers["location"]).query)
    assert refused.headers["location"].startswith(gate.web.callback)
    assert (told["error"], told["state"]) == (["invalid_request"], [attempt.state])
    assert "code" not in told


def test_where_the_page_sends_people_cannot_be_changed_in_its_form(gate: Gate) -> None:
    attempt = gate.web.begin()
    with Browser() as browser:
        form = browser.open(f"{gate.web.pages}/oauth2/authorize", **attempt.parameters())
        answer = browser.submit(
            form, username=gate.new_person(), password=PASSWORD, redirect_uri="https://evil.example/"
        )
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_the_page_does_not_tell_who_has_an_account(gate: Gate) -> None:
    pages: list[str] = []
    for email in (gate.new_person(), "nobody@example.org"):
        with Browser() as browser:
            form = browser.open(f"{gate.web.pages}/oauth2/authorize", **gate.web.begin().parameters())
            again = form_of(browser.submit(form, username=email, password="not the password"))
        hidden = {name: value for name, value in again.fields.items() if name in {"state", "nonce"}}
        pages.append(again.text.replace(hidden["state"], "").replace(hidden["nonce"], ""))
    assert _without_challenge(pages[0]) == _without_challenge(pages[1])


def _without_challenge(page: str) -> list[str]:
    return [line for line in page.splitlines() if "code_challenge" not in line]


def test_a_renewed_token_speaks_for_the_same_session(gate: Gate) -> None:
    """
    On AWS it also keeps `auth_time`; the emulator puts in the time of the renewal. That a kept one stays revoked is
    shown with an issuer of our own, in test_accounts.
    """
    tokens = gate.web.signed_in(gate.new_person(), PASSWORD)
    renewed = gate.web.renew(tokens["refresh_token"])
    assert renewed.status_code == 200
    old, new = claims(tokens["access_token"]), claims(renewed.json()["access_token"])
    assert old["jti"] != new["jti"]
    for name in ("sub", "iss", "client_id", "origin_jti", "scope", "username"):
        assert old[name] == new[name], name
    assert gate.user_id(renewed.json()["access_token"]) == old["sub"]


def test_a_refresh_token_is_good_for_its_own_app_only(gate: Gate) -> None:
    tokens = gate.web.signed_in(gate.new_person(), PASSWORD)
    assert gate.web.renew("made-up").json() == {
        "error": "invalid_grant",
        "error_description": "Invalid refresh token.",
    }
    assert gate.web.renew(tokens["access_token"]).status_code == 400


def test_signing_out_ends_the_session_everywhere_and_for_good(gate: Gate) -> None:
    email = gate.new_person()
    tokens = gate.web.signed_in(email, PASSWORD)
    elsewhere = gate.second.signed_in(email, PASSWORD)
    renewed = gate.web.renew(tokens["refresh_token"]).json()
    assert gate.call("POST", "/v1/session:signOut", tokens["access_token"]).status_code == 200
    for token in (tokens["access_token"], renewed["access_token"], elsewhere["access_token"]):
        assert gate.refused_soon(token) == "TOKEN_REVOKED"
    for app, refresh_token in (
        (gate.web, tokens["refresh_token"]),
        (gate.second, elsewhere["refresh_token"]),
    ):
        refused = app.renew(refresh_token)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    next_second()
    again = gate.web.signed_in(email, PASSWORD)
    assert gate.user_id(again["access_token"]) == claims(tokens["access_token"])["sub"]


def test_leaving_the_hosted_pages_leads_home_and_nowhere_else(gate: Gate) -> None:
    with Browser() as browser:
        left = browser.get(f"{gate.web.pages}/logout", client_id=gate.web.client, logout_uri=gate.web.logout)
        assert (left.status_code, left.headers["location"]) == (302, gate.web.logout)
        for wrong in (
            {"client_id": gate.web.client, "logout_uri": "https://evil.example/"},
            {"client_id": "nobody", "logout_uri": gate.web.logout},
        ):
            refused = browser.get(f"{gate.web.pages}/logout", **wrong)
            assert refused.status_code == 400
            assert "location" not in refused.headers


def test_leaving_the_hosted_pages_ends_no_session(gate: Gate) -> None:
    """It forgets the browser's cookie only, so an app signs out with SignOut first."""
    tokens = gate.web.signed_in(gate.new_person(), PASSWORD)
    with Browser() as browser:
        browser.get(f"{gate.web.pages}/logout", client_id=gate.web.client, logout_uri=gate.web.logout)
    assert gate.user_id(tokens["access_token"])
    assert gate.web.renew(tokens["refresh_token"]).status_code == 200


def test_tokens_of_the_hosted_pages_change_nothing_at_cognito(gate: Gate) -> None:
    """They lack the scope `aws.cognito.signin.user.admin`: who steals one cannot change the password."""
    token = gate.web.signed_in(gate.new_person(), PASSWORD)["access_token"]
    with pytest.raises(ClientError, match="scopes"):
        gate.cognito.change_password(
            PreviousPassword=PASSWORD, ProposedPassword="another password", AccessToken=token
        )
