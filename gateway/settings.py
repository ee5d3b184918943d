"""
Everything that differs between environments; the rest of the gateway is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from gateway.contract import SERVICES

PREFIX = "GATEWAY_"
_LAST_PORT = 65535


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
    jwks_refresh_seconds: int = 300
    """How often the issuer's keys are fetched: how long a withdrawn key is still let through."""
    trusted_hops: int = 0
    """How many proxies stand in front and append to X-Forwarded-For: 1 behind Fly's proxy."""
    max_connections: int = 4096
    """Client connections beyond this are refused."""
    access_log: bool = True
    """Write one JSON line for each request to standard output."""
    ca_bundle: Path = Path("/etc/ssl/certs/ca-certificates.crt")
    """Certificates that vouch for an `https` issuer."""

    def __post_init__(self) -> None:
        problems = [*self._address_problems(), *self._web_problems()]
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, int | float) and value <= 0 and each.name not in {"access_log", "trusted_hops"}:
                problems.append(f"{each.name}: must be more than 0")
        if problems:
            raise SettingsError("\n".join(problems))

    def _address_problems(self) -> list[str]:
        problems = [f"{name}: {problem}" for name in ("listen", "admin") for problem in _wrong(getattr(self, name))]
        for name, addresses in (("upstreams", self.upstreams), ("health", self.health)):
            if set(addresses) != set(SERVICES):
                problems.append(f"{name}: must name {', '.join(SERVICES)}")
            problems += [f"{name}: {problem}" for group in addresses.values() for one in group for problem in _wrong(one)]
        if problems:
            return problems
        for service, upstreams in self.upstreams.items():
            hosts = [split(address)[0] for address in upstreams]
            if not hosts or hosts != [split(address)[0] for address in self.health[service]]:
                problems.append(f"health: {service} needs one address for each upstream, on the same host")
        return problems

    def _web_problems(self) -> list[str]:
        problems = [
            f"origins: {origin} is not an exact origin like https://timbre.example"
            for origin in self.origins
            if "*" in origin or not _is_url(origin) or origin != "{0.scheme}://{0.netloc}".format(urlsplit(origin))
        ]
        problems += [f"{name}: not a URL" for name in ("issuer", "jwks_uri") if not _is_url(getattr(self, name))]
        return problems


def split(address: str) -> tuple[str, int]:
    """Take `host:port` apart; the brackets of an IPv6 address go."""
    host, _, port = address.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)


def from_environ(environ: Mapping[str, str], *, descriptor: Path) -> Gateway:
    """
    Read `GATEWAY_<FIELD>`, and for each service `GATEWAY_<SERVICE>` and `GATEWAY_<SERVICE>_HEALTH`; lists
    are separated by commas.

    Raises:
        SettingsError: a variable is unknown, missing or malformed; values are never repeated.
    """
    given = {name.removeprefix(PREFIX).lower(): text for name, text in environ.items() if name.startswith(PREFIX)}
    values: dict[str, object] = {"descriptor": descriptor}
    values["upstreams"] = {service: _list(given.pop(service, "")) for service in SERVICES}
    values["health"] = {service: _list(given.pop(f"{service}_health", "")) for service in SERVICES}
    values["origins"] = _list(given.pop("origins", ""))
    known = {each.name for each in fields(Gateway)} - values.keys()
    unknown = [f"{PREFIX}{name.upper()}: no such setting" for name in sorted(given.keys() - known)]
    try:
        gateway = TypeAdapter(Gateway).validate_python(values | given)
    except ValidationError as error:
        raise SettingsError("\n".join([*unknown, *map(_problem, error.errors(include_input=False))])) from None
    if unknown:
        raise SettingsError("\n".join(unknown))
    return gateway


def _problem(error: ErrorDetails) -> str:
    field = "_".join(map(str, error["loc"]))
    return f"{PREFIX}{field.upper()}: {error['msg']}" if field else error["msg"].removeprefix("Value error, ")


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _wrong(address: str) -> list[str]:
    host, colon, port = address.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]") if ":" in host else host
    if not colon or not bare or "/" in host or not port.isascii() or not port.isdigit() or int(port) > _LAST_PORT:
        return [f"{address} is not host:port"]
    return []


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
