"""What a token and a key set may look like, and nothing else."""

from __future__ import annotations

import json
from base64 import b64encode
from math import prod
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit import jose
from tests.fixtures.tokens import jwk, pack, rsa_key

HEADER = {"alg": "RS256", "kid": "key-0"}
TEXTS = ("iss", "sub", "jti", "client_id", "token_use", "scope", "origin_jti")
TIMES = ("exp", "nbf", "iat", "auth_time")


def key_set(*keys: Any, **members: Any) -> bytes:
    return json.dumps({"keys": list(keys), **members}).encode()


class TestParse:
    def test_a_token_comes_apart(self) -> None:
        token = pack(HEADER | {"typ": "JWT"}, {"sub": "ada"}, signature=b"made up")
        jws = jose.parse(token)
        assert jws.header == jose.Header("RS256", "key-0", "JWT")
        assert (jws.payload, jws.signature) == (b'{"sub": "ada"}', b"made up")
        assert jws.signed.decode() == token.rpartition(".")[0]

    def test_what_compose_makes_comes_apart_again(self) -> None:
        jws = jose.parse(jose.compose(HEADER, {"sub": "ada"}, lambda signed: signed[::-1]))
        assert jose.read_claims(jws) == {"sub": "ada"}
        assert jws.signature == jws.signed[::-1]

    @pytest.mark.parametrize(
        "token",
        [
            "",
            "e30",
            "e30.e30",
            "e30.e30.e30.e30",
            "...",
            "." * 8000,
            "e30.e30.e30.e30.e30",
            "\x00",
            "é.é.é",
            "\ud800",
        ],
        ids=ascii,
    )
    def test_anything_but_three_parts_is_malformed(self, token: str) -> None:
        with pytest.raises(jose.Malformed):
            jose.parse(token)

    @pytest.mark.parametrize("part", [0, 1, 2])
    @pytest.mark.parametrize(
        "ending",
        ["=", "==", "\n", "\r\n", " ", "%", "=A", "A" * 9, "A" * 10, "A" * 11, "é", "\ud800", "\0"],
        ids=ascii,
    )
    def test_nothing_but_the_alphabet_is_in_a_part(self, part: int, ending: str) -> None:
        parts = pack("{}", {"sub": "ada"}, signature=b"made up").split(".")
        for spoilt in (parts[part] + ending, ending + parts[part]):
            with pytest.raises(jose.Malformed):
                jose.parse(".".join([*parts[:part], spoilt, *parts[part + 1 :]]))

    def test_the_other_base64_alphabet_is_malformed(self) -> None:
        token = pack(HEADER, "{}", signature=b"\xfb\xff")
        assert token.endswith("-_8")
        with pytest.raises(jose.Malformed):
            jose.parse(token.replace("-_8", "+/8"))

    @given(st.binary(min_size=1, max_size=40), st.integers(1, 15))
    def test_unused_bits_of_the_last_character_are_zero(self, data: bytes, bits: int) -> None:
        part = jose.encode(data)
        assert jose.decode(part) == data
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        unused = (0, 4, 2)[len(data) % 3]
        other = alphabet[alphabet.index(part[-1]) | bits & (2**unused - 1)]
        if other != part[-1]:
            with pytest.raises(jose.Malformed):
                jose.decode(part[:-1] + other)

    def test_standard_base64_with_padding_is_not_base64url(self) -> None:
        with pytest.raises(jose.Malformed):
            jose.decode(b64encode(b"ada?").decode())

    def test_a_token_of_eight_kilobytes_is_read_and_a_longer_one_is_not(self) -> None:
        head = pack(HEADER, "").removesuffix(".")
        longest = f"{head}{'A' * 8144}.AAA"
        assert len(longest) == jose.MAX_TOKEN
        assert jose.parse(longest).payload
        with pytest.raises(jose.Malformed, match="too long"):
            jose.parse(longest + "AAAA")

    def test_a_long_header_is_malformed(self) -> None:
        with pytest.raises(jose.Malformed, match="too long"):
            jose.parse(pack(HEADER | {"kid": "k" * jose.MAX_HEADER}, "{}"))


class TestHeader:
    @pytest.mark.parametrize(
        "extra",
        [
            {"jwk": {"kty": "RSA"}},
            {"jku": "https://evil.example/jwks.json"},
            {"x5u": "https://evil.example/cert.pem"},
            {"x5c": ["MIIB"]},
            {"x5t": "c2hhMQ"},
            {"x5t#S256": "c2hhMjU2"},
            {"crit": ["exp"]},
            {"crit": []},
            {"b64": False},
            {"zip": "DEF"},
            {"enc": "A256GCM"},
            {"cty": "JWT"},
            {"iss": "anyone"},
        ],
        ids=str,
    )
    def test_a_parameter_that_we_do_not_know_is_refused(self, extra: dict[str, Any]) -> None:
        with pytest.raises(jose.Malformed):
            jose.parse(pack(HEADER | extra, "{}", signature=b"x"))

    @pytest.mark.parametrize(
        "header",
        [
            {},
            {"kid": "key-0"},
            {"alg": None},
            {"alg": ["RS256"]},
            {"alg": 256},
            {"alg": "RS256", "kid": 0},
            {"alg": "RS256", "kid": None},
            {"alg": "RS256", "kid": ["key-0"]},
            {"alg": "RS256", "typ": {}},
            [],
            "RS256",
            None,
            '{"alg":"none","alg":"RS256"}',
            '{"alg":"RS256","kid":"key-0","kid":"key-1"}',
            '{"alg":"RS256","\\u0061lg":"none"}',
            "{'alg':'RS256'}",
            '{"alg":"RS256"}{}',
            '{"alg":"RS256",}',
            '\ufeff{"alg":"RS256"}',
            b'{"alg":"RS256","kid":"\xff"}',
            b'{"alg":"RS256","kid":"\xc0\xae"}',
            '{"alg":"RS256"}'.encode("utf-16"),
            "[" * 700,
            '{"a":' * 140,
            '{"alg":NaN}',
        ],
        ids=ascii,
    )
    def test_a_header_is_one_object_of_strings_that_names_its_algorithm_once(self, header: Any) -> None:
        with pytest.raises(jose.Malformed):
            jose.parse(pack(header, "{}", signature=b"x"))


class TestClaims:
    @pytest.mark.parametrize(
        "claims",
        [
            *({name: wrong} for name in TEXTS for wrong in (1, None, ["x"])),
            *({name: wrong} for name in TIMES for wrong in ("1", None, True, [1], -1, 10**15)),
            {"aud": 1},
            {"aud": ["x", 1]},
            *({"cognito:groups": wrong} for wrong in ("admin", [1])),
            {"act": "x"},
        ],
        ids=str,
    )
    def test_a_claim_that_we_know_has_its_type(self, claims: dict[str, Any]) -> None:
        with pytest.raises(jose.Malformed, match=next(iter(claims))):
            jose.read_claims(jose.parse(pack(HEADER, claims, signature=b"x")))

    @pytest.mark.parametrize("time", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 5000])
    def test_a_time_is_finite(self, time: str) -> None:
        with pytest.raises(jose.Malformed):
            jose.read_claims(jose.parse(pack(HEADER, f'{{"exp":{time}}}', signature=b"x")))

    @pytest.mark.parametrize(
        "payload",
        [
            "",
            "foo",
            "[]",
            "null",
            '"x"',
            '{"sub":"a","sub":"b"}',
            '{"act":{"sub":"a","sub":"b"}}',
            b"\xff",
            "[" * 5000,
        ],
        ids=ascii,
    )
    def test_claims_are_an_object_with_unique_members(self, payload: str | bytes) -> None:
        with pytest.raises(jose.Malformed):
            jose.read_claims(jose.parse(pack(HEADER, payload, signature=b"x")))

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
    def test_what_json_does_not_know_is_malformed_anywhere(self, value: str) -> None:
        with pytest.raises(jose.Malformed):
            jose.read_claims(jose.parse(pack(HEADER, f'{{"custom":[{value}]}}', signature=b"x")))

    def test_claims_that_we_do_not_know_pass(self) -> None:
        claims = {
            "exp": 1.5,
            "iat": 1,
            "aud": ["a", "b"],
            "cognito:groups": [],
            "act": {"sub": "x"},
            "custom": {"a": [1]},
        }
        assert jose.read_claims(jose.parse(pack(HEADER, claims, signature=b"x"))) == claims

    def test_no_message_quotes_the_token(self) -> None:
        for token in (
            "secret",
            "secret.secret.secret",
            pack({"secret": "secret"}, "{}"),
            pack(HEADER | {"secret": 1}, "{}"),
        ):
            with pytest.raises(jose.Malformed) as error:
                jose.parse(token)
            assert "secret" not in str(error.value)
            assert error.value.__cause__ is None


class TestKeySet:
    def test_rs256_signature_keys_are_read(self) -> None:
        keys = jose.read_key_set(
            key_set(
                jwk(rsa_key(0), "plain"),
                jwk(rsa_key(1), "without use", use=None),
                jwk(rsa_key(2), "with operations", use=None, key_ops=["verify"], x5t="ignored"),
                title="members of the set that nobody knows are ignored",
            )
        )
        assert {kid: key.public_numbers() for kid, key in keys.items()} == {
            "plain": rsa_key(0).public_key().public_numbers(),
            "without use": rsa_key(1).public_key().public_numbers(),
            "with operations": rsa_key(2).public_key().public_numbers(),
        }

    @pytest.mark.parametrize(
        "changes",
        [
            {"use": "enc"},
            {"use": ""},
            {"key_ops": ["encrypt"]},
            {"key_ops": []},
            {"key_ops": "verify"},
            {"alg": "RS384"},
            {"alg": "PS256"},
            {"alg": "RSA-OAEP"},
            {"alg": "HS256"},
            {"alg": None},
            {"kty": "EC"},
            {"kty": "oct", "k": "c2VjcmV0"},
            {"kty": None},
        ],
        ids=str,
    )
    def test_a_key_for_another_purpose_is_passed_over(self, changes: dict[str, Any]) -> None:
        other = jwk(rsa_key(1), "key-1", **changes)
        assert list(jose.read_key_set(key_set(other, jwk(rsa_key(0), "key-0")))) == ["key-0"]
        with pytest.raises(jose.Malformed, match="no RS256 key"):
            jose.read_key_set(key_set(other))

    @pytest.mark.parametrize(
        "changes",
        [
            {"n": None},
            {"n": 5},
            {"n": ""},
            {"n": "AQAB"},
            {"n": jwk(rsa_key(0), "")["n"] + "="},
            {"e": None},
            {"e": "AQ"},
            {"e": "Ag"},
            {"e": "AQAC"},
            {"e": jose.encode(b"\1" + b"\0" * 7 + b"\1")},
            {"n": jose.encode((2**2047).to_bytes(256, "big"))},
            {"n": jose.encode((2**9000 + 1).to_bytes(1200, "big"))},
            {"d": "AQAB"},
            {"kid": None},
            {"kid": ""},
            {"kid": 7},
            {"kid": "key-0"},
        ],
        ids="".join,
    )
    def test_a_bad_key_among_ours_spoils_the_set(self, changes: dict[str, Any]) -> None:
        bad = jwk(rsa_key(1), "key-1") | changes
        bad = {name: value for name, value in bad.items() if value is not None}
        with pytest.raises(jose.Malformed):
            jose.read_key_set(key_set(jwk(rsa_key(0), "key-0"), bad))

    def test_a_key_of_1024_bits_is_too_weak(self) -> None:
        with pytest.raises(jose.Malformed, match="weak"):
            jose.read_key_set(key_set(jwk(rsa_key(0, bits=1024), "key-0")))

    def test_a_key_with_the_marks_of_a_broken_chip_is_refused(self) -> None:
        small = [number for number in range(3, 168) if all(number % factor for factor in range(2, number))]
        period = prod(small)
        marked = pow(65537, 7, period) + period * (2**2047 // period + 1)
        marked += period * (marked % 2 == 0)
        entry = jwk(rsa_key(0), "key-0", n=jose.encode(marked.to_bytes(256, "big")))
        with pytest.raises(jose.Malformed, match="ROCA"):
            jose.read_key_set(key_set(entry))

    @pytest.mark.parametrize(
        "document",
        [
            "",
            "<html>",
            "[]",
            "{}",
            '{"keys":{}}',
            '{"keys":null}',
            '{"keys":[]}',
            '{"keys":["x"]}',
            '{"keys":[],"keys":[]}',
        ],
    )
    def test_what_is_no_key_set_is_malformed(self, document: str) -> None:
        with pytest.raises(jose.Malformed):
            jose.read_key_set(document.encode())


class TestSignature:
    def test_only_the_key_that_signed_verifies_only_what_it_signed(self) -> None:
        token = pack(HEADER, {"sub": "ada"}, rsa_key(0))
        other = pack(HEADER, {"sub": "eve"}, rsa_key(0))
        mixed = ".".join([*other.split(".")[:2], token.split(".")[2]])
        assert jose.is_signed_by(rsa_key(0).public_key(), jose.parse(token))
        assert not jose.is_signed_by(rsa_key(1).public_key(), jose.parse(token))
        assert not jose.is_signed_by(rsa_key(0).public_key(), jose.parse(mixed))

    @pytest.mark.parametrize("algorithm", ["RS384", "PS256", "HS256", "none", "rs256", "RS256 ", ""])
    def test_a_good_signature_under_another_name_does_not_count(self, algorithm: str) -> None:
        jws = jose.parse(pack({"alg": algorithm, "kid": "key-0"}, "{}", rsa_key(0)))
        assert not jose.is_signed_by(rsa_key(0).public_key(), jws)
