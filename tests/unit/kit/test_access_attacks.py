"""The attack playbook against the gatekeeper: every forgery that ever worked somewhere is refused here."""

from __future__ import annotations

import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kit.access import AccessTokens, Gatekeeper, TokenInvalid, TokenMalformed
from services.kit.errors import TimbreError, Unauthenticated
from services.kit.jose import decode, encode
from services.kit.jwks import Jwks
from tests.fixtures.tokens import ADA, CLIENT, Issuer, jwk, pack, rsa_key

pytestmark = pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")

EVE = rsa_key(66)
"""The attacker's own key, which the issuer never published."""


RESPELLINGS: list[Callable[[str], str]] = [
    lambda token: token + "=",
    lambda token: token + "==",
    lambda token: token + ".",
    lambda token: token + ".e30",
    lambda token: "." + token,
    lambda token: token.replace(".", ".=", 1),
    lambda token: token.replace(".", "\n.", 1),
    lambda token: json.dumps({"signatures": token.split(".")}),
    lambda token: token.rpartition(".")[0],
    lambda token: token.rpartition(".")[0] + ".",
    lambda token: token.upper(),
    lambda token: token.swapcase(),
    lambda token: token + "A" * 8192,
]
"""Ways to write a genuine token differently."""


class Target:
    """An issuer and the gatekeeper that trusts it."""

    def __init__(self, issuer: Issuer, keys: Jwks) -> None:
        self.issuer = issuer
        self.access = AccessTokens(issuer.url, frozenset({CLIENT}), keys)
        self.gatekeeper = Gatekeeper(self.access)

    async def refusal(self, token: str) -> type[TimbreError]:
        """Try the front door, then the verifier behind it; both must refuse."""
        with pytest.raises(Unauthenticated) as outside:
            await self.gatekeeper.authenticate([("authorization", f"Bearer {token}")])
        with pytest.raises(Unauthenticated):
            await self.access.verify(token)
        return type(outside.value)


@pytest.fixture
async def target() -> AsyncIterator[Target]:
    with Issuer() as issuer:
        async with Jwks(issuer.jwks_url) as keys:
            yield Target(issuer, keys)


async def test_the_genuine_token_passes(target: Target) -> None:
    assert (await target.access.verify(target.issuer.mint())).user_id == ADA


@pytest.mark.parametrize(
    "spelling",
    [
        "none",
        "None",
        "NONE",
        "nOnE",
        "nONE",
        "noNe",
        "NonE",
        " none",
        "none ",
        "none\u0000",
        "",
        "null",
    ],
)
@pytest.mark.parametrize("signature", ["", "AA", "kept"])
async def test_a_token_cannot_say_that_it_needs_no_signature(
    target: Target, spelling: str, signature: str
) -> None:
    for header in ({"alg": spelling}, {"alg": spelling, "kid": "key-0"}):
        forged = pack(header, target.issuer.claims(), rsa_key() if signature == "kept" else None)
        assert await target.refusal(forged + (signature if signature != "kept" else "")) in (
            TokenInvalid,
            TokenMalformed,
        )


@pytest.mark.parametrize(
    "signature", [b"", b"\0", b"\0" * 256, b"\xff" * 256, b"\0" * 255 + b"\1", b"x" * 512]
)
async def test_a_made_up_signature_is_refused(target: Target, signature: bytes) -> None:
    header = {"alg": "RS256", "kid": "key-0"}
    await target.refusal(pack(header, target.issuer.claims(), signature=signature))


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_the_public_key_is_no_shared_secret(target: Target, algorithm: str) -> None:
    public = rsa_key().public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    entry = jwk(rsa_key(), "key-0")
    secrets = [
        pem,
        pem.rstrip(b"\n"),
        pem.replace(b"\n", b"\r\n"),
        public.public_bytes(Encoding.PEM, PublicFormat.PKCS1),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.PKCS1),
        json.dumps(entry).encode(),
        json.dumps(entry, separators=(",", ":")).encode(),
        target.issuer.document(),
        entry["n"].encode(),
        decode(entry["n"]),
        b"",
    ]
    digest = f"sha{algorithm[2:]}"
    for secret in secrets:
        for claimed in (algorithm, "RS256"):
            signed = pack({"alg": claimed, "kid": "key-0"}, target.issuer.claims()).removesuffix(".")
            mac = hmac.digest(secret, signed.encode(), digest)
            assert await target.refusal(f"{signed}.{encode(mac)}") is TokenInvalid


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256", "PS384", "PS512"])
async def test_another_algorithm_of_the_genuine_key_is_refused(target: Target, algorithm: str) -> None:
    token = jwt.encode(target.issuer.claims(), rsa_key(), algorithm, headers={"kid": "key-0"})
    assert await target.refusal(token) is TokenInvalid
    header, payload, signature = token.split(".")
    renamed = encode(decode(header).replace(algorithm.encode(), b"RS256"))
    await target.refusal(f"{renamed}.{payload}.{signature}")


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": jwk(EVE, "key-0")},
        {"jwk": jwk(EVE, "eve"), "kid": "eve"},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/eve.pem"},
        {"x5c": ["MIIB"]},
        {"x5t": "AAAA"},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
        {"crit": []},
        {"JWK": jwk(EVE, "key-0")},
    ],
    ids=",".join,
)
async def test_a_token_brings_no_key_and_no_rules_of_its_own(target: Target, extra: dict[str, Any]) -> None:
    fetches = target.issuer.fetches
    for key in (EVE, rsa_key()):
        header = {"alg": "RS256", "kid": "key-0", "typ": "JWT", **extra}
        assert await target.refusal(pack(header, target.issuer.claims(), key)) is TokenMalformed
    assert target.issuer.fetches == fetches


async def test_a_token_cannot_send_us_to_a_server(target: Target) -> None:
    fetches = target.issuer.fetches
    for parameter in ("jku", "x5u"):
        header = {"alg": "RS256", "kid": "key-0", parameter: target.issuer.jwks_url}
        await target.refusal(pack(header, target.issuer.claims(), rsa_key()))
    assert target.issuer.fetches == fetches


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null",
        "/dev/null",
        "key-0\u0000.pem",
        "key-0' OR '1'='1",
        "x' UNION SELECT 'secret'--",
        "| sleep 10",
        "http://evil.example/key",
        "KEY-0",
        "key-0 ",
        "",
        "__class__",
        "0",
        "\ud800",
    ],
    ids=ascii,
)
async def test_a_key_id_is_a_name_in_the_set_and_nothing_else(target: Target, kid: str) -> None:
    claims = target.issuer.claims()
    assert await target.refusal(pack({"alg": "RS256", "kid": kid}, claims, rsa_key())) is TokenInvalid
    assert await target.refusal(pack({"alg": "HS256", "kid": kid}, claims, signature=b"x")) is TokenInvalid


async def test_a_token_names_its_key(target: Target) -> None:
    assert await target.refusal(pack({"alg": "RS256"}, target.issuer.claims(), rsa_key())) is TokenInvalid


async def test_the_attackers_key_under_the_issuers_name_is_refused(target: Target) -> None:
    token = pack({"alg": "RS256", "kid": "key-0"}, target.issuer.claims(), EVE)
    assert await target.refusal(token) is TokenInvalid


@pytest.mark.parametrize(
    "change",
    [
        {"sub": "eve"},
        {"exp": 9999999999},
        {"cognito:groups": ["admin"]},
        {"client_id": CLIENT, "scope": "admin"},
        {},
    ],
    ids=str,
)
async def test_changed_claims_need_a_new_signature(target: Target, change: dict[str, Any]) -> None:
    header, payload, signature = target.issuer.mint().split(".")
    changed = encode(json.dumps(json.loads(decode(payload)) | change, indent=1).encode())
    assert changed != payload
    assert await target.refusal(f"{header}.{changed}.{signature}") is TokenInvalid


@pytest.mark.parametrize("respell", RESPELLINGS)
async def test_a_genuine_token_has_one_spelling(target: Target, respell: Callable[[str], str]) -> None:
    await target.refusal(respell(target.issuer.mint()))


async def test_no_member_counts_twice(target: Target) -> None:
    claims = json.dumps(target.issuer.claims())
    header = '{"alg":"RS256","kid":"key-0"}'
    for twice in (
        claims[:-1] + ',"sub":"eve"}',
        '{"sub":"eve",' + claims[1:],
        claims[:-1] + ',"s\\u0075b":"eve"}',
    ):
        assert await target.refusal(pack(header, twice, rsa_key())) is TokenMalformed
    for twice in ('{"alg":"none","alg":"RS256","kid":"key-0"}', '{"kid":"eve",' + header[1:]):
        assert await target.refusal(pack(twice, claims, rsa_key())) is TokenMalformed


@pytest.mark.parametrize("parts", [2, 4, 5])
async def test_encrypted_and_other_forms_are_no_tokens(target: Target, parts: int) -> None:
    jwe = {"alg": "RSA-OAEP", "enc": "A256GCM", "zip": "DEF", "kid": "key-0"}
    assert (
        await target.refusal(".".join([encode(json.dumps(jwe).encode()), *["AAAA"] * (parts - 1)]))
        is TokenMalformed
    )


class TestMutants:
    """A genuine token, changed in any way, is another token."""

    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    async def test_no_mutant_is_accepted(self, target: Target, data: st.DataObject) -> None:
        token = target.issuer.mint(exp=int(time.time()) + 900)
        position = data.draw(st.integers(0, len(token) - 1))
        characters = st.characters(max_codepoint=127) | st.sampled_from("=.+/-_AQgw") | st.characters()
        filler = data.draw(st.text(characters, max_size=3))
        length = data.draw(st.integers(0, 3))
        mutant = token[:position] + filler + token[position + length :]
        if mutant != token:
            await target.refusal(mutant)

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(bit=st.integers(0), part=st.integers(0, 2))
    async def test_no_flipped_bit_is_accepted(self, target: Target, bit: int, part: int) -> None:
        parts = target.issuer.mint().split(".")
        flipped = bytearray(decode(parts[part]))
        flipped[bit // 8 % len(flipped)] ^= 1 << bit % 8
        parts[part] = encode(bytes(flipped))
        await target.refusal(".".join(parts))

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        changes=st.dictionaries(
            st.sampled_from(
                ["iss", "exp", "nbf", "iat", "token_use", "client_id", "sub", "jti", "aud", "scope"]
            ),
            st.none()
            | st.text(max_size=5)
            | st.integers()
            | st.floats()
            | st.booleans()
            | st.lists(st.text()),
            max_size=3,
        )
    )
    async def test_whatever_we_accept_pyjwt_accepts_too(
        self, target: Target, changes: dict[str, Any]
    ) -> None:
        token = pack({"alg": "RS256", "kid": "key-0"}, target.issuer.claims() | changes, rsa_key())
        try:
            caller = await target.access.verify(token)
        except Unauthenticated:
            return
        claims = jwt.decode(
            token,
            rsa_key().public_key(),
            ["RS256"],
            issuer=target.issuer.url,
            leeway=30,
            options={"require": ["exp", "sub", "iss"], "verify_aud": False},
        )
        assert claims["sub"] == caller.user_id
        assert (claims["token_use"], claims["client_id"]) == ("access", caller.client_id)
