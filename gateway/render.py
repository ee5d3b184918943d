"""
From settings to what Envoy reads: the configuration, and beside it the descriptor set and the pages it serves.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.contract import SERVICES, Method, all_methods, descriptor_set
from gateway.pages import pages, write_pages
from gateway.replies import REPLIES
from gateway.settings import Gateway, split
from gateway.site import own_addresses, site

CONFIG = "envoy.yaml"
DESCRIPTOR = "contract.binpb"

_HERE = Path(__file__).parent
_PORTS = {"http": 80, "https": 443}


def render(settings: Gateway, methods: Sequence[Method] | None = None) -> str:
    """
    Return Envoy's configuration: `envoy.yaml` of this folder with every blank filled in.

    Args:
        settings: What this environment has of its own.
        methods: What clients may call; all that the contract lets them when omitted.
    """
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        line_statement_prefix="#%",  # a comment to anything that knows YAML
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - every value goes through `tojson`, which is YAML
    )
    keys = urlsplit(settings.jwks_uri)
    return environment.get_template(CONFIG).render(
        settings=settings,
        address=_address,
        services=SERVICES,
        methods=all_methods() if methods is None else methods,
        replies=REPLIES,
        pages=pages(settings.descriptor.parent),
        site=site(settings.site, settings.site_hosts),
        own_addresses=own_addresses(),
        keys={"host": keys.hostname, "port": keys.port or _PORTS[keys.scheme], "tls": keys.scheme == "https"},
    )


def write(settings: Gateway) -> Path:
    """Write the configuration, and all it names, into the folder of `settings.descriptor`; return it."""
    settings.descriptor.parent.mkdir(parents=True, exist_ok=True)
    write_pages(settings.descriptor.parent)
    settings.descriptor.write_bytes(descriptor_set().SerializeToString(deterministic=True))
    config = settings.descriptor.with_name(CONFIG)
    config.write_text(render(settings))
    return config


def _address(address: str) -> dict[str, object]:
    host, port = split(address)
    return {"socket_address": {"address": host, "port_value": port}}
