"""
Who a service is and whom it believes: its own key, its verifiers, its page tokens, opened together.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass

from services.kit.access import AccessTokens, Gatekeeper
from services.kit.config import Common, ConfigError, ServiceSettings
from services.kit.jwks import Jwks
from services.kit.pages import PageTokens
from services.kit.service_tokens import ServiceKeys, ServiceTokens


@dataclass(frozen=True, slots=True)
class Identity:
    """What a service needs to know callers, and to be known when it calls."""

    gatekeeper: Gatekeeper
    tokens: ServiceTokens
    pages: PageTokens


async def open_identity(
    service: str, settings: ServiceSettings, common: Common, stack: AsyncExitStack
) -> Identity:
    """
    Load the keys and fetch the issuer's; lives as long as `stack`.

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
    access = AccessTokens(common.token_issuer, common.token_clients, jwks)
    # All copies of a service share its private key, and with it the secret of its page tokens.
    return Identity(Gatekeeper(access, tokens), tokens, PageTokens(keys.private.private_bytes_raw()))
