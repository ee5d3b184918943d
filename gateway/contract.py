"""
What the gateway lets through, read from the contract: methods with their access and HTTP mapping, and the
descriptor set by which Envoy transcodes. Nothing here is listed by hand, so nothing can drift.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.rpc import error_details_pb2, status_pb2

from services.kit.policy import Policy, PolicyError, policies
from timbre.auth.v1 import auth_pb2
from timbre.match.v1 import match_pb2
from timbre.media.v1 import media_pb2
from timbre.profile.v1 import profile_pb2

SERVICES: dict[str, ServiceDescriptor] = {
    "auth": auth_pb2.DESCRIPTOR.services_by_name["AuthService"],
    "media": media_pb2.DESCRIPTOR.services_by_name["MediaService"],
    "profile": profile_pb2.DESCRIPTOR.services_by_name["ProfileService"],
    "match": match_pb2.DESCRIPTOR.services_by_name["MatchService"],
}
"""The gRPC service behind each name that the settings use."""

# A detail that is packed into an error but missing here would turn the whole error into an empty body.
_ERRORS = (status_pb2.DESCRIPTOR, error_details_pb2.DESCRIPTOR)
_VERBS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True, slots=True)
class Method:
    """A method that clients may reach, as gRPC at `path` and as JSON at `template`."""

    service: str
    """Name of the service, e.g. `media`; also of its cluster."""
    path: str
    """`/package.Service/Method`."""
    verb: str
    """HTTP verb in capitals."""
    template: str
    """HTTP path as annotated, e.g. `/v1/{name=recordings/*}:watch`."""
    body: str
    """What the HTTP body is: `*` for the whole request, the name of a field, or empty for none."""
    policy: Policy
    streams: bool

    @property
    def needs_user(self) -> bool:
        """Whether an access token is asked for."""
        return not self.policy.is_public

    @property
    def grpc_service(self) -> str:
        """`package.Service`."""
        return self.path.split("/")[1]

    @property
    def repeatable(self) -> bool:
        """Whether a call that may have arrived can be made again: the verb says so."""
        return self.verb == "GET"

    @property
    def bound(self) -> str:
        """The field that the path binds, e.g. `fact.name`; empty when it binds none."""
        found = re.search(r"\{([^}=]*)", self.template)
        return found[1] if found else ""

    @property
    def pattern(self) -> str:
        """The regular expression (RE2) of the HTTP path."""
        return pattern(self.template)


def methods(service: str, descriptor: ServiceDescriptor) -> list[Method]:
    """
    Return the methods of a service that clients may call, in the order of the contract.

    Raises:
        PolicyError: a method has no access, a method for services has an HTTP mapping, or one for clients
            does not have exactly one.
    """
    table = policies([descriptor])
    found: list[Method] = []
    for method in descriptor.methods:
        path = f"/{descriptor.full_name}/{method.name}"
        mapping = _mapping(method)
        policy = table[path]
        if policy.is_for_services:
            if mapping:
                raise PolicyError(f"{path} is for services only and must not have an HTTP mapping")
            continue
        if mapping is None:
            raise PolicyError(f"{path} needs one HTTP mapping")
        found.append(Method(service, path, *mapping, policy, streams=method.server_streaming))
    return found


def all_methods() -> list[Method]:
    """Return every method of the contract that clients may call."""
    return [method for name, descriptor in SERVICES.items() for method in methods(name, descriptor)]


def pattern(template: str) -> str:
    """Return the regular expression of an HTTP path template (`google.api.http`)."""
    # Only the shape matters here: {name=recordings/*} and recordings/* match the same paths.
    bare = re.sub(r"\{[^}=]*=([^}]*)\}", r"\1", re.sub(r"\{[^}=]*\}", "*", template))
    return re.escape(bare).replace(r"\*\*", ".+").replace(r"\*", "[^/]+")


def descriptor_set(services: Iterable[ServiceDescriptor] = tuple(SERVICES.values())) -> FileDescriptorSet:
    """Return the services' files and all they import, dependencies first, and the types of errors."""
    files: dict[str, FileDescriptor] = {}
    _collect([*(service.file for service in services), *_ERRORS], files)
    result = FileDescriptorSet()
    for file in files.values():
        file.CopyToProto(result.file.add())
    return result


def _collect(files: Sequence[FileDescriptor], into: dict[str, FileDescriptor]) -> None:
    for file in files:
        if file.name not in into:
            _collect(file.dependencies, into)
            into[file.name] = file


def _mapping(method: MethodDescriptor) -> tuple[str, str, str] | None:
    # The option as plain data: the generated stubs of google/api do not fit those of protobuf.
    options = json_format.MessageToDict(method.GetOptions())
    rule: dict[str, Any] = options.get("[google.api.http]", {})
    body = str(rule.get("body", ""))
    paths = [(verb.upper(), str(rule[verb]), body) for verb in _VERBS if verb in rule]
    if rule and (len(paths) != 1 or "additionalBindings" in rule):
        raise PolicyError(f"{method.full_name}: its HTTP mapping must be one path with one of {_VERBS}")
    return paths[0] if paths else None
