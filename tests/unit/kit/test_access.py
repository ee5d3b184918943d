"""Which tokens let a user in, and what is remembered about them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.kit import jose
from services.kit.access import (
    AccessTokens,
    Caller,
    Gatekeeper,
    TokenExpired,
    TokenInvalid,
    TokenMalformed,
    TokenMissing,
    bearer,
)
from services.kit.errors import Unauthenticated
from services.kit.jwks import Jwks, KeysUnavailable
from services.kit.revocations import TokenRevoked
from tests.fixtures.tokens import ADA, CLIENT, Clock, Fault, Issuer


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def clock() -> Clock:
    """The wall clock and the key cache's: both count seconds."""
    return Clock(time.time())


@pytest.fixture
async def keys(issuer: Issuer, clock: Clock) -> AsyncIterator[Jwks]:
    async with Jwks(issuer.jwks_url, clock=clock, timeout=1.0) as keys:
        yield keys


@pytest.fixture
def tokens(issuer: Issuer, keys: Jwks, clock: Clock) -> AccessTokens:
    return AccessTokens(issuer.url, frozenset({CLIENT, "timbre-cli"}), keys, clock=clock)


class TestCaller:
    async def test_a_valid_token_names_its_user(self, issuer: Issuer, tokens: AccessTokens) -> None:
        token = issuer.mint(groups=["staff", "beta"], exp=int(time.time()) + 600, client_id="timbre-cli")
        caller = await tokens.verify(token)
        assert caller == Caller(
            user_id=ADA,
            service=None,
            groups=frozenset({"staff", "beta"}),
            client_id="timbre-cli",
            expires=caller.expires,
            token_id="token-1",
        )
        assert abs(caller.expires.timestamp() - time.time() - 600) < 5
        assert caller.expires.tzinfo is UTC

    async def test_only_sub_says_who_it_is(self, issuer: Issuer, tokens: AccessTokens) -> None:
        caller = await tokens.verify(issuer.mint(username="eve", email="eve@example.org", jti=None))
        assert (caller.user_id, caller.groups, caller.token_id) == (ADA, frozenset(), "")

    @pytest.mark.parametrize("typ", ["JWT", "at+jwt"])
    async def test_a_type_in_the_header_is_fine(self, issuer: Issuer, tokens: AccessTokens, typ: str) -> None:
        assert await tokens.verify(issuer.mint(header={"typ": typ}))

    @pytest.mark.parametrize(
        "sub", [None, "", " ", "a b", "a" * 129, "../ada", "ada\n", "\ud800", "ada'--", "ä"]
    )
    async def test_a_token_without_a_usable_user_is_invalid(
        self, issuer: Issuer, tokens: AccessTokens, sub: str | None
    ) -> None:
        with pytest.raises(TokenInvalid):
            await tokens.verify(issuer.mint(sub=sub))

    async def test_the_longest_user_id_has_128_characters(self, issuer: Issuer, tokens: AccessTokens) -> None:
        assert (await tokens.verify(issuer.mint(sub="a" * 128))).user_id == "a" * 128


class TestClaims:
    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"token_use": "id", "aud": CLIENT, "client_id": None}, TokenInvalid),
            ({"token_use": "id"}, TokenInvalid),
            ({"token_use": "ACCESS"}, TokenInvalid),
            ({"token_use": None}, TokenInvalid),
            ({"token_use": ["access"]}, TokenMalformed),
            ({"client_id": "another-app"}, TokenInvalid),
            ({"client_id": ""}, TokenInvalid),
            ({"client_id": None}, TokenInvalid),
            ({"client_id": None, "aud": CLIENT}, TokenInvalid),
            ({"client_id": CLIENT[:-1]}, TokenInvalid),
            ({"client_id": [CLIENT]}, TokenMalformed),
            ({"iss": None}, TokenInvalid),
            ({"iss": ""}, TokenInvalid),
            ({"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other"}, TokenInvalid),
            ({"exp": None}, TokenInvalid),
            ({"exp": 0}, TokenExpired),
            ({"exp": True}, TokenMalformed),
            ({"exp": "9999999999"}, TokenMalformed),
            ({"exp": 10**18}, TokenMalformed),
            ({"sub": 7}, TokenMalformed),
        ],
        ids=str,
    )
    async def test_a_wrong_claim_is_refused(
        self, issuer: Issuer, tokens: AccessTokens, changes: dict[str, Any], error: type[Unauthenticated]
    ) -> None:
        with pytest.raises(error) as refused:
            await tokens.verify(issuer.mint(**changes))
        assert type(refused.value) is error

    @pytest.mark.parametrize("change", ["{}/", "{}/x", "x{}", " {}", "{}\n", "{}#", "{}?"])
    async def test_the_issuer_is_compared_character_by_character(
        self, issuer: Issuer, tokens: AccessTokens, change: str
    ) -> None:
        for wrong in (change.format(issuer.url), issuer.url[:-1], issuer.url[1:], issuer.url.upper()):
            with pytest.raises(TokenInvalid, match="another issuer"):
                await tokens.verify(issuer.mint(iss=wrong))

    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"exp": -30}, TokenExpired),
            ({"exp": -29}, None),
            ({"nbf": 31}, TokenInvalid),
            ({"nbf": 30}, None),
            ({"iat": 31}, TokenInvalid),
            ({"iat": 30}, None),
            ({"iat": None}, None),
        ],
        ids=str,
    )
    async def test_clocks_may_differ_by_the_leeway_and_no_more(
        self, issuer: Issuer, keys: Jwks, changes: dict[str, Any], error: type[Unauthenticated] | None
    ) -> None:
        now = float(int(time.time()))
        tokens = AccessTokens(issuer.url, frozenset({CLIENT}), keys, clock=lambda: now, leeway=30.0)
        times = {name: value and now + value for name, value in changes.items()}
        token = issuer.mint(header=None, **{"iat": now - 60, **times})
        if error:
            with pytest.raises(error):
                await tokens.verify(token)
        else:
            assert await tokens.verify(token)

    @pytest.mark.parametrize(
        ("clients", "leeway"), [(set[str](), 30.0), ({""}, 30.0), ({CLIENT}, 61.0), ({CLIENT}, -1.0)]
    )
    async def test_a_verifier_that_would_let_anyone_in_does_not_start(
        self, issuer: Issuer, keys: Jwks, clients: set[str], leeway: float
    ) -> None:
        with pytest.raises(ValueError, match=r"client|leeway"):
            AccessTokens(issuer.url, frozenset(clients), keys, leeway=leeway)
        with pytest.raises(ValueError, match="issuer"):
            AccessTokens("", frozenset({CLIENT}), keys)


class TestMemory:
    async def test_a_remembered_token_still_expires(
        self, issuer: Issuer, tokens: AccessTokens, clock: Clock
    ) -> None:
        token = issuer.mint(exp=int(clock.now) + 60)
        caller = await tokens.verify(token)
        clock.advance(89)
        assert await tokens.verify(token) is caller
        clock.advance(2)
        with pytest.raises(TokenExpired):
            await tokens.verify(token)

    async def test_a_remembered_token_can_be_revoked(self, issuer: Issuer, keys: Jwks) -> None:
        revoked = set[str]()

        def check(claims: jose.Claims) -> None:
            if claims["origin_jti"] in revoked:
                raise TokenRevoked

        tokens = AccessTokens(issuer.url, frozenset({CLIENT}), keys, check=check)
        ours, other = issuer.mint(origin_jti="a"), issuer.mint(origin_jti="b")
        assert await tokens.verify(ours)
        revoked.add("a")
        with pytest.raises(TokenRevoked) as refused:
            await tokens.verify(ours)
        assert refused.value.caller
        assert refused.value.caller.user_id == ADA
        assert await tokens.verify(other)
        revoked.clear()
        assert await tokens.verify(ours)

    async def test_a_token_is_good_no_longer_than_its_key(
        self, issuer: Issuer, tokens: AccessTokens, keys: Jwks, clock: Clock
    ) -> None:
        token = issuer.mint()
        assert await tokens.verify(token)
        issuer.rotate(keep=False)
        clock.advance(15)
        assert await keys.find(issuer.kid)
        with pytest.raises(TokenInvalid):
            await tokens.verify(token)

    async def test_an_outage_does_not_touch_known_keys(
        self, issuer: Issuer, tokens: AccessTokens, clock: Clock
    ) -> None:
        remembered = issuer.mint(exp=int(clock.now) + 7200)
        assert await tokens.verify(remembered)
        issuer.fault = Fault.DOWN
        clock.advance(3600)
        assert await tokens.verify(remembered)
        assert await tokens.verify(issuer.mint(jti="fresh", exp=int(clock.now) + 7200))
        unpublished = issuer.rotate()
        with pytest.raises(KeysUnavailable):
            await tokens.verify(issuer.mint(header={"kid": unpublished}, exp=int(clock.now) + 7200))

    async def test_the_verdict_that_was_not_used_for_longest_is_forgotten_first(
        self, issuer: Issuer, keys: Jwks
    ) -> None:
        tokens = AccessTokens(issuer.url, frozenset({CLIENT}), keys, remembered=2)
        minted = [issuer.mint(jti=jti) for jti in ("a", "b", "c")]
        a, b = [await tokens.verify(token) for token in minted[:2]]
        assert await tokens.verify(minted[0]) is a
        await tokens.verify(minted[2])
        assert await tokens.verify(minted[0]) is a
        again = await tokens.verify(minted[1])
        assert again == b
        assert again is not b

    async def test_a_tampered_copy_of_a_remembered_token_is_no_copy(
        self, issuer: Issuer, tokens: AccessTokens
    ) -> None:
        token = issuer.mint()
        assert await tokens.verify(token)
        for copy in (token + "=", token[:-1], token.replace(".", "..", 1), token + "\ud800", token + " "):
            with pytest.raises(TokenMalformed):
                await tokens.verify(copy)


class TestBearer:
    def test_the_token_of_the_one_authorization_entry_is_taken(self) -> None:
        assert bearer((("user-agent", "x"), ("authorization", "Bearer a.b.c"))) == "a.b.c"
        assert bearer([("Authorization", "bearer a.b.c"), ("trace-bin", b"x")]) == "a.b.c"

    @pytest.mark.parametrize(
        "metadata", [None, (), [("cookie", "authorization=Bearer a.b.c")], [("x-authorization", "Bearer a")]]
    )
    def test_no_entry_is_a_missing_token(self, metadata: Any) -> None:
        with pytest.raises(TokenMissing) as error:
            bearer(metadata)
        assert error.value.reason == "TOKEN_MISSING"

    @pytest.mark.parametrize(
        "values",
        [
            ["Bearer a.b.c", "Bearer a.b.c"],
            ["Bearer a.b.c", "Basic YTpi"],
            ["Basic YTpi"],
            ["a.b.c"],
            [""],
            ["Bearer"],
            ["Bearer "],
            [" Bearer a.b.c"],
            [b"Bearer a.b.c"],
        ],
    )
    def test_anything_else_is_malformed(self, values: list[str | bytes]) -> None:
        with pytest.raises(TokenMalformed) as error:
            bearer([("authorization", value) for value in values])
        assert error.value.reason == "TOKEN_MALFORMED"

    @pytest.mark.parametrize(
        "value", ["Bearer  {}", "Bearer {} ", "Bearer {},{}", "Bearer {}\t", "Bearer {} {}"]
    )
    async def test_nothing_stands_around_the_token(
        self, issuer: Issuer, tokens: AccessTokens, value: str
    ) -> None:
        token = issuer.mint()
        with pytest.raises(TokenMalformed):
            await Gatekeeper(tokens).authenticate([("authorization", value.format(token, token))])


class TestGatekeeper:
    async def test_a_user_comes_in(self, issuer: Issuer, tokens: AccessTokens) -> None:
        caller = await Gatekeeper(tokens).authenticate([("authorization", f"Bearer {issuer.mint()}")])
        assert caller.user_id == ADA

    @pytest.mark.parametrize("algorithm", ["none", "HS256", "EdDSA", "RS512", "PS256", "ES256", ""])
    async def test_an_algorithm_without_a_verifier_is_refused(
        self, issuer: Issuer, tokens: AccessTokens, algorithm: str
    ) -> None:
        token = issuer.mint(header={"alg": algorithm})
        with pytest.raises(TokenInvalid, match="algorithm"):
            await Gatekeeper(tokens).authenticate([("authorization", f"Bearer {token}")])

    async def test_a_refusal_tells_nothing_but_its_reason(self, issuer: Issuer, tokens: AccessTokens) -> None:
        for token in (issuer.mint(iss="secret"), issuer.mint(sub="secret!"), "secret.secret.secret"):
            with pytest.raises(Unauthenticated) as error:
                await Gatekeeper(tokens).authenticate([("authorization", f"Bearer {token}")])
            assert "secret" not in f"{error.value} {error.value.metadata}"
            assert error.value.__cause__ is None

    async def test_expiry_is_a_moment_in_utc(
        self, issuer: Issuer, tokens: AccessTokens, clock: Clock
    ) -> None:
        caller = await tokens.verify(issuer.mint(exp=int(clock.now) + 1))
        assert caller.expires == datetime.fromtimestamp(int(clock.now) + 1, UTC)
