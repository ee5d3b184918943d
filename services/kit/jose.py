"""
Compact JWS and JWK sets, read strictly: there is one spelling of a valid token, and anything else is refused
before a key is touched. PyJWT computes the signature; what it is lenient about (base64 padding and stray
characters, duplicate members, `use` and `key_ops`, header parameters that name a key) is decided here.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from typing import Any, NoReturn, cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from jwt.algorithms import RSAAlgorithm

MAX_TOKEN = 8 * 1024
"""Characters in a token; Cognito's have about a thousand."""
MAX_HEADER = 1024
"""Characters in its header part: algorithm, key id and type need a hundred."""
MAX_TIME = 253_402_300_799
"""The last second of the year 9999: later ones cannot be shown as a date."""

Claims = Mapping[str, Any]
"""What a token says; members that this module knows have the right type."""

_RS256 = RSAAlgorithm(RSAAlgorithm.SHA256)


class Malformed(ValueError):
    """Not what the standard says, or not the part of it that we accept; the message quotes no input."""


@dataclass(frozen=True, slots=True)
class Header:
    """All that a header may say. A parameter that brings or names a key elsewhere, or `crit`, is refused."""

    algorithm: str
    kid: str | None
    type: str | None


@dataclass(frozen=True, slots=True)
class Jws:
    """A well-formed compact JWS whose signature nobody has checked yet."""

    header: Header
    payload: bytes
    signed: bytes
    signature: bytes


def parse(token: str) -> Jws:
    """
    Take a token apart.

    Raises:
        Malformed: it is not exactly three base64url parts of at most 8 KB, or its header is not acceptable.
    """
    if len(token) > MAX_TOKEN:
        raise Malformed("it is too long")
    parts = token.split(".", 3)
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise Malformed("it does not have three parts")
    header, payload, signature = parts
    return Jws(
        header=read_header(header),
        payload=decode(payload),
        signed=token[: -len(signature) - 1].encode("ascii"),
        signature=decode(signature),
    )


@lru_cache(maxsize=256)  # an issuer has a handful of headers; forged ones only push each other out
def read_header(part: str) -> Header:
    """Read the first part of a token, or raise `Malformed`."""
    if len(part) > MAX_HEADER:
        raise Malformed("its header is too long")
    members = read_object(decode(part))
    if not members.keys() <= {"alg", "kid", "typ"} or "alg" not in members:
        raise Malformed("its header may have alg, kid and typ only")
    if not all(isinstance(value, str) for value in members.values()):
        raise Malformed("its header has a member that is not a string")
    return Header(algorithm=members["alg"], kid=members.get("kid"), type=members.get("typ"))


def read_claims(jws: Jws) -> Claims:
    """Read the payload as claims, whoever signed them, or raise `Malformed`."""
    claims = read_object(jws.payload)
    for name, value in claims.items():
        fits = _CLAIMS.get(name)
        if fits and not fits(value):
            raise Malformed(f"its claim {name} has the wrong type")
    return claims


def is_signed_by(key: RSAPublicKey, jws: Jws) -> bool:
    """Whether the token says RS256 and `key` made its signature."""
    return jws.header.algorithm == "RS256" and _RS256.verify(jws.signed, key, jws.signature)


def compose(header: Mapping[str, str], claims: Claims, sign: Callable[[bytes], bytes]) -> str:
    """Make a token that `parse` takes apart again."""
    signed = f"{encode(_to_json(header))}.{encode(_to_json(claims))}"
    return f"{signed}.{encode(sign(signed.encode('ascii')))}"


def read_key_set(document: bytes) -> dict[str, RSAPublicKey]:
    """
    Read a JWK set and return its RS256 signature keys by key id.

    Keys for other purposes are passed over. A bad key among ours spoils the whole document, because a set
    that lost one key is no better reason to forget that key than no set at all.

    Raises:
        Malformed: not a JWK set, no key of ours in it, a weak or ambiguous one, or a private one.
    """
    entries = read_object(document).get("keys")
    if not isinstance(entries, list):
        raise Malformed("not a key set")
    keys: dict[str, RSAPublicKey] = {}
    for entry in cast("list[object]", entries):
        if not isinstance(entry, dict):
            raise Malformed("a key is not an object")
        jwk = cast("dict[str, object]", entry)
        if not _verifies_rs256(jwk):
            continue
        kid = jwk.get("kid")
        if not isinstance(kid, str) or not kid or kid in keys:
            raise Malformed("a key has no key id of its own")
        keys[kid] = _read_key(jwk)
    if not keys:
        raise Malformed("the key set has no RS256 key")
    return keys


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(part: str) -> bytes:
    """
    Decode base64url without padding.

    A part is accepted only when encoding what it says gives the same part back: no padding, no other
    alphabet, no stray character, and no second spelling by the unused bits of the last character.
    """
    try:
        data = urlsafe_b64decode(part + "==")
    except ValueError:
        raise Malformed("a part is not base64url") from None
    if encode(data) != part:
        raise Malformed("a part is not base64url")
    return data


def read_object(data: bytes) -> dict[str, Any]:
    """Read a JSON object in which no member occurs twice, at any depth; no NaN, no Infinity."""
    try:
        value = _JSON.decode(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Malformed("a part is not JSON with unique members") from None
    if not isinstance(value, dict):
        raise Malformed("a part is not a JSON object")
    return cast("dict[str, Any]", value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("a member occurs twice")
    return members


def _refuse_constant(_name: str) -> NoReturn:
    raise Malformed("NaN and Infinity are not JSON")


_JSON = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)


def _to_json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii")


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, cast("list[object]", value)))


def _is_time(value: object) -> bool:
    # bool is an int to Python; 1e999 is infinite and so out of range.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_TIME


_CLAIMS: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("iss", "sub", "jti", "client_id", "token_use", "scope", "origin_jti"), _is_text),
    **dict.fromkeys(("exp", "nbf", "iat", "auth_time"), _is_time),
    "aud": lambda value: _is_text(value) or _is_texts(value),
    "cognito:groups": _is_texts,
    "act": lambda value: isinstance(value, dict),
}


def _verifies_rs256(jwk: Mapping[str, object]) -> bool:
    operations = jwk.get("key_ops", ["verify"])
    return (
        (jwk.get("kty"), jwk.get("alg")) == ("RSA", "RS256")
        and jwk.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
    )


def _read_key(jwk: Mapping[str, object]) -> RSAPublicKey:
    n, e = (_read_number(jwk.get(name)) for name in ("n", "e"))
    if "d" in jwk:
        raise Malformed("a private key was published")
    # The upper bounds keep a hostile key from making each verification slow.
    if not 2048 <= n.bit_length() <= 8192 or not 3 <= e < 2**32 or not n & e & 1:  # noqa: PLR2004
        raise Malformed("an RSA key is too weak, too big, or none")
    if all(n % prime in residues for prime, residues in _ROCA.items()):
        raise Malformed("an RSA key has the ROCA weakness")
    return RSAPublicNumbers(e, n).public_key()


def _read_number(value: object) -> int:
    if not isinstance(value, str):
        raise Malformed("a key lacks a number")
    return int.from_bytes(decode(value), "big")


# CVE-2017-15361: some chips made primes that are powers of 65537 modulo each small prime; so is their product.
_ROCA = {
    prime: frozenset(pow(65537, exponent, prime) for exponent in range(prime))
    for prime in range(3, 168, 2)
    if all(gcd(prime, factor) == 1 for factor in range(3, prime, 2))
}
