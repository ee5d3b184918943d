"""
What is wrong with settings that are each well-formed: at odds with one another, or not for production.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from services.kit.config import Common, ServiceSettings
from services.kit.database_url import DatabaseUrl

_DATABASES = ("database", "database_reader")


def contradictions(own: ServiceSettings, common: Common, environ: Mapping[str, str]) -> list[str]:
    """
    Return one line for each problem, with the variable to change first, never with a secret.

    Args:
        own: The service's settings. They may be unchecked: a field may be missing, or text of any kind.
        common: What every service reads; likewise.
        environ: Where the variables of AWS's own library are.
    """
    production = getattr(common, "env", "local") == "production"
    return [
        *_files(own, common),
        *_databases(own, production=production),
        *_region(own, environ),
        *_pool(own, common),
        *(_not_for_production(own, common) if production else ()),
    ]


def _files(own: ServiceSettings, common: Common) -> Iterator[str]:
    key, keys = getattr(own, "service_key", None), getattr(common, "service_keys", None)
    if key and not Path(key).is_file():
        yield f"{own.prefix()}SERVICE_KEY: there is no such file"
    if keys and not Path(keys).is_dir():
        yield f"{common.prefix()}SERVICE_KEYS: there is no such directory"


def _databases(own: ServiceSettings, *, production: bool) -> Iterator[str]:
    for name in _DATABASES:
        url = getattr(own, name, "")
        if not url:
            continue
        variable = own.prefix() + name.upper()
        try:
            parsed = DatabaseUrl.parse(url)
        except ValueError as error:
            yield f"{variable}: {error}"
            continue
        yield from (f"{variable}: {problem}" for problem in parsed.problems(production=production))


def _region(own: ServiceSettings, environ: Mapping[str, str]) -> Iterator[str]:
    region = environ.get("AWS_DEFAULT_REGION", "")
    pool = _region_of_pool(getattr(own, "user_pool", ""))
    if region and pool and pool != region:
        yield f"AWS_DEFAULT_REGION: is {region}, but {own.prefix()}USER_POOL is in {pool}"


def _region_of_pool(pool: str) -> str:
    return pool.partition("_")[0] if "_" in pool else ""


def _pool(own: ServiceSettings, common: Common) -> Iterator[str]:
    pool, issuer = getattr(own, "user_pool", ""), getattr(common, "token_issuer", "")
    # Tokens may come from elsewhere; those of Cognito come from the pool whose accounts we manage.
    if pool and "://cognito-idp." in issuer and not issuer.endswith(f"/{pool}"):
        yield f"{common.prefix()}TOKEN_ISSUER: is not the issuer of {own.prefix()}USER_POOL"


def _not_for_production(own: ServiceSettings, common: Common) -> Iterator[str]:
    if getattr(common, "aws_endpoint", ""):
        yield f"{common.prefix()}AWS_ENDPOINT: an emulator is no place for people's voices in production"
    for name in ("token_issuer", "token_jwks"):
        value = getattr(common, name, "")
        if value and urlsplit(value).scheme != "https":
            yield f"{common.prefix()}{name.upper()}: must be https:// in production"
    for name, scheme in own.development:
        if getattr(own, name, "").startswith(f"{scheme}:"):
            yield f"{own.prefix()}{name.upper()}: {scheme}: is for one machine, not for production"
