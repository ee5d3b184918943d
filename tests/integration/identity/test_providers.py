"""
Signing in with another provider. Cognito's part is the emulator's, and ends where it ends: it does not check the
signature of the provider's id token, carries neither a nonce to the provider nor our PKCE challenge through, and knows
Google only as a generic OpenID provider. What is ours holds for whatever Cognito issues: `sub` alone is the user.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.integration.identity.gate import PASSWORD, Gate, claims, next_second, until
from tests.integration.identity.hosted import Attempt, Browser, at_emulator
from tests.integration.identity.provider import SCOPE, Provider


@dataclass(frozen=True, slots=True)
class Partner:
    """A provider that the pool knows under this name."""

    gate: Gate
    provider: Provider
    name: str

    def leave(self, browser: Browser, attempt: Attempt) -> httpx.Response:
        """Choose the provider on our page; the answer leads there."""
        parameters = attempt.parameters(identity_provider=self.name)
        return browser.get(f"{attempt.app.pages}/oauth2/authorize", **parameters)

    def come_back(self, browser: Browser, left: httpx.Response) -> httpx.Response:
        """Sign in over there and return to Cognito; its answer leads to our app."""
        returned = browser.get(left.headers["location"])
        assert returned.status_code == 302, returned.text
        return browser.get(at_emulator(self.gate.aws.emulator, returned.headers["location"]))

    def signed_in(self) -> dict[str, Any]:
        attempt = self.gate.web.begin()
        with Browser() as browser:
            code = attempt.code_of(self.come_back(browser, self.leave(browser, attempt)))
        answer = attempt.redeem(code)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def is_somebody_new(self) -> None:
        number = secrets.token_hex(4)
        self.provider.person = {
            "sub": f"partner-{number}",
            "email": f"{number}@partner.example",
            "email_verified": True,
        }


@pytest.fixture
def partner(gate: Gate) -> Iterator[Partner]:
    """The provider is configured as `infra/aws.yaml` configures one: by its issuer, the rest is discovered."""
    domain = gate.aws.resources.sign_in_domain
    callback = f"https://{domain}.auth.{gate.aws.resources.region}.amazoncognito.com/oauth2/idpresponse"
    name = f"Partner{secrets.token_hex(3)}"
    with Provider(callback) as provider:
        gate.cognito.create_identity_provider(
            UserPoolId=gate.pool,
            ProviderName=name,
            ProviderType="OIDC",
            ProviderDetails={
                "client_id": provider.client,
                "client_secret": provider.secret,
                "oidc_issuer": provider.issuer,
                "authorize_scopes": SCOPE,
                "attributes_request_method": "GET",
            },
            AttributeMapping={"email": "email", "username": "sub"},
        )
        found = Partner(gate, provider, name)
        found.is_somebody_new()
        yield found
        gate.cognito.delete_identity_provider(UserPoolId=gate.pool, ProviderName=name)


def test_the_redirect_leaves_to_the_provider_with_what_it_needs_and_no_more(partner: Partner) -> None:
    attempt = partner.gate.web.begin()
    with Browser() as browser:
        left = partner.leave(browser, attempt)
        assert left.status_code == 302
        partner.come_back(browser, left)
    place, asked = left.headers["location"], partner.provider.asked[0]
    assert place.partition("?")[0] == partner.provider.discovery()["authorization_endpoint"]
    assert asked == {
        "response_type": "code",
        "client_id": partner.provider.client,
        "redirect_uri": partner.provider.callback,
        "scope": SCOPE,
        "state": asked["state"],
    }
    # Ours is between our page and Cognito; the provider's state is Cognito's own.
    assert asked["state"] != attempt.state
    assert partner.provider.secret not in place


def test_who_comes_back_from_a_provider_has_a_session_under_a_sub_of_cognitos(partner: Partner) -> None:
    tokens = partner.signed_in()
    access, identity = claims(tokens["access_token"]), claims(tokens["id_token"])
    theirs = str(partner.provider.person["sub"])
    assert access["username"] == f"{partner.name}_{theirs}"
    assert partner.gate.user_id(tokens["access_token"]) == access["sub"] == identity["sub"]
    assert theirs not in access["sub"]
    (linked,) = identity["identities"]
    assert (linked["providerName"], linked["providerType"], linked["userId"]) == (
        partner.name,
        "OIDC",
        theirs,
    )
    assert partner.gate.refusal(tokens["id_token"]) == "TOKEN_INVALID"


def test_coming_back_again_is_the_same_user_whatever_the_address_is_by_then(partner: Partner) -> None:
    before = partner.gate.user_id(partner.signed_in()["access_token"])
    partner.provider.person["email"] = "moved@partner.example"
    assert partner.gate.user_id(partner.signed_in()["access_token"]) == before
    partner.is_somebody_new()
    assert partner.gate.user_id(partner.signed_in()["access_token"]) != before


def test_an_address_that_a_provider_vouches_for_opens_nobody_elses_account(partner: Partner) -> None:
    email = partner.gate.new_person()
    own = partner.gate.user_id(partner.gate.web.signed_in(email, PASSWORD)["access_token"])
    partner.provider.person["email"] = email
    assert partner.gate.user_id(partner.signed_in()["access_token"]) != own


def test_who_came_from_a_provider_is_signed_out_disabled_and_erased_like_anybody(partner: Partner) -> None:
    """Their name at Cognito is not their sub, so auth has to look it up."""
    gate = partner.gate
    first = partner.signed_in()
    assert gate.call("POST", "/v1/session:signOut", first["access_token"]).status_code == 200
    assert gate.refused_soon(first["access_token"]) == "TOKEN_REVOKED"
    assert gate.web.renew(first["refresh_token"]).status_code == 400
    next_second()
    second = partner.signed_in()["access_token"]
    erasure = gate.call("DELETE", "/v1/account", second).json()
    until(lambda: gate.call("GET", f"/v1/{erasure['name']}", second).json()["state"] == "STATE_DONE")
    assert gate.refused_soon(second) == "ACCOUNT_ERASED"
    with pytest.raises(gate.cognito.exceptions.UserNotFoundException):
        gate.cognito.admin_get_user(UserPoolId=gate.pool, Username=claims(second)["username"])


def test_an_account_from_a_provider_that_is_disabled_is_refused(partner: Partner) -> None:
    token = partner.signed_in()["access_token"]
    name = claims(token)["username"]
    partner.gate.cognito.admin_disable_user(UserPoolId=partner.gate.pool, Username=name)
    assert partner.gate.refused_soon(token) == "ACCOUNT_DISABLED"


def test_what_the_provider_sends_back_is_good_once_and_for_its_own_state(partner: Partner) -> None:
    with Browser() as browser:
        left = partner.leave(browser, partner.gate.web.begin())
        back = at_emulator(
            partner.gate.aws.emulator, browser.get(left.headers["location"]).headers["location"]
        )
        forged = browser.get(back.replace("state=", "state=forged"))
        assert forged.status_code == 400
        assert browser.get(back).status_code == 302
        assert browser.get(back).status_code == 400


@pytest.mark.parametrize("trouble", ["denies", "broken"])
def test_who_is_not_signed_in_over_there_is_not_signed_in_here(partner: Partner, trouble: str) -> None:
    setattr(partner.provider, trouble, True)
    with Browser() as browser:
        answer = partner.come_back(browser, partner.leave(browser, partner.gate.web.begin()))
    back: str = answer.headers.get("location", "")
    brought = parse_qs(urlsplit(back).query)
    assert answer.status_code == 400 or "error" in brought
    assert "code" not in brought


def test_a_provider_that_cannot_be_discovered_leads_nowhere(partner: Partner) -> None:
    name = f"Gone{secrets.token_hex(3)}"
    partner.gate.cognito.create_identity_provider(
        UserPoolId=partner.gate.pool,
        ProviderName=name,
        ProviderType="OIDC",
        ProviderDetails={
            "client_id": "x",
            "client_secret": "y",
            "oidc_issuer": f"{partner.provider.issuer}/x",
        },
        AttributeMapping={"email": "email"},
    )
    with Browser() as browser:
        parameters = partner.gate.web.begin().parameters(identity_provider=name)
        answer = browser.get(f"{partner.gate.web.pages}/oauth2/authorize", **parameters)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_the_provider_answers_as_openid_connect_says(partner: Partner) -> None:
    """The stand-in is worth something only if a wrong client gets nowhere with it."""
    provider = partner.provider
    with httpx.Client(trust_env=False) as http:
        found = http.get(f"{provider.issuer}/.well-known/openid-configuration").json()
        assert found["issuer"] == provider.issuer
        assert http.get(found["jwks_uri"]).json()["keys"][0]["alg"] == "RS256"
        query = {"client_id": provider.client, "redirect_uri": "https://evil.example/", "state": "s"}
        assert http.get(found["authorization_endpoint"], params=query).status_code == 400
        form = {"code": "made-up", "client_id": provider.client, "client_secret": provider.secret}
        assert http.post(found["token_endpoint"], data=form).json() == {"error": "invalid_grant"}
        assert http.post(found["token_endpoint"], data={**form, "client_secret": "z"}).status_code == 401
        assert http.get(found["userinfo_endpoint"]).status_code == 401
        bearer = {"authorization": f"Bearer for {provider.person['sub']}"}
        assert json.loads(http.get(found["userinfo_endpoint"], headers=bearer).text) == provider.person
