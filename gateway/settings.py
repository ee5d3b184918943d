"""
Everything that differs between environments; the rest of the gateway is the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from gateway.contract import SERVICES

PREFIX = "GATEWAY_"

_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+):[0-9]{1,5}")
_ORIGIN = re.compile(r"https?://[0-9a-z.-]+(:[0-9]{1,5})?")
_LEAST = 1
"""Of every number that is not a switch or a count of proxies."""


class SettingsError(ValueError):
    """The settings are not usable; the message has one line for each thing that is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """
    One gateway. Addresses are `host:port`; a host is a name or an IP address, IPv6 in brackets.

    Raises:
        SettingsError: naming everything that is wrong at once.
    """

    listen: str
    """Where clients connect, HTTP/1.1 and cleartext HTTP/2 on one port; TLS ends in front of it."""
    admin: str
    """Envoy's admin interface. It is unauthenticated: a loopback address, or a closed network."""
    upstreams: Mapping[str, Sequence[str]]
    """For each service the address of every process: two behind one shared port would look like one."""
    health: Mapping[str, Sequence[str]]
    """For each upstream, in the same order, the address of its health server: same host, other port."""
    issuer: str
    """`iss` of the access tokens, exactly."""
    jwks_uri: str
    """Where the issuer publishes its keys."""
    origins: Sequence[str]
    """Origins of the web pages that may call, exactly: `https://timbre.example`."""
    descriptor: Path
    """Where Envoy finds the descriptor set; see `gateway.render.write`."""
    site: Path | None = None
    """The folder of the built web page, if it is served here and not by Vercel; see `gateway.site`."""
    site_hosts: Sequence[str] = ()
    """Origins that this page talks to besides its own: the sign-in pages, and where audio is."""
    rate_per_second: int = 50
    """Requests a second that one client address may sustain …"""
    burst: int = 200
    """… and how many at once."""
    total_rate_per_second: int = 2000
    """The same for all clients together, to keep the services within what they can answer."""
    total_burst: int = 4000
    """The same for all clients together, at once."""
    max_body_bytes: int = 1024 * 1024
    """Limit of a JSON request body. Audio goes to S3 directly."""
    timeout_seconds: float = 15.0
    """Limit of a call that does not stream; a client's own gRPC deadline may only be shorter."""
    jwks_refresh_seconds: int = 10
    """How often the issuer's keys are fetched: how long a new key is refused, and a withdrawn one let through."""
    trusted_hops: int = 0
    """How many proxies stand in front and append to X-Forwarded-For: 1 behind Fly's proxy."""
    max_connections: int = 4096
    """Client connections beyond this are refused."""
    access_log: bool = True
    """Write one JSON line for each request to standard output."""
    ca_bundle: Path = Path("/etc/ssl/certs/ca-certificates.crt")
    """Certificates that vouch for an `https` issuer."""

    def __post_init__(self) -> None:
        if problems := [*_address_problems(self), *_web_problems(self), *_number_problems(self)]:
            raise SettingsError("\n".join(problems))


def split(address: str) -> tuple[str, int]:
    """Take `host:port` apart; the brackets of an IPv6 address go."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def from_environ(environ: Mapping[str, str], *, descriptor: Path) -> Gateway:
    """
    Read `GATEWAY_<FIELD>`, and for each service `GATEWAY_<SERVICE>` and `GATEWAY_<SERVICE>_HEALTH`; lists
    are separated by commas. An empty variable is not set.

    Raises:
        SettingsError: a variable is unknown, missing or malformed.
    """
    set_here = {name: text for name, text in environ.items() if name.startswith(PREFIX) and text}
    given = {name[len(PREFIX) :].lower(): text for name, text in set_here.items()}
    values: dict[str, object] = {
        "descriptor": descriptor,
        "upstreams": {service: _list(given.pop(service, "")) for service in SERVICES},
        "health": {service: _list(given.pop(f"{service}_health", "")) for service in SERVICES},
        "origins": _list(given.pop("origins", "")),
        "site_hosts": _list(given.pop("site_hosts", "")),
    }
    known = {field.name for field in fields(Gateway)} - values.keys()
    problems = [f"{PREFIX}{name.upper()}: no such setting" for name in sorted(given.keys() - known)]
    try:
        gateway = TypeAdapter(Gateway).validate_python(given | values)
    except ValidationError as error:
        problems += map(_problem, error.errors(include_input=False))
    else:
        if not problems:
            return gateway
    raise SettingsError("\n".join(problems))


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _problem(error: ErrorDetails) -> str:
    field = "_".join(map(str, error["loc"])).upper()
    return f"{PREFIX}{field}: {error['msg']}" if field else error["msg"].removeprefix("Value error, ")


def _address_problems(settings: Gateway) -> Iterator[str]:
    wrong = False
    for name, groups in (
        ("listen", {"": [settings.listen]}),
        ("admin", {"": [settings.admin]}),
        ("upstreams", settings.upstreams),
        ("health", settings.health),
    ):
        for address in (address for group in groups.values() for address in group):
            if not _ADDRESS.fullmatch(address):
                wrong = True
                yield f"{name}: {address} is not host:port"
    for name, groups in (("upstreams", settings.upstreams), ("health", settings.health)):
        if set(groups) != set(SERVICES):
            wrong = True
            yield f"{name}: must name {', '.join(SERVICES)} and nothing else"
    if wrong:
        return
    for service in SERVICES:
        hosts = [split(address)[0] for address in settings.upstreams[service]]
        if not hosts:
            yield f"upstreams: {service} has no address"
        if hosts != [split(address)[0] for address in settings.health[service]]:
            yield f"health: {service} needs one address for each upstream, on the same host"


def _web_problems(settings: Gateway) -> Iterator[str]:
    for name, origins in (("origins", settings.origins), ("site_hosts", settings.site_hosts)):
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                yield f"{name}: {origin} is not an exact origin like https://timbre.example"
    if settings.site and not (settings.site / "index.html").is_file():
        yield f"site: there is no built page in {settings.site}"
    for name, text in (("issuer", settings.issuer), ("jwks_uri", settings.jwks_uri)):
        url = urlsplit(text)
        if url.scheme not in {"http", "https"} or not url.hostname:
            yield f"{name}: not a URL"


def _number_problems(settings: Gateway) -> Iterator[str]:
    for field in fields(settings):
        value = getattr(settings, field.name)
        least = 0 if field.name in {"trusted_hops", "access_log"} else _LEAST
        if isinstance(value, int | float) and value < least:
            yield f"{field.name}: must be at least {least}"
