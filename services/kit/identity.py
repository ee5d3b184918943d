"""
Who a service is and whom it believes: its own key, its verifiers, its page tokens, opened together.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from services.kit.access import AccessTokens, Gatekeeper
from services.kit.clients import open_neighbour
from services.kit.config import Common, ConfigError, ServiceSettings
from services.kit.jwks import Jwks
from services.kit.pages import PageTokens
from services.kit.revocation_feed import open_revocations
from services.kit.revocations import Revocations
from services.kit.service_tokens import ServiceKeys, ServiceTokens


@dataclass(frozen=True, slots=True)
class Identity:
    """What a service needs to know callers, and to be known when it calls."""

    gatekeeper: Gatekeeper
    tokens: ServiceTokens
    pages: PageTokens
    keys: ServiceKeys
    revocations: Revocations
    access: AccessTokens


async def open_identity(
    service: str,
    settings: ServiceSettings,
    common: Common,
    stack: AsyncExitStack,
    revocations: Revocations | None = None,
) -> Identity:
    """
    Load the keys and fetch the issuer's; lives as long as `stack`.

    Args:
        service: Who this is.
        settings: Where its own key is.
        common: Whom it believes, and where auth is.
        stack: Closes everything.
        revocations: The list of revocations, for auth, which keeps it; others get it from auth.

    Raises:
        ConfigError: the keys are unusable, or the private key is another service's.
    """
    keys = ServiceKeys.load(settings.service_key, common.service_keys)
    if keys.name != service:
        raise ConfigError(f"{settings.service_key}: this is the key of {keys.name}, not of {service}")
    tokens = ServiceTokens(keys)
    try:
        jwks = await stack.enter_async_context(Jwks(common.token_jwks))
    except ValueError as error:
        raise ConfigError(f"TIMBRE_TOKEN_JWKS: {error}") from None
    if revocations is None:
        auth = await open_neighbour("auth", common.auth, tokens, stack) if common.auth else None
        revocations = await open_revocations(auth, stack)
    access = AccessTokens(common.token_issuer, common.token_clients, jwks, check=revocations.check)
    return Identity(
        gatekeeper=Gatekeeper(access, tokens, revocations=revocations),
        tokens=tokens,
        # All copies of a service share its private key, and with it the secret of its page tokens.
        pages=PageTokens(keys.private.private_bytes_raw()),
        keys=keys,
        revocations=revocations,
        access=access,
    )
