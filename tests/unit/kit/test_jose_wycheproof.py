"""
Project Wycheproof's vectors for JSON web signatures, keys and encryption. They are read from `shared/data/jws`
beside the repository and not part of it; where they are absent these tests are skipped and say so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.kit import jose
from tests.fixtures.tokens import Issuer

VECTORS = Path(__file__).parents[4] / "shared" / "data" / "jws"


def vectors(name: str) -> list[Any]:
    """Return each vector as its token, the key set it is for, and whether it is valid RS256."""
    path = VECTORS / f"json_web_{name}_test.json"
    if not path.exists():
        reason = f"Wycheproof vectors are absent: {path.name} is expected in {'/'.join(path.parts[-4:-1])}"
        return [pytest.param("", {}, False, marks=pytest.mark.skip(reason=reason), id=f"{name}-absent")]
    found: list[Any] = []
    for group in json.loads(path.read_text())["testGroups"]:
        key: dict[str, Any] = group.get("public", group["private"])
        key_set = key if "keys" in key else {"keys": [key]}
        ours = [entry for entry in key_set["keys"] if (entry["kty"], entry.get("alg")) == ("RSA", "RS256")]
        for test in group["tests"]:
            token = test.get("jws", test.get("jwe"))
            text = token if isinstance(token, str) else json.dumps(token)
            valid = bool(ours) and test["result"] == "valid"
            found.append(pytest.param(text, key_set, valid, id=f"{name}-{test['tcId']}-{test['comment']}"))
    return found


def is_accepted(token: str, key_set: dict[str, Any]) -> bool:
    """Do what the verifier does up to the claims: the payloads of these vectors are no claims."""
    try:
        keys = jose.read_key_set(json.dumps(key_set).encode())
        jws = jose.parse(token)
    except jose.Malformed:
        return False
    key = keys.get(jws.header.kid or "")
    return key is not None and jose.is_signed_by(key, jws)


@pytest.mark.parametrize(
    ("token", "key_set", "valid"), [*vectors("signature"), *vectors("key"), *vectors("crypto")]
)
def test_rs256_is_judged_right_and_everything_else_is_refused(
    token: str, key_set: dict[str, Any], valid: bool
) -> None:
    assert is_accepted(token, key_set) is valid


@pytest.mark.parametrize(("token", "key_set", "valid"), vectors("encryption"))
def test_nothing_encrypted_is_a_token(token: str, key_set: dict[str, Any], valid: bool) -> None:
    assert not valid
    assert not is_accepted(token, key_set)
    with pytest.raises(jose.Malformed):
        jose.parse(token)


def test_the_judge_of_these_vectors_accepts_a_genuine_token() -> None:
    issuer = Issuer()
    with issuer:
        assert is_accepted(issuer.mint(), json.loads(issuer.document()))
