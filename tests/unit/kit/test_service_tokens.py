"""How services know each other, and what a stolen, forged or repeated token is worth."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from services.kit import jose
from services.kit.access import AccessTokens, Gatekeeper, TokenExpired, TokenInvalid, TokenMalformed
from services.kit.config import ConfigError
from services.kit.errors import ResourceExhausted
from services.kit.jwks import Jwks
from services.kit.service_tokens import LEEWAY, LIFETIME, TYPE, ServiceKeys, ServiceTokens
from tests.fixtures.tokens import ADA, CLIENT, Clock, Issuer, pack, rsa_key, write_service_keys


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    write_service_keys(tmp_path, ["media", "profile", "match"])
    return tmp_path


def load(directory: Path, name: str) -> ServiceKeys:
    return ServiceKeys.load(directory / "private" / f"{name}.pem", directory / "public")


@pytest.fixture
def media(directory: Path, clock: Clock) -> ServiceTokens:
    return ServiceTokens(load(directory, "media"), clock=clock)


@pytest.fixture
def profile(directory: Path, clock: Clock) -> ServiceTokens:
    return ServiceTokens(load(directory, "profile"), clock=clock)


class Forger:
    """Media's own key in the wrong hands: signs any claims as media."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        self.key = load(directory, "media").private
        self.clock = clock

    def sign(self, header: dict[str, str] | None = None, **changes: Any) -> str:
        now = int(self.clock.now)
        claims: dict[str, Any] = {
            "iss": "media",
            "aud": "profile",
            "iat": now,
            "exp": now + LIFETIME,
            "jti": "0123456789abcdef",
            "act": {"sub": ADA},
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return jose.compose(header or {"alg": "EdDSA", "typ": TYPE}, claims, self.key.sign)


@pytest.fixture
def forger(directory: Path, clock: Clock) -> Forger:
    return Forger(directory, clock)


class TestCalls:
    async def test_a_service_is_known_and_the_user_with_it(
        self, media: ServiceTokens, profile: ServiceTokens, clock: Clock
    ) -> None:
        caller = await profile.verify(media.mint("profile", ADA))
        assert (caller.service, caller.user_id) == ("media", ADA)
        assert (caller.groups, caller.client_id) == (frozenset(), None)
        assert caller.expires.timestamp() == clock.now + 60

    async def test_a_token_is_for_one_service(self, media: ServiceTokens, profile: ServiceTokens) -> None:
        with pytest.raises(TokenInvalid, match="another service"):
            await profile.verify(media.mint("match", ADA))
        with pytest.raises(TokenInvalid, match="another service"):
            await media.verify(media.mint("profile", ADA))

    async def test_a_token_is_good_once(self, media: ServiceTokens, profile: ServiceTokens) -> None:
        token = media.mint("profile", ADA)
        assert await profile.verify(token)
        with pytest.raises(TokenInvalid, match="used before"):
            await profile.verify(token)
        assert await profile.verify(media.mint("profile", ADA))

    async def test_a_refused_token_is_not_used_up(self, media: ServiceTokens, profile: ServiceTokens) -> None:
        token = media.mint("profile", ADA)
        with pytest.raises(TokenMalformed):
            await profile.verify(token + "=")
        assert await profile.verify(token)

    async def test_two_services_may_choose_the_same_token_id(
        self, directory: Path, forger: Forger, profile: ServiceTokens, clock: Clock
    ) -> None:
        assert await profile.verify(forger.sign())
        forger.key = load(directory, "match").private
        assert await profile.verify(forger.sign(iss="match"))

    async def test_a_minute_is_a_minute(
        self, media: ServiceTokens, profile: ServiceTokens, clock: Clock
    ) -> None:
        token = media.mint("profile", ADA)
        clock.advance(LIFETIME + LEEWAY)
        with pytest.raises(TokenExpired):
            await profile.verify(token)

    async def test_a_used_token_is_remembered_as_long_as_it_could_be_used(
        self, forger: Forger, profile: ServiceTokens, clock: Clock
    ) -> None:
        # The sender's clock is ahead by the whole leeway, which makes its token last longest.
        now = int(clock.now) + LEEWAY
        token = forger.sign(iat=now, exp=now + LIFETIME)
        assert await profile.verify(token)
        for _ in range(LIFETIME + 2 * LEEWAY - 1):
            clock.advance(1)
            with pytest.raises(TokenInvalid, match="used before"):
                await profile.verify(token)
        clock.advance(1)
        with pytest.raises(TokenExpired):
            await profile.verify(token)

    async def test_memory_is_bounded_and_a_full_one_refuses(
        self, directory: Path, media: ServiceTokens, clock: Clock
    ) -> None:
        profile = ServiceTokens(load(directory, "profile"), clock=clock, remembered=2)
        first = media.mint("profile", ADA)
        assert await profile.verify(first)
        assert await profile.verify(media.mint("profile", ADA))
        with pytest.raises(ResourceExhausted):
            await profile.verify(media.mint("profile", ADA))
        with pytest.raises(TokenInvalid, match="used before"):
            await profile.verify(first)
        clock.advance(LIFETIME + 2 * LEEWAY + 1)
        assert await profile.verify(media.mint("profile", ADA))

    async def test_the_callees_memory_is_its_own(
        self, directory: Path, media: ServiceTokens, profile: ServiceTokens, clock: Clock
    ) -> None:
        """Another copy of the callee cannot know that a token was used: the short life stands in for that."""
        copy = ServiceTokens(load(directory, "profile"), clock=clock)
        token = media.mint("profile", ADA)
        assert await profile.verify(token)
        assert await copy.verify(token)


class TestForgery:
    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"iss": "match"}, TokenInvalid),
            ({"iss": "stranger"}, TokenInvalid),
            ({"iss": "../private/media"}, TokenInvalid),
            ({"iss": None}, TokenInvalid),
            ({"iss": 1}, TokenMalformed),
            ({"aud": None}, TokenInvalid),
            ({"aud": ["profile"]}, TokenInvalid),
            ({"aud": ["profile", "match"]}, TokenInvalid),
            ({"aud": "*"}, TokenInvalid),
            ({"exp": None}, TokenInvalid),
            ({"iat": None}, TokenInvalid),
            ({"exp": 10**10}, TokenInvalid),
            ({"iat": 10**10, "exp": 10**10}, TokenInvalid),
            ({"iat": 0, "exp": 1}, TokenExpired),
            ({"jti": None}, TokenInvalid),
            ({"jti": ""}, TokenInvalid),
            ({"jti": "short"}, TokenInvalid),
            ({"jti": "x" * 65}, TokenInvalid),
            ({"act": None, "sub": ADA}, TokenInvalid),
            ({"act": {}}, TokenInvalid),
            ({"act": {"sub": ""}}, TokenInvalid),
            ({"act": {"sub": ["x"]}}, TokenInvalid),
            ({"act": {"sub": "a b"}}, TokenInvalid),
            ({"act": ADA}, TokenMalformed),
        ],
        ids=str,
    )
    async def test_a_wrong_claim_is_refused(
        self, forger: Forger, profile: ServiceTokens, changes: dict[str, Any], error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            await profile.verify(forger.sign(**changes))

    async def test_what_the_forger_starts_from_is_accepted(
        self, forger: Forger, profile: ServiceTokens, clock: Clock
    ) -> None:
        assert await profile.verify(forger.sign())
        latest = int(clock.now) + LEEWAY
        assert await profile.verify(forger.sign(iat=latest, exp=latest, jti="fedcba9876543210"))
        with pytest.raises(TokenInvalid, match="yet"):
            await profile.verify(forger.sign(iat=latest + 1, exp=latest + 1))
        with pytest.raises(TokenInvalid, match="too long"):
            await profile.verify(forger.sign(exp=int(clock.now) + LIFETIME + 1))

    @pytest.mark.parametrize(
        "header",
        [
            {"alg": "EdDSA"},
            {"alg": "EdDSA", "typ": "JWT"},
            {"alg": "EdDSA", "typ": TYPE, "kid": "media"},
            {"alg": "Ed25519", "typ": TYPE},
            {"alg": "none", "typ": TYPE},
            {"alg": "RS256", "typ": TYPE},
            {"alg": "HS256", "typ": TYPE},
        ],
        ids=str,
    )
    async def test_the_header_is_exactly_ours(
        self, forger: Forger, profile: ServiceTokens, header: dict[str, str]
    ) -> None:
        with pytest.raises(TokenInvalid):
            await profile.verify(forger.sign(header))

    async def test_a_tampered_or_foreign_signature_is_refused(
        self, forger: Forger, profile: ServiceTokens
    ) -> None:
        signed, _, signature = forger.sign().rpartition(".")
        for wrong in (b"", b"\0" * 64, jose.decode(signature)[::-1], jose.decode(signature) + b"\0"):
            with pytest.raises(TokenInvalid):
                await profile.verify(f"{signed}.{jose.encode(wrong)}")
        forger.key = Ed25519PrivateKey.generate()
        with pytest.raises(TokenInvalid):
            await profile.verify(forger.sign())


class TestBothKinds:
    @pytest.fixture
    async def issuer(self) -> AsyncIterator[Issuer]:
        with Issuer() as issuer:
            yield issuer

    @pytest.fixture
    async def access(self, issuer: Issuer) -> AsyncIterator[AccessTokens]:
        async with Jwks(issuer.jwks_url) as keys:
            yield AccessTokens(issuer.url, frozenset({CLIENT}), keys)

    async def test_one_door_knows_users_and_services(
        self, issuer: Issuer, access: AccessTokens, media: ServiceTokens, profile: ServiceTokens
    ) -> None:
        door = Gatekeeper(access, profile)
        user = await door.authenticate([("authorization", f"Bearer {issuer.mint()}")])
        service = await door.authenticate([("authorization", f"Bearer {media.mint('profile', ADA)}")])
        assert (user.service, service.service) == (None, "media")
        assert user.user_id == service.user_id == ADA

    async def test_neither_verifier_takes_the_others_tokens(
        self, issuer: Issuer, access: AccessTokens, media: ServiceTokens, profile: ServiceTokens
    ) -> None:
        with pytest.raises(TokenInvalid):
            await access.verify(media.mint("profile", ADA))
        with pytest.raises(TokenInvalid):
            await profile.verify(issuer.mint())

    async def test_claims_of_one_kind_signed_as_the_other_are_refused(
        self, issuer: Issuer, access: AccessTokens, profile: ServiceTokens, forger: Forger
    ) -> None:
        door = Gatekeeper(access, profile)
        service_claims = jose.read_claims(jose.parse(forger.sign()))
        forgeries = [
            forger.sign(**issuer.claims()),
            forger.sign({"alg": "RS256", "kid": "key-0"}, **issuer.claims()),
            pack({"alg": "RS256", "kid": "key-0"}, service_claims, rsa_key()),
            pack({"alg": "EdDSA", "typ": TYPE}, service_claims, rsa_key()),
        ]
        for token in forgeries:
            with pytest.raises(TokenInvalid):
                await door.authenticate([("authorization", f"Bearer {token}")])


class TestKeys:
    def test_a_service_is_who_the_directory_says(self, directory: Path) -> None:
        keys = load(directory, "match")
        assert keys.name == "match"
        assert set(keys.public) == {"media", "profile", "match"}
        assert "private" not in repr(keys)

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o666, 0o610])
    def test_a_private_key_that_others_can_use_is_refused(self, directory: Path, mode: int) -> None:
        (directory / "private/media.pem").chmod(mode)
        with pytest.raises(ConfigError, match="chmod"):
            load(directory, "media")

    @pytest.mark.parametrize(
        "content", [b"", b"secret", b"-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"]
    )
    def test_a_file_that_is_no_key_stops_the_start(self, directory: Path, content: bytes) -> None:
        for path in (directory / "private/media.pem", directory / "public/match.pem"):
            before = path.read_bytes()
            path.write_bytes(content)
            with pytest.raises(ConfigError, match=path.name) as error:
                load(directory, "media")
            assert "secret" not in str(error.value)
            path.write_bytes(before)

    def test_keys_of_another_kind_stop_the_start(self, directory: Path) -> None:
        private, public = directory / "private/media.pem", directory / "public/match.pem"
        rsa = rsa_key()
        before = private.read_bytes()
        private.write_bytes(rsa.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        with pytest.raises(ConfigError, match="not an Ed25519 private key"):
            load(directory, "media")
        private.write_bytes(before)
        public.write_bytes(rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        with pytest.raises(ConfigError, match="not an Ed25519 public key"):
            load(directory, "media")

    def test_an_encrypted_private_key_stops_the_start(self, directory: Path) -> None:
        locked = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
        )
        (directory / "private/media.pem").write_bytes(locked)
        with pytest.raises(ConfigError, match="no readable private key"):
            load(directory, "media")

    def test_a_missing_file_stops_the_start(self, directory: Path) -> None:
        with pytest.raises(ConfigError, match="nobody"):
            load(directory, "nobody")
        with pytest.raises(ConfigError, match="not in"):
            ServiceKeys.load(directory / "private/media.pem", directory / "nowhere")

    def test_a_private_key_without_its_public_half_stops_the_start(self, directory: Path) -> None:
        (directory / "public/media.pem").unlink()
        with pytest.raises(ConfigError, match="not in"):
            load(directory, "media")

    def test_two_services_cannot_share_a_key(self, directory: Path) -> None:
        (directory / "public/twin.pem").write_bytes((directory / "public/match.pem").read_bytes())
        with pytest.raises(ConfigError, match="share"):
            load(directory, "media")
